"""What changed since one left: taps, cards, answers, newest first."""

from collections.abc import Sequence
from datetime import datetime

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
    """The list; `show` adds what is new and takes away what is over, and leaves the rest alone."""

    def __init__(self) -> None:
        self._root = box("pl-timeline", tag="ol")
        self._items: dict[_Words, _Item] = {}
        self._empty: ui.element | None = None

    def show(self, found: Sequence[News]) -> None:
        """Show these, the newest first."""
        wanted = {_words(one): one for one in found}
        for gone in [words for words in self._items if words not in wanted]:
            self._items.pop(gone).root.delete()
        with self._root:
            for place, (words, one) in enumerate(wanted.items()):
                item = self._items.get(words)
                if item is None:
                    item = self._items[words] = _Item(one)
                    if place < len(self._items) - 1:
                        item.root.move(target_index=place)
                item.moment.set_text(ago(one.at, clock.now()))
            self._say_nothing(not wanted)

    def _say_nothing(self, nothing: bool) -> None:
        if nothing and self._empty is None:
            with box(tag="li") as self._empty:
                kit.empty("All quiet", "Taps, new cards and answers will appear here.")
        elif self._empty is not None and not nothing:
            self._empty.delete()
            self._empty = None


_Words = tuple[datetime, str, str, str, str, str]


def _words(one: News) -> _Words:
    """What of a piece of news is drawn: another score of the customer is no news here."""
    return one.at, one.kind, one.external_id, one.name, one.title, one.text


class _Item:
    def __init__(self, one: News) -> None:
        calling = one.kind == "context" and one.title in ("stuck", "frustrated")
        with box("pl-event" + (" pl-event--fragile" if calling else ""), tag="li") as self.root:
            ui.icon(ICONS.get(one.kind, "circle")).props('aria-hidden="true"')
            with box():
                with text(""):
                    link(one.name or one.external_id, address_of(one.external_id), "pl-strong-text")
                    text(f" {in_words(one)}")
                if one.text and one.kind != "card":
                    text(f"“{one.text}”" if one.kind == "context" else one.text, tag="p")
            self.moment = text("", tag="time")


def in_words(one: News) -> str:
    """What happened, to stand behind the customer's name."""
    match one.kind:
        case "context":
            return "left a note" if one.title == "own_words" else f"says: {label(one.title)}"
        case "card":
            return f"· new card, {label_of(one.title).lower()}"
    return f"· {one.title}"
