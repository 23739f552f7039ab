"""The cards as they lie on a CSM's desk: waiting, snoozed, waiting for an outcome, done.

Reading only; `queue` and `life` change them.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound

Pile = Literal["open", "snoozed", "outcomes", "done"]
PILES: dict[Pile, str] = {
    "open": "k.status = 'pending'",
    "snoozed": "k.status = 'snoozed'",
    "outcomes": "k.status = 'actioned' AND k.outcome IS NULL",
    "done": "k.status IN ('completed', 'dismissed')",
}
MOST = 200


class DeskCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card with what a CSM wants to see of its customer.

    opener is the edited text where there is one, draft what the writer wrote. priority_reasons are
    {code, text, points} and sum to priority.
    """

    id: UUID
    customer_id: UUID
    external_id: str
    name: str
    email: str
    cause: str
    status: str
    opener: str
    draft: str
    writer: str
    writer_note: str
    style: str
    language: str
    reason: str
    channel: str
    follow_up: str
    reasons: list[str]
    priority: float
    priority_reasons: list[dict[str, Any]]
    assigned_to: UUID | None
    assignee: str | None
    outcome: str | None
    outcome_note: str
    snoozed_until: datetime | None
    snooze_reason: str
    dismissed_reason: str
    revision: int
    created_at: datetime
    actioned_at: datetime | None
    identity_strength: float | None
    band: str | None
    change_7d: float | None
    change_30d: float | None
    context_type: str | None
    context_expires_at: datetime | None
    value: float | None
    renewal_on: date | None


class Counts(msgspec.Struct, frozen=True):
    """How many cards lie on each pile, and how many open ones nobody is assigned to."""

    open: int
    snoozed: int
    outcomes: int
    unassigned: int


async def list_cards(
    scope: Scope, which: Pile = "open", *, owner: str = "", limit: int = 100
) -> list[DeskCard]:
    """One pile, the most urgent first (done: the newest first).

    owner: a staff id for their cards (assigned, or of their customers), nobody, anybody, or ''.
    """
    order = "k.updated_at DESC" if which == "done" else "k.priority DESC, k.id"
    async with tenant(scope) as unit:
        return await _cards(
            unit, f"{PILES[which]} AND {owner_clause(owner)}", order, owner or None, limit
        )


async def card(scope: Scope, card_id: UUID) -> DeskCard:
    """One card; raises NotFound."""
    async with tenant(scope) as unit:
        found = await _cards(unit, "k.id = $2::uuid", "k.id", str(card_id), 1)
    if not found:
        raise NotFound("There is no such card.", code="CARD_NOT_FOUND")
    return found[0]


async def cards_of(scope: Scope, customer_id: UUID, limit: int = 20) -> list[DeskCard]:
    """A customer's cards, open ones first."""
    async with tenant(scope) as unit:
        order = "k.status IN ('pending', 'snoozed') DESC, k.created_at DESC"
        return await _cards(unit, "k.customer_id = $2::uuid", order, str(customer_id), limit)


async def find(
    scope: Scope, search: str, causes: Sequence[str] = (), limit: int = 4
) -> list[DeskCard]:
    """Cards that wait for somebody, of one of these causes or of a customer called like this.

    Each word must begin a word of the name, the e-mail or the id; the most urgent first.
    """
    words = [re.sub(r"([\\%_])", r"\\\1", word) for word in search.lower().split()[:8]]
    if not words:
        return []
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            f"SELECT {COLUMNS} FROM {FROM} WHERE k.business_id = $1 AND (k.status IN "
            "('pending', 'snoozed') OR (k.status = 'actioned' AND k.outcome IS NULL)) AND "
            "(k.cause = ANY($2) OR lower(concat(' ', c.name, ' ', c.external_id, ' ', c.email)) "
            f"LIKE ALL($3)) ORDER BY k.priority DESC, k.id LIMIT {min(limit, MOST)}",
            unit.business_id,
            list(causes),
            [f"% {word}%" for word in words],
        )
    return [DeskCard(**dict(row)) for row in rows]


async def counts(scope: Scope, owner: str = "") -> Counts:
    """How many cards each tab of the queue holds for this owner; unassigned ones count for all."""
    parts = ", ".join(
        f"count(*) FILTER (WHERE {PILES[which]}) AS {which}"
        for which in ("open", "snoozed", "outcomes")
    )
    nobody = "k.status = 'pending' AND k.assigned_to IS NULL AND c.owner_id IS NULL"
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            f"SELECT {parts}, (SELECT count(*) FROM {FROM} WHERE k.business_id = $1 AND {nobody}) "
            f"AS unassigned FROM {FROM} WHERE k.business_id = $1 AND {owner_clause(owner)} "
            "AND k.status IN ('pending', 'snoozed', 'actioned')",
            unit.business_id,
            owner or None,
        )
    return Counts(**dict(row))


async def _cards(
    unit: Unit, where: str, order: str, argument: str | None, limit: int
) -> list[DeskCard]:
    rows: Sequence[Any] = await unit.fetch(
        f"SELECT {COLUMNS} FROM {FROM} WHERE k.business_id = $1 AND {where} "
        f"ORDER BY {order} LIMIT {min(limit, MOST)}",
        unit.business_id,
        argument,
    )
    return [DeskCard(**dict(row)) for row in rows]


def owner_clause(owner: str) -> str:
    """A clause on $2, which is always used, so that the arguments stay the same."""
    person = "coalesce(k.assigned_to, c.owner_id)"
    if owner == "nobody":
        return f"{person} IS NULL AND $2::text IS NOT NULL"
    if owner == "anybody":
        return f"{person} IS NOT NULL AND $2::text IS NOT NULL"
    return f"($2::text IS NULL OR {person} = $2::text::uuid)"


def active_context(found: DeskCard) -> str | None:
    """The state the customer declares now, if any."""
    live = found.context_expires_at is not None and found.context_expires_at > clock.now()
    return found.context_type if live else None


FROM = (
    "conversation_cards k JOIN scored_customers c ON c.business_id = k.business_id "
    "AND c.id = k.customer_id LEFT JOIN staff s ON s.business_id = k.business_id "
    "AND s.id = coalesce(k.assigned_to, c.owner_id)"
)
COLUMNS = (
    "k.id, k.customer_id, c.external_id, c.name, c.email, k.cause, k.status, "
    "coalesce(k.edited_opener, k.ai_generated_opener) AS opener, k.ai_generated_opener AS draft, "
    "k.writer, k.writer_note, k.style, k.language, k.reason, k.channel, k.follow_up, k.reasons, "
    "k.priority, k.priority_reasons, k.assigned_to, s.name AS assignee, k.outcome, "
    "k.outcome_note, k.snoozed_until, k.snooze_reason, k.dismissed_reason, k.revision, "
    "k.created_at, k.actioned_at, c.identity_strength, c.band, c.change_7d, c.change_30d, "
    "c.context_type, c.context_expires_at, coalesce(c.value_year, c.value) AS value, "
    "c.renewal_on"
)
