"""Insert cards with their evidence, and update the evidence while they wait.

Raw SQL: whole batches; new cards by unnest, updates by one statement with many values.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.cards.admission import Candidate
from pulse.cards.drafting.templates import Draft
from pulse.cards.evidence.card_context import CardContext
from pulse.cards.evidence.reasons import moved, reasons
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.i18n.sentences import as_text, english, stored
from pulse.tables.card import CardTrial

MOST_FACTORS = 8


class PreparedCard(msgspec.Struct, frozen=True):
    """A card ready to be inserted.

    chance: probability of its style; variant: selects the text; recovery: see `ending.recoveries`.
    """

    candidate: Candidate
    draft: Draft
    language: str
    style: str
    chance: float
    variant: int
    recovery: Mapping[str, float] = {}


async def insert(unit: Unit, cards: Sequence[PreparedCard], note: str) -> list[Any]:
    """Insert all in one statement; customers who have an open card by now are skipped."""
    columns = [
        ("customer_id", "uuid", [c.candidate.context.customer_id for c in cards]),
        ("cause", "text", [c.candidate.trigger.cause for c in cards]),
        ("causes", "jsonb", [_json(c.candidate.causes) for c in cards]),
        ("ai_generated_opener", "text", [c.draft.opener for c in cards]),
        ("style", "text", [c.style for c in cards]),
        ("language", "text", [c.language for c in cards]),
        ("reason", "text", [as_text(c.draft.reason) for c in cards]),
        ("channel", "text", [c.draft.channel for c in cards]),
        ("follow_up", "text", [c.draft.follow_up for c in cards]),
        (
            "reasons",
            "jsonb",
            [_json(reasons_in_words(c.candidate)) for c in cards],
        ),
        (
            "evidence",
            "jsonb",
            [_json(evidence(c.candidate.context, c.recovery)) for c in cards],
        ),
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
    """The new content of an open card; without a draft its opener stays.

    advice: the draft whose channel and next step are used from now on, after a change of the main
    cause. recovery: see `ending.recoveries`.
    """

    card_id: UUID
    candidate: Candidate
    status: str
    draft: Draft | None = None
    advice: Draft | None = None
    recovery: Mapping[str, float] = {}


async def renew(unit: Unit, cards: Sequence[Renewed]) -> None:
    """Update causes, reasons, evidence and rank of open cards; the revision does not change."""
    await unit.executemany(
        RENEW,
        [
            (
                unit.business_id,
                each.card_id,
                each.candidate.trigger.cause,
                each.candidate.causes,
                [stored(reason) for reason in reasons_in_words(each.candidate)],
                evidence(each.candidate.context, each.recovery),
                each.candidate.priority.score,
                msgspec.to_builtins(each.candidate.priority.reasons, enc_hook=stored),
                each.status,
                each.draft.opener if each.draft else None,
                as_text(each.candidate.trigger.reason),
                each.advice.follow_up if each.advice else None,
                each.advice.channel if each.advice else None,
                clock.now(),
            )
            for each in cards
        ],
    )
    for each in cards:
        await _RENEW_TRIAL.run(
            unit,
            business_id=unit.business_id,
            card_id=each.card_id,
            cause=each.candidate.trigger.cause,
            context=each.candidate.context.state,
        )


def reasons_in_words(candidate: Candidate) -> tuple[str, ...]:
    """Return the reasons for this card over all its causes."""
    return reasons(candidate.context, candidate.trigger, candidate.also)


def evidence(context: CardContext, recovery: Mapping[str, float] = {}) -> dict[str, Any]:
    """Return what is known now, to be stored with a card."""
    told = msgspec.to_builtins(context, enc_hook=english)
    told["factors"] = msgspec.to_builtins(_telling(context), enc_hook=english)
    told["drop"], told["state"] = context.drop, context.state
    told["recovery"] = dict(recovery)
    for identifying in ("business_id", "customer_id", "external_id", "name", "owner_id", "wanted"):
        told.pop(identifying, None)
    return dict(told)


def _telling(context: CardContext) -> list[Any]:
    """Return the factors worth storing: those that moved, then those with the most points."""
    first = moved(context.factors)
    rest = sorted(
        (factor for factor in context.factors if factor not in first),
        key=lambda factor: -abs(factor.contribution),
    )
    return [*first, *rest][:MOST_FACTORS]


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=stored).decode()


RENEW = """
UPDATE conversation_cards SET cause = $3, causes = $4, reasons = $5, evidence = $6, priority = $7,
  priority_reasons = $8, status = $9,
  snoozed_until = CASE WHEN $9 = 'snoozed' THEN snoozed_until END,
  ai_generated_opener = coalesce($10, ai_generated_opener), reason = $11,
  follow_up = coalesce($12, follow_up), channel = coalesce($13, channel), updated_at = $14
WHERE business_id = $1 AND id = $2
"""
_RENEW_TRIAL = prepared(
    CardTrial.update({CardTrial.cause: Param("cause"), CardTrial.context: Param("context")}).where(
        CardTrial.business_id == Param("business_id"),
        CardTrial.card_id == Param("card_id"),
        CardTrial.outcome.is_null(),
    )
)
