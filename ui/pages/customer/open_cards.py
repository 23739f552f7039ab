"""The open cards of a customer: reasons, and a link to the queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from nicegui import binding

from pulse import clock
from pulse.cards.evidence.absence import why_no_card
from pulse.cards.evidence.campaign_list import campaign_list
from pulse.cards.queue_queries import QueueCard, cards_of
from pulse.cards.triggers import label_of
from pulse.customers import repository
from ui import kit
from ui.components.customer_filter import link_to
from ui.formatters import ago, plural, short_day
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.texts import gettext


@binding.bindable_dataclass
class OpenCardsState:
    """The waiting cards, or why there is none."""

    cards: Sequence[QueueCard] = ()
    absent: str = ""
    campaign: str = ""
    campaign_href: str = "/customers"


class OpenCards:
    """Waiting cards of this customer, or why an eroded customer has none; else hidden."""

    def __init__(self, page: Page, customer_id: UUID) -> None:
        self._page, self._customer_id = page, customer_id
        self._state = OpenCardsState()

    def draw(self) -> None:
        """Draw the known data; the rest is read later."""
        absent = kit.note("").bind_text_from(self._state, "absent")
        absent.bind_visibility_from(self._state, "absent", backward=bool)
        link = kit.link("", "/customers", "pl-link pl-small")
        link.bind_text_from(self._state, "campaign")
        link.bind_visibility_from(self._state, "campaign", backward=bool)
        link.bind_href_from(self._state, "campaign_href")
        cards = kit.Items(_draw_card, key=lambda card: card.id, classes="pl-stack")
        cards.bind_items_from(self._state, "cards")

    async def read(self, known: Mapping[str, Any]) -> None:
        """Read the cards and assign them to the state."""
        every = await cards_of(self._page.scope, self._customer_id)
        open_ones = [one for one in every if one.status in ("pending", "snoozed", "actioned")]
        absent = None if open_ones else await self._why()
        self._state.absent = gettext(absent or "")
        self._state.cards = tuple(open_ones)
        await self._read_campaign(known if absent else None)

    async def _read_campaign(self, known: Mapping[str, Any] | None) -> None:
        """Link the list of all customers who are too silent for a card like this one."""
        scope, words, href = self._page.scope, "", "/customers"
        chosen = await campaign_list(scope, known) if known else None
        if chosen is not None:
            count = await repository.count(scope, chosen)
            customers = plural(count, "customer", most=repository.COUNTED_UP_TO)
            words = gettext("List for a campaign: {customers}").format(customers=customers)
            href = link_to(chosen)
        self._state.campaign, self._state.campaign_href = words, href

    async def _why(self) -> str | None:
        return await why_no_card(self._page.scope, self._customer_id)


def _draw_card(one: QueueCard) -> None:
    with box("pl-note pl-row pl-row--between"):
        with box():
            text(
                gettext("Card: {label_of}").format(label_of=gettext(label_of(one.cause))),
                "pl-strong-text",
                tag="div",
            )
            text(standing_of(one, clock.now()), "pl-small pl-quiet", tag="div")
        words = gettext("Record outcome") if one.status == "actioned" else gettext("Open in queue")
        kit.link(words, f"/queue?card={one.id}", "pl-link pl-small")


def standing_of(card: QueueCard, now: datetime) -> str:
    """Return the card's status: waiting, snoozed, or delivered without an outcome."""
    if card.status == "actioned":
        return gettext("Delivered {actioned_at}, no outcome yet").format(
            actioned_at=ago(card.actioned_at, now)
        )
    if card.status == "snoozed":
        return gettext("Snoozed until {snoozed_until}").format(
            snoozed_until=short_day(card.snoozed_until, now) or gettext("later")
        )
    return gettext("Waiting since {created_at}").format(created_at=short_day(card.created_at, now))
