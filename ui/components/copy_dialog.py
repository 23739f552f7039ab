"""Texts to copy: a secret shown once, and code samples."""

from collections.abc import Mapping

from nicegui import ui

from ui import kit
from ui.kit.dialogs import ask, dialog
from ui.kit.text import box, text
from ui.texts import gettext


async def show_once(heading: str, secret: str, note: str = "") -> None:
    """Show a secret in a dialog until the person closes it."""
    with dialog(heading) as shown:
        text(note or gettext("Copy it now: it is not shown again."), "pl-quiet", tag="p")
        text(secret, "pl-code pl-code--wrap", tag="pre")
        with box("pl-dialog__foot"):
            kit.Button("Copy", lambda: ui.clipboard.write(secret), icon="content_copy")
            kit.Button("Done", lambda: shown.submit(True), kind="primary")
    await ask(shown)


def code(content: str, label: str) -> None:
    """A code sample with a copy button."""
    with box("pl-stack"):
        with box("pl-row pl-row--between"):
            text(label, "pl-small pl-quiet")
            kit.Button("Copy", lambda: ui.clipboard.write(content), kind="quiet", small=True)
        text(content, "pl-code", tag="pre").props("tabindex=0")


class Samples:
    """Code samples by name: one is shown and can be copied."""

    def __init__(self, samples: Mapping[str, str], label: str) -> None:
        self._samples = samples
        first = next(iter(samples))
        with box("pl-stack"):
            with box("pl-row pl-row--between"):
                names = {name: name for name in samples}
                self._choice = kit.Segments(names, first, self._show, label=label)
                kit.Button("Copy", self._copy, kind="quiet", small=True)
            self._code = text(samples[first], "pl-code", tag="pre").props("tabindex=0")

    def _show(self, name: str) -> None:
        self._code.set_text(self._samples[name])

    def _copy(self) -> None:
        ui.clipboard.write(self._samples[self._choice.chosen])
