"""Recent activity since the last visit: taps, cards, outcomes, newest first."""

from collections.abc import Sequence
from typing import Any, Self

from nicegui import binding, ui

from pulse import clock
from pulse.cards.activity_feed import News
from pulse.cards.triggers import label_of
from ui import kit
from ui.components.customer_rows import address_of
from ui.formatters import ago, label, outcome_words
from ui.kit.cells import Column, event
from ui.kit.table import Row
from ui.texts import gettext, mid_sentence

ICONS = {"context": "record_voice_over", "card": "chat_bubble_outline", "outcome": "flag"}


class NewsFeed(ui.element):
    """The list of activities. `news` is bindable.

    Updates do not move rows under the pointer.
    """

    news = binding.BindableProperty(on_change=lambda feed, found: feed._write(found))

    def __init__(self) -> None:
        super().__init__("div")
        column = Column("event", "What happened", kind="event")
        with self:
            self._table = kit.Table([column], heading=False, label="What happened")
            self._nothing = kit.empty("Nothing new", "Taps, new cards and outcomes appear here.")
        self._table.classes("pl-feed").set_visibility(False)
        self.news = ()

    def bind_news_from(self, state: Any, name: str) -> Self:
        """Bind to this attribute of a bindable dataclass."""
        binding.bind_from(self, "news", state, name)
        return self

    def _write(self, found: Sequence[News]) -> None:
        self._table.shown = tuple(_row(one) for one in found)
        self._table.set_visibility(bool(found))
        self._nothing.set_visibility(not found)


def _row(one: News) -> Row:
    calling = one.kind == "context" and one.title in ("stuck", "frustrated")
    said = "" if one.kind == "card" else one.text
    return {
        "id": f"{one.kind} {one.external_id} {one.at.isoformat()} {one.title}",
        "name": one.name or one.external_id,
        "href": address_of(one.external_id),
        "said": f"“{said}”" if said and one.kind == "context" else said,
        "moment": ago(one.at, clock.now()),
        **event(in_words(one), ICONS.get(one.kind, "circle"), "fragile" if calling else ""),
    }


def in_words(one: News) -> str:
    """Return what happened as text to follow the customer's name."""
    match one.kind:
        case "context":
            return (
                gettext("left a note")
                if one.title == "own_words"
                else gettext("says: {title}").format(title=label(one.title))
            )
        case "card":
            return gettext("· new card, {label_of}").format(
                label_of=mid_sentence(label_of(one.title))
            )
    return f"· {outcome_words(one.title)}"
