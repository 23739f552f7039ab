"""What changed since one left: taps, cards, answers, newest first."""

from collections.abc import Sequence

from nicegui import ui

from pulse import clock
from pulse.cards.news import News
from pulse.cards.triggers import label_of
from ui import kit
from ui.formatters import ago, label
from ui.kit.text import box, link, text
from ui.pieces.rows import address_of

ICONS = {"context": "record_voice_over", "card": "chat_bubble_outline", "outcome": "flag"}


class NewsFeed:
    """The list; `show` draws it anew only when there is something new."""

    def __init__(self) -> None:
        self._root = box("pl-timeline", tag="ol")
        self._known: Sequence[News] | None = None

    def show(self, found: Sequence[News]) -> None:
        """Show these."""
        if found == self._known:
            return
        self._known = found
        self._root.clear()
        with self._root:
            if not found:
                kit.empty("All quiet", "Taps, new cards and answers will appear here.")
            for one in found:
                _item(one)


def _item(one: News) -> None:
    calling = one.kind == "context" and one.title in ("stuck", "frustrated")
    with box("pl-event" + (" pl-event--fragile" if calling else ""), tag="li"):
        ui.icon(ICONS.get(one.kind, "circle")).props('aria-hidden="true"')
        with box():
            with text(""):
                link(one.name or one.external_id, address_of(one.external_id), "pl-strong-text")
                text(f" {in_words(one)}")
            if one.text and one.kind != "card":
                text(f"“{one.text}”" if one.kind == "context" else one.text, tag="p")
        text(ago(one.at, clock.now()), tag="time")


def in_words(one: News) -> str:
    """What happened, to stand behind the customer's name."""
    match one.kind:
        case "context":
            return "left a note" if one.title == "own_words" else f"says: {label(one.title)}"
        case "card":
            return f"· new card, {label_of(one.title).lower()}"
    return f"· {one.title}"
