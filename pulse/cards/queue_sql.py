"""SQL for whole queues of cards: lists, counts and ranks.

Raw SQL because the lists join the view `scored_customers`, which has no foreign keys, and paginate
by two keys; the counts are filtered aggregates over all cards of a period.

owner, in all functions: a staff id for their cards (assigned, or of their customers), "nobody",
"anybody", or "" for all.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pulse import clock
from pulse.db.transaction import Unit

QueueTab = Literal["open", "snoozed", "outcomes", "asked", "done"]
QUEUE_TABS: dict[QueueTab, str] = {
    "open": "k.status = 'pending'",
    "snoozed": "k.status = 'snoozed'",
    "outcomes": "k.status = 'actioned' AND k.outcome IS NULL",
    "asked": "k.status = 'actioned' AND k.outcome IS NULL AND k.actioned_at <= $3::timestamptz",
    "done": "k.status IN ('completed', 'dismissed')",
}
"""Conditions of each tab; $3 is the moment before which a delivery needs an outcome."""
MOST = 200  # maximum number of cards in a list
_PERSON = "coalesce(k.assigned_to, c.owner_id)"
SCORED = (
    "conversation_cards k JOIN scored_customers c ON c.business_id = k.business_id "
    "AND c.id = k.customer_id"
)
_FROM = f"{SCORED} LEFT JOIN staff s ON s.business_id = k.business_id AND s.id = {_PERSON}"
_COLUMNS = (
    "k.id, k.customer_id, c.external_id, c.name, c.email, k.cause, k.status, "
    "coalesce(k.edited_opener, k.ai_generated_opener) AS opener, k.ai_generated_opener AS draft, "
    "k.writer, k.writer_note, k.style, k.language, k.reason, k.channel, k.follow_up, k.reasons, "
    "k.priority, k.priority_reasons, k.assigned_to, s.name AS assignee, k.outcome, "
    "k.outcome_note, k.snoozed_until, k.snooze_reason, k.dismissed_reason, k.revision, "
    "coalesce(k.evidence ->> 'reasons_at', k.evidence ->> 'as_of') AS reasons_at, "
    "k.created_at, k.actioned_at, "
    "c.identity_strength, c.band, c.change_7d, c.change_30d, c.context_type, "
    "c.context_expires_at, c.yearly_value AS value, "
    "c.renewal_on"
)
_WHOLE_FROM = (
    f"{_FROM} LEFT JOIN staff d ON d.business_id = k.business_id AND d.id = k.actioned_by "
    "LEFT JOIN card_proposals p ON p.business_id = k.business_id AND p.card_id = k.id "
    "AND p.declined_at IS NULL AND k.outcome IS NULL "
    "JOIN businesses b ON b.id = k.business_id"
)
_WHOLE_COLUMNS = (
    f"{_COLUMNS}, k.evidence, k.edited_opener, k.edited_by, k.edited_at, "
    "d.name AS actioned_by, k.outcome_at, "
    "b.settings, p.outcome AS proposal, p.because AS proposal_because, k.changed_by, k.changed_at, "
    "(k.previous IS NOT NULL) AS can_undo, k.prompt_version, k.tokens_in, k.tokens_out, k.cost"
)
_SHORT = f"SELECT {_COLUMNS} FROM {_FROM}"


async def tab_cards(
    unit: Unit, which: QueueTab, owner: str, limit: int, asked_before: datetime
) -> list[Any]:
    """Return the cards of one tab, most urgent first (done: newest first, asked: oldest first)."""
    order = _ORDER.get(which, "k.priority DESC, k.id")
    where = f"{QUEUE_TABS[which]} AND {owned(owner)}"
    args = [owner or None, *([asked_before] if which == "asked" else [])]
    return await _cards(unit, _SHORT, where, order, limit, *args)


_ORDER = {"done": "k.updated_at DESC", "asked": "k.actioned_at, k.id"}


async def of_customer(unit: Unit, customer_id: UUID, limit: int) -> list[Any]:
    """Return a customer's cards, open ones first."""
    order = "k.status IN ('pending', 'snoozed') DESC, k.created_at DESC"
    return await _cards(unit, _SHORT, "k.customer_id = $2", order, limit, customer_id)


async def card(unit: Unit, card_id: UUID) -> Any:
    """Return one card, or None."""
    found = await _cards(unit, _SHORT, "k.id = $2", "k.id", 1, card_id)
    return found[0] if found else None


async def matching(unit: Unit, words: Sequence[str], causes: Sequence[str], limit: int) -> Any:
    """Return waiting cards with one of these causes, or whose customer matches each word."""
    where = (
        f"(k.status IN ('pending', 'snoozed') OR ({QUEUE_TABS['outcomes']})) "
        "AND (k.cause = ANY($2) OR "
        "lower(concat(' ', c.name, ' ', c.external_id, ' ', c.email)) LIKE ALL($3))"
    )
    patterns = ["% " + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in words]
    order = "k.priority DESC, k.id"
    return await _cards(unit, _SHORT, where, order, limit, list(causes), patterns)


