"""A secret that is shown once: to copy now, and never again."""

from nicegui import ui

from ui import kit
from ui.kit.dialogs import ask, dialog
from ui.kit.text import box, text


async def show_once(heading: str, secret: str, note: str = "") -> None:
    """Show it in a dialog until the person has closed it."""
    with dialog(heading) as shown:
        text(note or "Copy it now: it is not shown again.", "pl-quiet", tag="p")
        text(secret, "pl-code", tag="pre")
        with box("pl-dialog__foot"):
            kit.Button("Copy", lambda: ui.clipboard.write(secret), icon="content_copy")
            kit.Button("I have it", lambda: shown.submit(True), kind="primary")
    await ask(shown)


def code(content: str, label: str) -> None:
    """A piece of code with a button to copy it."""
    with box("pl-stack"):
        with box("pl-row pl-row--between"):
            text(label, "pl-small pl-quiet")
            kit.Button("Copy", lambda: ui.clipboard.write(content), kind="quiet", small=True)
        text(content, "pl-code", tag="pre").props("tabindex=0")
