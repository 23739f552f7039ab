"""Cards as rows: the first ten on Today, and the queue's list."""

from collections.abc import Sequence

from pulse import clock
from pulse.cards.queue_queries import QueueCard, active_context
from pulse.cards.triggers import label_of
from pulse.i18n.dated_sentences import is_dated
from ui import kit
from ui.components.customer_rows import address_of, band_cell, with_scorecard
from ui.formatters import money, short_day
from ui.kit.badges import band_name
from ui.kit.table import Row
from ui.texts import gettext

FIRST_COLUMNS = [
    kit.Column("name", "Customer", "person"),
    kit.Column("why", "Why", "prose", narrow=False),
    kit.Column("state", "Status", "state", narrow=False),
    kit.Column("value", "Value a year", "number", narrow=False),
    kit.Column("band", "Band", "band", narrow=False),
    kit.Column("score", "Strength", "score"),
    kit.Column("card", "Card", "link"),
]


OWN_WORDS = "In their own words: "


def first_row(card: QueueCard, currency: str, scorecard: str = "") -> Row:
    """Return one row of "Priorities"; scorecard: its name where there are several."""
    return {
        "id": str(card.customer_id),
        "why": why(card),
        **band_cell(card.band, None),
        "card": gettext("Card"),
        "card_href": f"/queue?card={card.id}",
        **kit.cells.person(
            card.name or card.external_id,
            address_of(card.external_id),
            with_scorecard(card.external_id, scorecard),
            brief=_in_brief(card, currency),
        ),
        **kit.cells.amount(card.value, currency),
        **kit.cells.state(active_context(card)),
        **kit.cells.score(card.identity_strength, card.change_30d, 30),
    }


def _in_brief(card: QueueCard, currency: str) -> str:
    """The line on a telephone: band, value and why."""
    value = "" if card.value is None else money(card.value, currency)
    return " · ".join(filter(None, [band_name(card.band) if card.band else "", value, why(card)]))


def why(card: QueueCard) -> str:
    """Return the reason in one line, with its day unless it is today's."""
    dated = any(is_dated(reason) for reason in card.reasons[:1])
    return " · ".join(filter(None, ["" if dated else told_on(card), _reason(card)]))


def _reason(card: QueueCard) -> str:
    """Return the customer's own words, else the card's first reason."""
    for reason in card.reasons:
        if reason.startswith(OWN_WORDS):
            return reason.removeprefix(OWN_WORDS)
    return gettext(card.reasons[0] if card.reasons else card.reason or label_of(card.cause))


def told_on(card: QueueCard) -> str:
    """Return "As of 3 Nov" for reasons of an earlier day, which nobody should read as today's."""
    now = clock.now()
    if card.reasons_at.date() >= now.date():
        return ""
    return gettext("As of {day}").format(day=short_day(card.reasons_at, now))


def one_a_customer(cards: Sequence[QueueCard]) -> list[QueueCard]:
    """Return the most urgent card of each customer, in order."""
    seen: dict[object, QueueCard] = {}
    for card in cards:
        seen.setdefault(card.customer_id, card)
    return list(seen.values())
