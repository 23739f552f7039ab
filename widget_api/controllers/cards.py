"""Conversation cards for programs and staff: open cards and their outcomes."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.cards import lifecycle, queries
from pulse.cards.queries import CardView
from pulse.scoring.named.assignment import card_names
from widget_api.fields import Fields, only, only_of_each
from widget_api.request_types import AskedBy
from widget_api.schemas import Data, Dismiss, Listed, RecordOutcome, Snooze, TakeAction

Status = Annotated[str, QueryParameter(description="pending, snoozed, actioned, …")]
Limit = Annotated[int, QueryParameter(ge=1, le=queries.MOST_ROWS, description="cards per page")]
After = Annotated[str | None, QueryParameter(description="`next` of the previous page")]
CardId = Annotated[UUID, PathParameter(description="the card's id, from the list")]
Owner = Annotated[UUID | None, QueryParameter(description="staff id: only their cards")]


class Card(CardView, frozen=True, kw_only=True):
    """A card as programs read it: `customer_id` is the business's own id, as everywhere here."""

    # the services use an internal customer id
    customer_id: str  # type: ignore[assignment]
    scorecard: str | None = None
    """The name of the scorecard that made the strength, where the business has several."""


class CardsController(Controller):
    """/api/conversation-cards"""

    path = "/api/conversation-cards"
    tags = ("conversation cards",)

    @get("/", operation_id="list_cards")
    async def listing(
        self,
        request: AskedBy,
        status: Status = "pending",
        owner: Owner = None,
        after: After = None,
        limit: Limit = 50,
        fields: Fields = "",
    ) -> Listed[Card]:
        """Cards of one status: open cards by priority, closed cards newest first."""
        scope = request.user.staff()
        page = await queries.listing(scope, status=status, owner=owner, after=after, limit=limit)
        return Listed(only_of_each(fields, await _public(scope, page.cards)), page.next)

    @get("/{card_id:uuid}", operation_id="read_card")
    async def read(self, request: AskedBy, card_id: CardId, fields: Fields = "") -> Data[Card]:
        """One card with its reasons and evidence."""
        scope = request.user.staff()
        (found,) = await _public(scope, [await queries.card(scope, card_id)])
        return Data(only(fields, found))

    @post("/{card_id:uuid}/action", operation_id="action_card", status_code=200)
    async def action(
        self, request: AskedBy, card_id: CardId, data: JSONBody[TakeAction]
    ) -> Data[Card]:
        """Mark the card as delivered, with the words and the channel that were used.

        A channel of an installed package sends the words itself; if it fails, the card stays open.
        """
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.action(scope, card_id, data.text, data.channel, data.revision)
        return await _answer(scope, done)

    @put("/{card_id:uuid}/outcome", operation_id="record_outcome")
    async def outcome(
        self, request: AskedBy, card_id: CardId, data: JSONBody[RecordOutcome]
    ) -> Data[Card]:
        """Record the outcome: responded, ignored or converted. Later openers are chosen by it."""
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.record_outcome(
            scope, card_id, data.outcome, data.note, data.revision
        )
        return await _answer(scope, done)

    @post("/{card_id:uuid}/snooze", operation_id="snooze_card", status_code=200)
    async def snooze(self, request: AskedBy, card_id: CardId, data: JSONBody[Snooze]) -> Data[Card]:
        """Snooze the card until a moment within the next 90 days."""
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.snooze(scope, card_id, data.until, data.reason, data.revision)
        return await _answer(scope, done)

    @post("/{card_id:uuid}/dismiss", operation_id="dismiss_card", status_code=200)
    async def dismiss(
        self, request: AskedBy, card_id: CardId, data: JSONBody[Dismiss]
    ) -> Data[Card]:
        """Dismiss the card. The reason is counted against the card's cause."""
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.dismiss(scope, card_id, data.reason, data.revision)
        return await _answer(scope, done)


async def _answer(scope: Scope, card: CardView) -> Data[Card]:
    (found,) = await _public(scope, [card])
    return Data(found)


async def _public(scope: Scope, cards: Sequence[CardView]) -> list[Card]:
    names = await card_names(scope, [card.customer_id for card in cards])
    return [
        Card(
            **(msgspec.structs.asdict(card) | {"customer_id": card.external_id}),
            scorecard=names.get(card.customer_id),
        )
        for card in cards
    ]
