"""A drop zone for one file, which is sent at once, in pieces, to the handler."""

from collections.abc import Awaitable, Callable
from html import escape

from nicegui import ui
from nicegui.events import UploadEventArguments

from ui.kit.feedback import toast
from ui.kit.text import box, text
from ui.texts import gettext, marked

MOST_BYTES = 2 << 30
REJECTED = marked("Choose one file of at most 2 GB: CSV, Excel, Parquet, JSON, or a ZIP of one.")
ENDINGS = ".csv,.tsv,.tab,.txt,.gz,.zip,.json,.jsonl,.ndjson,.xlsx,.xls,.ods,.parquet"


def drop_zone(words: str, received: Callable[[UploadEventArguments], Awaitable[None]]) -> ui.upload:
    """Draw the drop zone; `received` gets the event whose `file` can be read in pieces."""
    with box("pl-drop"):
        ui.icon("upload_file").props('aria-hidden="true"')
        text(words)
        made = ui.upload(
            on_upload=received,
            on_rejected=lambda: toast(REJECTED, tone="bad"),
            max_file_size=MOST_BYTES,
            auto_upload=True,
        )
        made.props(f'flat accept="{ENDINGS}"')
        made.add_slot("header", HEADER.format(words=escape(gettext("File to import"))))
        button = text(gettext("Choose a file"), "pl-btn", tag="button").props("type=button")
        button.on("click", js_handler=CHOOSE.format(id=made.html_id))
    return made


# Quasar's own header contains a button without a name; only the input is needed here.
HEADER = '<label><span class="pl-sr">{words}</span><q-uploader-add-trigger /></label>'
CHOOSE = "() => document.querySelector('#{id} input[type=file]').click()"