async def page(
    unit: Unit, status: str, owner: UUID | None, after: tuple[str, UUID] | None, limit: int
) -> list[Any]:
    """Return a page of complete cards of a status, open ones by priority, closed ones newest first.

    Each row contains sort_value. after: sort_value and id of the last row of the previous page.
    """
    is_open = status in ("pending", "snoozed")
    key, kind = ("k.priority", "float8") if is_open else ("k.updated_at", "timestamptz")
    where = (
        f"k.status = $2 AND ($3::uuid IS NULL OR {_PERSON} = $3) "
        f"AND ($4::text IS NULL OR ({key}, k.id) < ($4::text::{kind}, $5::uuid))"
    )
    select = f"SELECT {_WHOLE_COLUMNS}, {key}::text AS sort_value FROM {_WHOLE_FROM}"
    order = f"{key} DESC, k.id DESC"
    return await _cards(unit, select, where, order, limit, status, owner, *(after or (None, None)))


async def whole_card(unit: Unit, card_id: UUID) -> Any:
    """Return one complete card, or None."""
    select = f"SELECT {_WHOLE_COLUMNS}, '' AS sort_value FROM {_WHOLE_FROM}"
    found = await _cards(unit, select, "k.id = $2", "k.id", 1, card_id)
    return found[0] if found else None


async def _cards(
    unit: Unit, select: str, where: str, order: str, limit: int, *args: Any
) -> list[Any]:
    """Return cards of one business: a join with the view, ordered over both."""
    return await unit.fetch(
        f"{select} WHERE k.business_id = $1 AND {where} ORDER BY {order} LIMIT {limit}",
        unit.business_id,
        *args,
    )


async def counts(unit: Unit, owner: str, asked_before: datetime) -> Any:
    """Count the cards of each tab for this owner, and open cards without an assignee.

    Filtered counts over all waiting cards.
    """
    parts = ", ".join(
        f"count(*) FILTER (WHERE {QUEUE_TABS[which]} AND {owned(owner)}) AS {which}"
        for which in ("open", "snoozed", "outcomes", "asked")
    )
    nobody = f"k.status = 'pending' AND {_PERSON} IS NULL"
    return await unit.fetchrow(
        f"SELECT {parts}, count(*) FILTER (WHERE {nobody}) AS unassigned FROM {SCORED} "
        "WHERE k.business_id = $1 AND (k.status IN ('pending', 'snoozed') "
        f"OR ({QUEUE_TABS['outcomes']}))",
        unit.business_id,
        owner or None,
        asked_before,
    )


def owned(owner: str) -> str:
    """Return the owner condition; it always uses $2, so that the arguments stay the same."""
    if owner == "nobody":
        return f"{_PERSON} IS NULL AND $2::text IS NOT NULL"
    if owner == "anybody":
        return f"{_PERSON} IS NOT NULL AND $2::text IS NOT NULL"
    return f"($2::text IS NULL OR {_PERSON} = $2::text::uuid)"


async def value_high(unit: Unit, sample: int) -> Any:
    """Return the value a year at which the top tenth begins, and the sample size. A percentile."""
    return await unit.fetchrow(
        "SELECT count(*) AS sampled, percentile_cont(0.9) WITHIN GROUP (ORDER BY yearly_value) AS "
        "high FROM (SELECT yearly_value FROM customers WHERE business_id = $1 "
        "AND yearly_value > 0 LIMIT $2) AS s",
        unit.business_id,
        sample,
    )


async def rankable(
    unit: Unit, customers: Sequence[UUID] | None, most_age: float, limit: int | None
) -> list[Any]:
    """Return open cards with ranking data: of these customers, or (None) those due for ageing.

    A join with the view; extracts fields from JSON.
    """
    return await unit.fetch(RANKABLE, unit.business_id, clock.now(), customers, most_age, limit)


