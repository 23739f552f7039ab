"""Bound values of the card editor around the text."""

from collections.abc import Sequence

from nicegui import binding

from pulse.cards.queries import CardView
from pulse.cards.queue_queries import active_context
from pulse.cards.triggers import label_of
from ui.components.card_rows import told_on
from ui.components.card_words import is_open
from ui.components.customer_rows import address_of
from ui.formatters import number
from ui.kit.badges import band_name
from ui.pages.queue.card_customer import About, facts_of
from ui.pages.queue.card_facts import (
    declared_badge,
    edited_by,
    head_facts,
    rank_parts,
    written_by,
)
from ui.runtime.page_context import Page
from ui.texts import gettext


@binding.bindable_dataclass
class EditorState:
    """The values around the text; elements are bound to them.

    `forms` holds the open card with a number, so that a reopened card gets a new form.
    """

    forms: Sequence[tuple[int, CardView]] = ()
    name: str = ""
    href: str = ""
    facts: str = ""
    cause: tuple[str, str] = ("", "")
    declared: tuple[str, str] = ("", "")
    band: tuple[str, str] = ("", "")
    score: tuple[float | None, float | None] = (None, None)
    clash: str = ""
    written: str = ""
    edited: tuple[str, str] = ("", "")
    reasons: Sequence[str] = ()
    told_on: str = ""
    follow_up: str = ""
    customer: Sequence[tuple[str, str]] = ()
    rank: str = ""
    rank_parts: Sequence[tuple[str, str]] = ()

    def assign(self, card: CardView, customer: About | None, page: Page) -> None:
        """Take over the data of the card and its customer."""
        self.name = card.name or card.external_id
        self.href = address_of(card.external_id)
        self.facts = head_facts(card, page)
        self.cause = (gettext(label_of(card.cause)), "accent")
        self.declared = declared_badge(card, active_context(card))
        self.band = (band_name(card.band), card.band or "")
        self.score = (card.identity_strength, card.change_30d)
        self.reasons = tuple(gettext(reason) for reason in card.reasons or [card.reason])
        self.told_on = told_on(card)
        self.follow_up = (
            gettext("Afterwards: {follow_up}").format(follow_up=gettext(card.follow_up))
            if card.follow_up
            else ""
        )
        self.customer = tuple(facts_of(customer, page.currency).items()) if customer else ()
        ranks = gettext("Why it ranks here: {priority} points")
        ranked = gettext("Why it ranked here: {priority} points")
        self.rank = (ranks if is_open(card) else ranked).format(priority=number(card.priority))
        self.rank_parts = rank_parts(card)
        self.assign_writer(card, page)

    def assign_writer(self, card: CardView, page: Page) -> None:
        """Take over who wrote and who edited the text."""
        self.written = written_by(card)
        self.edited = (edited_by(card, page), "accent")
