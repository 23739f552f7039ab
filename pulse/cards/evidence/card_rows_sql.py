"""Cards as rows: written with the evidence of their moment, renewed while they wait.

Raw SQL: whole batches go in by unnest, and JSON columns are taken apart in the statement.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.cards.admission import Candidate
from pulse.cards.drafting.templates import Draft
from pulse.cards.evidence.card_context import CardContext
from pulse.cards.evidence.reasons import moved, reasons
from pulse.db.transaction import Unit

MOST_FACTORS = 8


class Prepared(msgspec.Struct, frozen=True):
    """A card ready to be written; chance is how likely its style was, variant picks the text."""

    candidate: Candidate
    draft: Draft
    language: str
    style: str
    chance: float
    variant: int


async def insert(unit: Unit, cards: Sequence[Prepared], note: str) -> list[Any]:
    """Insert all in one statement; who has an open card meanwhile is left alone."""
    columns = [
        ("customer_id", "uuid", [c.candidate.context.customer_id for c in cards]),
        ("cause", "text", [c.candidate.trigger.cause for c in cards]),
        ("causes", "jsonb", [_json(c.candidate.causes) for c in cards]),
        ("ai_generated_opener", "text", [c.draft.opener for c in cards]),
        ("style", "text", [c.style for c in cards]),
        ("language", "text", [c.language for c in cards]),
        ("reason", "text", [c.draft.reason for c in cards]),
        ("channel", "text", [c.draft.channel for c in cards]),
        ("follow_up", "text", [c.draft.follow_up for c in cards]),
        (
            "reasons",
            "jsonb",
            [_json(told_reasons(c.candidate)) for c in cards],
        ),
        ("evidence", "jsonb", [_json(evidence(c.candidate.context)) for c in cards]),
        ("priority", "float8", [c.candidate.priority.score for c in cards]),
        ("priority_reasons", "jsonb", [_json(c.candidate.priority.reasons) for c in cards]),
    ]
    names = ", ".join(name for name, _, _ in columns)
    arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind, _) in enumerate(columns, 4))
    return await unit.fetch(
        "INSERT INTO conversation_cards "
        f"(business_id, created_at, updated_at, writer, writer_note, {names}) "
        f"SELECT $1, $2, $2, 'template', $3, * FROM unnest({arrays}) "
        "ON CONFLICT (business_id, customer_id) WHERE status IN ('pending', 'snoozed') "
        "DO NOTHING RETURNING id, customer_id, cause",
        unit.business_id,
        clock.now(),
        note,
        *[values for _, _, values in columns],
    )


class Renewed(msgspec.Struct, frozen=True):
    """What an open card says now; without a draft its opener stays."""

    card_id: UUID
    candidate: Candidate
    status: str
    draft: Draft | None = None


async def renew(unit: Unit, cards: Sequence[Renewed]) -> None:
    """Write causes, reasons, evidence and rank of open cards anew; the revision stays."""
    await unit.executemany(
        RENEW,
        [
            (
                unit.business_id,
                each.card_id,
                each.candidate.trigger.cause,
                each.candidate.causes,
                list(told_reasons(each.candidate)),
                evidence(each.candidate.context),
                each.candidate.priority.score,
                msgspec.to_builtins(each.candidate.priority.reasons),
                each.status,
                each.draft.opener if each.draft else None,
                each.candidate.trigger.reason if each.draft else None,
                clock.now(),
            )
            for each in cards
        ],
    )
    await unit.executemany(
        "UPDATE card_trials SET cause = $3, context = $4, updated_at = $5 "
        "WHERE business_id = $1 AND card_id = $2 AND outcome IS NULL",
        [
            (
                unit.business_id,
                each.card_id,
                each.candidate.trigger.cause,
                each.candidate.context.state,
                clock.now(),
            )
            for each in cards
        ],
    )


def told_reasons(candidate: Candidate) -> tuple[str, ...]:
    """Why there is this card, all causes together."""
    return reasons(candidate.context, candidate.trigger, candidate.also)


def evidence(context: CardContext) -> dict[str, Any]:
    """What was known when the card was opened: it stays as it was, whatever changes later."""
    told = msgspec.to_builtins(context)
    told["factors"] = [msgspec.to_builtins(factor) for factor in _telling(context)]
    told["drop"], told["state"] = context.drop, context.state
    for identifying in ("business_id", "customer_id", "external_id", "name", "owner_id", "wanted"):
        told.pop(identifying, None)
    return dict(told)


def _telling(context: CardContext) -> list[Any]:
    """The factors worth keeping: what moved, then what weighs most."""
    first = moved(context.factors)
    rest = sorted(
        (factor for factor in context.factors if factor not in first),
        key=lambda factor: -abs(factor.contribution),
    )
    return [*first, *rest][:MOST_FACTORS]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


RENEW = """
UPDATE conversation_cards SET cause = $3, causes = $4, reasons = $5, evidence = $6, priority = $7,
  priority_reasons = $8, status = $9,
  snoozed_until = CASE WHEN $9 = 'snoozed' THEN snoozed_until END,
  ai_generated_opener = coalesce($10, ai_generated_opener), reason = coalesce($11, reason),
  updated_at = $12