RANKABLE = """
SELECT k.id, k.customer_id, k.cause, k.status, k.priority, k.created_at, k.evidence,
  c.external_id, c.identity_strength, c.recent_high, c.scorecard_id, c.band, c.context_type,
  c.context_expires_at, c.renewal_on, c.last_event_at, c.last_order_at, c.usual_gap_days,
  c.yearly_value, c.value_at_risk, c.scored_at, c.lifecycle, k.priority_reasons, b.settings,
  b.currency,
  (SELECT s.note FROM customer_contexts s WHERE s.business_id = k.business_id
    AND s.customer_id = k.customer_id AND s.note IS NOT NULL AND s.withdrawn_at IS NULL
    AND s.expires_at > $2 ORDER BY s.shared_at DESC LIMIT 1) AS note
FROM conversation_cards k
JOIN scored_customers c ON c.business_id = k.business_id AND c.id = k.customer_id
JOIN businesses b ON b.id = k.business_id
WHERE k.business_id = $1 AND k.status IN ('pending', 'snoozed') AND CASE
  WHEN $3::uuid[] IS NULL THEN
    least($4::float8, floor(extract(epoch FROM $2::timestamptz - k.created_at) / 86400))
      <> coalesce((SELECT (part ->> 'points')::float8
        FROM jsonb_array_elements(k.priority_reasons) AS part WHERE part ->> 'code' = 'age'), 0)
  ELSE k.customer_id = ANY($3) END
ORDER BY k.id LIMIT $5"""


async def set_ranks(unit: Unit, columns: Sequence[Sequence[Any]]) -> None:
    """Write ranks: one list each of id, priority and priority_reasons (JSON). One bulk update."""
    await unit.execute(
        "UPDATE conversation_cards k SET priority = n.priority, "
        "priority_reasons = n.reasons, updated_at = $2 "
        "FROM unnest($3::uuid[], $4::float8[], $5::jsonb[]) AS n (id, priority, reasons) "
        "WHERE k.business_id = $1 AND k.id = n.id",
        unit.business_id,
        clock.now(),
        *columns,
    )


async def past(unit: Unit, customers: Sequence[UUID]) -> list[Any]:
    """Return the last card or hold-out of each customer and cause. An aggregate over a union.

    A card that went stale without any work is no contact: UNWORKED_REST after its end it is in the
    number of cards only.
    """
    rested = clock.now() - UNWORKED_REST
    return await unit.fetch(PAST, unit.business_id, customers, rested)


WENT_STALE = "went_stale"
"""Why a card is dismissed that nobody worked on; `maintenance.retire_stale`."""
UNWORKED = (
    f"k.status = 'dismissed' AND k.changed_by = 'Pulse' AND k.dismissed_reason = '{WENT_STALE}'"
)
"""Cards that ended after some weeks in which nobody worked on them."""
UNWORKED_REST = timedelta(days=28)
"""Time after the end of a card that nobody worked on, after which it delays no next one.

Chosen on the first half of the demo shop's replayed year: of the cards for regulars .31 came true
with it, .27 to .29 without, when they took the room of other customers' cards."""
PAST = f"""
SELECT customer_id, cause, max(at) FILTER (WHERE NOT stale) AS last_at, bool_or(open) AS open,
  sum(card)::int AS cards,
  (array_agg(strength ORDER BY at DESC) FILTER (WHERE NOT stale))[1] AS strength,
  (array_agg(advised ORDER BY at DESC) FILTER (WHERE NOT stale))[1] AS advised
FROM (
  SELECT customer_id, cause, created_at AS at, status IN ('pending', 'snoozed') AS open, 1 AS card,
    (evidence ->> 'strength')::float8 AS strength, false AS advised,
    {UNWORKED} AND changed_at < $3 AS stale
  FROM conversation_cards k WHERE business_id = $1 AND customer_id = ANY($2)
  UNION ALL
  SELECT customer_id, cause, held_out_at, false, 0, strength, advised, false
  FROM card_hold_outs WHERE business_id = $1 AND customer_id = ANY($2)
) AS earlier GROUP BY customer_id, cause
"""


async def news(unit: Unit, since: datetime, lifetime: timedelta, owner: str, limit: int) -> Any:
    """Return recent activity, newest first: a union of contexts, cards and outcomes.

    lifetime: how long a context is valid. owner: of the customer, not of the card.
    """
    clause = owned(owner).replace(_PERSON, "c.owner_id")
    args = (owner or None, since, since + lifetime, limit)
    return await unit.fetch(NEWS.format(owned=clause), unit.business_id, *args)


NEWS = """
SELECT n.at, n.kind, n.customer_id, c.external_id, c.name, n.title, n.text, c.identity_strength,
  c.band FROM (
  SELECT shared_at AS at, 'context' AS kind, customer_id, context_type AS title,
    coalesce(note, '') AS text
  FROM customer_contexts
  WHERE business_id = $1 AND withdrawn_at IS NULL AND expires_at > $4 AND shared_at > $3
  UNION ALL
  SELECT created_at, 'card', customer_id, cause, reason FROM conversation_cards
  WHERE business_id = $1 AND created_at > $3 AND status = 'pending'
  UNION ALL
  SELECT outcome_at, 'outcome', customer_id, outcome, outcome_note FROM conversation_cards
  WHERE business_id = $1 AND outcome_at > $3
) n JOIN scored_customers c ON c.business_id = $1 AND c.id = n.customer_id
WHERE {owned} ORDER BY n.at DESC LIMIT $5
"""
