"""New cards become rows, with the evidence of their moment, all in one statement."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pulse import clock
from pulse.cards.admission import Candidate
from pulse.cards.reasons import moved, reasons
from pulse.cards.templates import Draft
from pulse.cards.triggers import CardContext
from pulse.database.tenancy import Unit

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
    """Insert all in one statement; a card that somebody else opened meanwhile is left alone."""
    columns = [
        ("customer_id", "uuid", [c.candidate.context.customer_id for c in cards]),
        ("cause", "text", [c.candidate.trigger.cause for c in cards]),
        ("ai_generated_opener", "text", [c.draft.opener for c in cards]),
        ("style", "text", [c.style for c in cards]),
        ("language", "text", [c.language for c in cards]),
        ("reason", "text", [c.draft.reason for c in cards]),
        ("channel", "text", [c.draft.channel for c in cards]),
        ("follow_up", "text", [c.draft.follow_up for c in cards]),
        (
            "reasons",
            "jsonb",
            [_json(reasons(c.candidate.context, c.candidate.trigger)) for c in cards],
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
        "ON CONFLICT (business_id, customer_id, cause) WHERE status IN ('pending', 'snoozed') "
        "DO NOTHING RETURNING id, customer_id, cause",
        unit.business_id,
        clock.now(),
        note,
        *[values for _, _, values in columns],
    )


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