WHERE business_id = $1 AND id = $2
"""


async def customers_with_cards(unit: Unit, among: Sequence[UUID]) -> set[UUID]:
    """Who has an open card; of many customers it is cheaper to read all open cards."""
    rows = await unit.fetch(
        "SELECT customer_id FROM conversation_cards WHERE business_id = $1 "
        "AND status IN ('pending', 'snoozed') AND ($2::uuid[] IS NULL OR customer_id = ANY($2))",
        unit.business_id,
        [*among] if len(among) <= FEW else None,
    )
    return {row["customer_id"] for row in rows}


async def open_cards_of(unit: Unit, customers: Sequence[UUID]) -> Sequence[Any]:
    """The open cards of these customers, locked until the unit of work ends."""
    return await unit.fetch(OPEN, unit.business_id, [*customers])


async def put_reason_first(
    unit: Unit, card_id: UUID, why: str, dismissed_reason: str, closing: bool
) -> None:
    """Say on a card why it is no longer due; `closing` dismisses it for this reason."""
    if closing:
        await unit.execute(CLOSE, unit.business_id, card_id, why, clock.now(), dismissed_reason)
    else:
        await unit.execute(SAY_SO, unit.business_id, card_id, why, clock.now())


FEW = 200  # customers
OPEN = """
SELECT k.id, k.customer_id, k.cause, k.causes, k.reason, k.reasons, k.priority, k.status, k.style,
  k.language, k.edited_opener, k.evidence -> 'declared' ->> 'note' AS note, k.created_at,
  b.name AS business, b.currency,
  (k.status = 'pending' AND k.edited_opener IS NULL AND k.assigned_to IS NULL
    AND k.changed_at IS NULL) AS untouched,
  (SELECT t.variant FROM card_trials t WHERE t.business_id = k.business_id AND t.card_id = k.id)
    AS variant
FROM conversation_cards k JOIN businesses b ON b.id = k.business_id
WHERE k.business_id = $1 AND k.customer_id = ANY($2) AND k.status IN ('pending', 'snoozed')
ORDER BY k.id FOR UPDATE OF k
"""
CLOSE = """
UPDATE conversation_cards SET status = 'dismissed', dismissed_reason = $5, revision = revision + 1,
  reasons = jsonb_build_array($3::text) || reasons, changed_by = 'Pulse', changed_at = $4,
  updated_at = $4 WHERE business_id = $1 AND id = $2
"""
SAY_SO = """
UPDATE conversation_cards SET reasons = jsonb_build_array($3::text), updated_at = $4
WHERE business_id = $1 AND id = $2
"""
