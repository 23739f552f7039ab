"""Cards as the REST API and the queue page read them: one, or a page of a status."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.cards import settings
from pulse.cards.drafting.diff import Piece, diff
from pulse.cards.queue_queries import COLUMNS as DESK_COLUMNS
from pulse.cards.queue_queries import FROM as DESK_FROM
from pulse.cards.queue_queries import DeskCard
from pulse.cards.triggers import label_of
from pulse.db import pagination
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound

STATUSES = ("pending", "snoozed", "dismissed", "actioned", "completed")
OPEN = ("pending", "snoozed")
MOST_ROWS = 200


class CardView(DeskCard, frozen=True, kw_only=True):
    """A card whole. proposal: an outcome that later events suggest, and because of what.

    outcome_due: delivered a while ago and nobody has said what came of it.
    changed_by, changed_at: the last step a person (or Pulse) took with the card.
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
        """The cause as a CSM reads it."""
        return label_of(self.cause)

    @property
    def edits(self) -> list[Piece]:
        """What a person changed in the draft."""
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
    """A page of one status: open cards by priority, closed ones the newest first.

    owner: a staff id, for the cards assigned to them or about their customers. Raises Invalid for
    an unknown status, a limit outside 1 … 200 or a cursor that is not ours.
    """
    scope.require(Role.viewer)
    if status not in STATUSES:
        raise Invalid(f"“{status}” is no status: use one of {', '.join(STATUSES)}.", field="status")
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid(f"The limit is {limit}: it must be from 1 to {MOST_ROWS}.", field="limit")
    key, kind = ("k.priority", "float8") if status in OPEN else ("k.updated_at", "timestamptz")
    cursor = pagination.decode(after, _Cursor) if after else None
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            f"SELECT {COLUMNS}, {key}::text AS sort_value FROM {FROM} "
            "WHERE k.business_id = $1 AND k.status = $2 "
            "AND ($3::uuid IS NULL OR coalesce(k.assigned_to, c.owner_id) = $3) "
            f"AND ($4::text IS NULL OR ({key}, k.id) < ($4::text::{kind}, $5::uuid)) "
            f"ORDER BY {key} DESC, k.id DESC LIMIT $6",
            unit.business_id,
            status,
            owner,
            cursor.value if cursor else None,
            cursor.id if cursor else None,
            limit + 1,
        )
    kept = rows[:limit]
    more = len(rows) > limit
    following = pagination.encode(_Cursor(kept[-1]["sort_value"], kept[-1]["id"])) if more else None
    return Page([_view(row) for row in kept], following)


async def card(scope: Scope, card_id: UUID) -> CardView:
    """One card; raises NotFound."""
    scope.require(Role.viewer)
    async with tenant(scope) as unit:
        return await view(unit, card_id)


async def view(unit: Unit, card_id: UUID) -> CardView:
    """As `card`, inside a unit of work."""
    row = await unit.fetchrow(
        f"SELECT {COLUMNS}, '' AS sort_value FROM {FROM} WHERE k.business_id = $1 AND k.id = $2",
        unit.business_id,
        card_id,
    )
    if row is None:
        raise NotFound("There is no such card.", code="CARD_NOT_FOUND")
    return _view(row)


def _view(row: Any) -> CardView:
    fields = {name: value for name, value in row.items() if name in CardView.__struct_fields__}
    patience = timedelta(days=settings.read(row["settings"]).outcome_reminder_days)
    waiting = row["status"] == "actioned" and row["outcome"] is None
    due = waiting and row["actioned_at"] <= clock.now() - patience
    return CardView(**fields, outcome_due=due)


FROM = (
    f"{DESK_FROM} LEFT JOIN staff d ON d.business_id = k.business_id AND d.id = k.actioned_by "
    "LEFT JOIN card_proposals p ON p.business_id = k.business_id AND p.card_id = k.id "
    "AND p.declined_at IS NULL AND k.outcome IS NULL "
    "JOIN businesses b ON b.id = k.business_id"
)
COLUMNS = (
    f"{DESK_COLUMNS}, k.evidence, k.edited_opener, k.edited_by, k.edited_at, "
    "d.name AS actioned_by, k.outcome_at, "
    "b.settings, p.outcome AS proposal, p.because AS proposal_because, k.changed_by, k.changed_at, "
    "(k.previous IS NOT NULL) AS can_undo, k.prompt_version, k.tokens_in, k.tokens_out, k.cost"
)
