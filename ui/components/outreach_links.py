"""URLs of the lists that figures of conversations count, and the words for a part of them."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from pulse.cards.outcomes.interventions import TEMPLATE, HistoryKind, Only
from pulse.cards.triggers import label_of
from ui.components.book import Book
from ui.formatters import label, outcome_words
from ui.runtime.page_context import Address
from ui.texts import gettext

TEN_YEARS = 3650
"""Days of the longest period of Insights."""
LEARNED = f"/insights?book=all&days={TEN_YEARS}&shown=learned"
"""The cards whose outcomes the choice of styles learns from."""


def history_link(book: Book, shown: HistoryKind, days: int) -> str:
    """Return the URL of these cards of a book, in so many days."""
    return f"/insights?book={book.key}&days={days}&shown={shown}"


def part_link(shown: HistoryKind, days: int, only: Only) -> str:
    """Return the URL of a part of everybody's cards, in so many days."""
    asked = {name: value for name, value in msgspec.structs.asdict(only).items() if value}
    given = {**asked, "opened": "1"} if only.opened else asked
    return f"/insights?{urlencode({'book': 'all', 'days': days, 'shown': shown, **given})}"


@dataclass(frozen=True, slots=True)
class WorkLinks:
    """The lists behind one person's figures."""

    customers: str
    open_cards: str
    delivered: str
    outcomes: str


def links_of(person: UUID, days: int) -> WorkLinks:
    """Return the lists of a person's customers, open cards, and deliveries in so many days."""
    history = f"/insights?book=all&days={days}&by={person}&shown="
    return WorkLinks(
        customers=f"/customers?owner={person}&lifecycle=current",
        open_cards=f"/queue?owner={person}",
        delivered=f"{history}delivered",
        outcomes=f"{history}outcomes",
    )


def asked_part(address: Address) -> Only:
    """Return the part of the cards that the URL names; without names all."""
    given = address.get
    return Only(
        cause=given("cause"),
        writer=given("writer"),
        context=given("context"),
        style=given("style"),
        outcome=given("outcome"),
        opened=bool(given("opened")),
    )


def part_words(only: Only) -> str:
    """Return 'Only: Order is overdue · opened in this period'; "" for all."""
    writer = (
        gettext("The template")
        if only.writer == TEMPLATE
        else gettext("The model, prompt {version}").format(version=only.writer)
    )
    parts = [
        gettext(label_of(only.cause)) if only.cause else "",
        state_of_trial(only.context) if only.context else "",
        gettext("style: {style}").format(style=label(only.style)) if only.style else "",
        gettext("written by: {writer}").format(writer=writer) if only.writer else "",
        outcome_words(only.outcome) if only.outcome else "",
        gettext("opened in this period") if only.opened else "",
    ]
    said = " · ".join(filter(None, parts))
    return gettext("Only: {part}").format(part=said) if said else ""


def state_of_trial(context: str) -> str:
    """Return the state a customer declared when the card was opened, as text."""
    return (
        gettext("no declared state")
        if context == "none"
        else gettext("says {context}").format(context=label(context))
    )
