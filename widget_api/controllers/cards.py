"""Conversation cards for programs and staff: what waits, and what became of it."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter

from pulse.auth.roles import Permission
from pulse.cards import lifecycle, queries
from pulse.cards.queries import CardView
from widget_api.fields import Fields, only, only_of_each
from widget_api.request_types import AskedBy
from widget_api.schemas import Data, Dismiss, Listed, RecordOutcome, Snooze, TakeAction

Status = Annotated[str, QueryParameter(description="pending, snoozed, actioned, …")]
Limit = Annotated[int, QueryParameter(ge=1, le=queries.MOST_ROWS, description="cards a page")]
After = Annotated[str | None, QueryParameter(description="`next` of the page before")]
CardId = Annotated[UUID, PathParameter(description="the card, from the list")]
Owner = Annotated[UUID | None, QueryParameter(description="cards of this one of the staff")]


class Card(CardView, frozen=True, kw_only=True):
    """A card as programs read it: `customer_id` is the business's own id, as everywhere here."""

    # inside, a customer is known by an id of ours
    customer_id: str  # type: ignore[assignment]


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
        """Cards of one status: open ones by priority, closed ones the newest first."""
        scope = request.user.staff()
        page = await queries.listing(scope, status=status, owner=owner, after=after, limit=limit)
        return Listed(only_of_each(fields, [_public(card) for card in page.cards]), page.next)

    @get("/{card_id:uuid}", operation_id="read_card")
    async def read(self, request: AskedBy, card_id: CardId, fields: Fields = "") -> Data[Card]:
        """One card with its reasons and evidence."""
        found = await queries.card(request.user.staff(), card_id)
        return Data(only(fields, _public(found)))

    @post("/{card_id:uuid}/action", operation_id="action_card", status_code=200)
    async def action(
        self, request: AskedBy, card_id: CardId, data: JSONBody[TakeAction]
    ) -> Data[Card]:
        """A person has delivered it: with these words, over this channel."""
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.action(scope, card_id, data.text, data.channel, data.revision)
        return Data(_public(done))

    @put("/{card_id:uuid}/outcome", operation_id="record_outcome")
    async def outcome(
        self, request: AskedBy, card_id: CardId, data: JSONBody[RecordOutcome]
    ) -> Data[Card]:
        """What came of it: responded, ignored or converted; it teaches the next openers."""
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.record_outcome(
            scope, card_id, data.outcome, data.note, data.revision
        )
        return Data(_public(done))

    @post("/{card_id:uuid}/snooze", operation_id="snooze_card", status_code=200)
    async def snooze(self, request: AskedBy, card_id: CardId, data: JSONBody[Snooze]) -> Data[Card]:
        """Not now: it comes back at that moment."""
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.snooze(scope, card_id, data.until, data.reason, data.revision)
        return Data(_public(done))

    @post("/{card_id:uuid}/dismiss", operation_id="dismiss_card", status_code=200)
    async def dismiss(
        self, request: AskedBy, card_id: CardId, data: JSONBody[Dismiss]
    ) -> Data[Card]:
        """Not at all; the reason counts against the card's cause."""
        scope = request.user.staff(Permission.work_cards)
        done = await lifecycle.dismiss(scope, card_id, data.reason, data.revision)
        return Data(_public(done))


def _public(card: CardView) -> Card:
    return Card(**(msgspec.structs.asdict(card) | {"customer_id": card.external_id}))
