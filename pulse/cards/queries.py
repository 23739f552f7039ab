"""Cards for the REST API and the queue page: one card, or a page of a status."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.cards import queue_sql, settings
from pulse.cards.drafting.diff import Piece, diff
from pulse.cards.queue_queries import QueueCard, card_values
from pulse.cards.triggers import label_of
from pulse.db import pagination
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound

STATUSES = ("pending", "snoozed", "dismissed", "actioned", "completed")
MOST_ROWS = pagination.MOST_ROWS


class CardView(QueueCard, frozen=True, kw_only=True):
    """A complete card. proposal: an outcome suggested by later events, with its reason.

    outcome_due: delivered some time ago without a recorded outcome. changed_by, changed_at: the
    last step by a person (or Pulse).
    """

    evidence: dict[str, Any]
    edited_opener: str | None
    edited_by: str
    edited_at: datetime | None
    actioned_by: str | None
    outcome_at: datetime | None
    outcome_due: bool
    proposal: str | None
    proposal_because: str | None
    changed_by: str
    changed_at: datetime | None
    can_undo: bool
    prompt_version: str
    tokens_in: int
    tokens_out: int
    cost: float

    @property
    def cause_label(self) -> str:
        """Return the cause's label for a CSM."""
        return label_of(self.cause)

    @property
    def edits(self) -> list[Piece]:
        """Return what a person changed in the draft."""
        return diff(self.draft, self.opener)


class Page(msgspec.Struct, frozen=True):
    """At most `limit` cards, and the cursor of the next page if there is one."""

    cards: list[CardView]
    next: str | None


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    value: str
    id: UUID


async def listing(
    scope: Scope,
    *,
    status: str = "pending",
    owner: UUID | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of one status: open cards by priority, closed ones newest first.

    owner: a staff id, for cards assigned to them or about their customers. Raises Invalid for an
    unknown status, a limit outside 1–200 or an invalid cursor.
    """
    scope.require(Permission.view)
    if status not in STATUSES:
        raise Invalid(f"“{status}” is no status: use one of {', '.join(STATUSES)}.", field="status")
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid(f"The limit is {limit}: it must be from 1 to {MOST_ROWS}.", field="limit")
    cursor = pagination.decode(after, _Cursor) if after else None
    beyond = (cursor.value, cursor.id) if cursor else None
    async with tenant(scope) as unit:
        rows = await queue_sql.page(unit, status, owner, beyond, limit + 1)
    kept = rows[:limit]
    more = len(rows) > limit
    following = pagination.encode(_Cursor(kept[-1]["sort_value"], kept[-1]["id"])) if more else None
    return Page([_view(row) for row in kept], following)


async def card(scope: Scope, card_id: UUID) -> CardView:
    """Return one card; raises NotFound."""
    scope.require(Permission.view)
    async with tenant(scope) as unit:
        return await view(unit, card_id)


async def view(unit: Unit, card_id: UUID) -> CardView:
    """Return one card inside a unit of work; raises NotFound."""
    row = await queue_sql.whole_card(unit, card_id)
    if row is None:
        raise NotFound("There is no such card.", code="CARD_NOT_FOUND")
    return _view(row)


def _view(row: Any) -> CardView:
    fields = {
        name: one for name, one in card_values(row).items() if name in CardView.__struct_fields__
    }
    patience = timedelta(days=settings.read(row["settings"]).outcome_reminder_days)
    waiting = row["status"] == "actioned" and row["outcome"] is None
    due = waiting and row["actioned_at"] <= clock.now() - patience
    return CardView(**fields, outcome_due=due)
