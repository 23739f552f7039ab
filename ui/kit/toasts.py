"""Short messages in the corner: what was done, what went wrong, and undo where it is cheap."""

import asyncio
from typing import Literal

from nicegui import ui

from ui.kit.buttons import Act
from ui.kit.text import Text, box, text

REGION = "pl-toasts"
SECONDS = 5.0
SECONDS_WITH_UNDO = 8.0
SECONDS_OF_NEWS = 15.0
Tone = Literal["", "bad"]


def region() -> ui.element:
    """The corner of the page; the shell makes one a page."""
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
    """Say something for a few seconds; with `undo`, offer to take it back for a little longer.

    keep: longer still, for what arrives while one looks elsewhere.
    """
    seconds = SECONDS_OF_NEWS if keep else SECONDS_WITH_UNDO if undo else SECONDS
    words = said(message, tone=tone, seconds=seconds)
    if words and undo:
        made = words.parent_slot.parent if words.parent_slot else words
        with made:
            _undo_button(made, undo, undo_label)


def said(message: str, *, tone: Tone = "", seconds: float = SECONDS) -> Text | None:
    """Say it, and return the words as they stand there; None in a page without the corner."""
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

    text(label, tag="button").on("click", press, [])
