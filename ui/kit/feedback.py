"""Feedback: short messages in the corner, with undo, and progress of long jobs."""

import asyncio
from typing import Any, Literal, NamedTuple, Self

from nicegui import binding, ui

from ui.kit.buttons import Act
from ui.kit.text import Text, attribute, box, text
from ui.texts import gettext

REGION = "pl-toasts"
SECONDS = 5.0
SECONDS_WITH_UNDO = 8.0
SECONDS_OF_NEWS = 15.0
Tone = Literal["", "bad"]


def region() -> ui.element:
    """Create the corner for messages; called once per page by the layout."""
    made = box(REGION).props('role=status aria-live="polite"')
    ui.context.client.storage[REGION] = made
    return made


def toast(
    message: str,
    *,
    tone: Tone = "",
    undo: Act | None = None,
    undo_label: str = "Undo",
    keep: bool = False,
) -> None:
    """Show a message for a few seconds; with `undo`, longer and with an undo button.

    keep: show it still longer, for messages that arrive while the reader is busy.
    """
    seconds = SECONDS_OF_NEWS if keep else SECONDS_WITH_UNDO if undo else SECONDS
    words = said(gettext(message), tone=tone, seconds=seconds)
    if words and undo:
        made = words.parent_slot.parent if words.parent_slot else words
        with made:
            _undo_button(made, undo, undo_label)


def said(message: str, *, tone: Tone = "", seconds: float = SECONDS) -> Text | None:
    """Show a message and return its element; None on a page without the corner."""
    place: ui.element | None = ui.context.client.storage.get(REGION)
    if place is None or place.is_deleted:
        return None
    with place, box("pl-toast" + (f" pl-toast--{tone}" if tone else "")) as made:
        words = text(message)
    asyncio.get_running_loop().call_later(seconds, _take_away, made)
    return words


def _take_away(made: ui.element) -> None:
    if not (made.is_deleted or made.client.is_deleted):
        made.delete()


def _undo_button(made: ui.element, undo: Act, label: str) -> None:
    async def press() -> None:
        made.set_visibility(False)
        result = undo()
        if result is not None:
            await result

    text(gettext(label), tag="button").on("click", press, [])


class Step(NamedTuple):
    """The current step and its progress; total 0: unknown."""

    words: str
    done: int = 0
    total: int = 0


class Progress(ui.element):
    """Progress bar, hidden while `step` is None; text only without a total. `step` is bindable."""

    step = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(self, label: str, step: Step | None = None) -> None:
        super().__init__("div")
        self.classes("pl-progress")
        with self:
            self._words = text("", "pl-small", tag="p").props("role=status")
            with box("pl-bar pl-bar--progress") as self._bar:
                self._bar.props("role=progressbar aria-valuemin=0 aria-valuemax=100")
                self._bar.props["aria-label"] = gettext(label)
                self._part = box()
        self.step = step
        self._write()

    def bind_step_from(self, state: Any, name: str) -> Self:
        """Bind to the step in this attribute of a bindable dataclass."""
        binding.bind_from(self, "step", state, name)
        return self

    def _write(self) -> None:
        self.set_visibility(self.step is not None)
        if self.step is not None:
            words, done, total = self.step
            share = min(100.0, 100.0 * done / total) if total else 0.0
            self._words.set_text(gettext(words))
            self._part.style(f"width:{share:.1f}%")
            attribute(self._bar, "aria-valuenow", f"{share:.0f}")
