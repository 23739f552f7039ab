"""What the learning loop remembers of each card, in the database: trials and hold-outs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from piccolo.columns import Column

from pulse import clock
from pulse.cards.admission import Candidate
from pulse.cards.bandit.bandit import HALF_LIFE, Ledger, Trial
from pulse.cards.triggers import discover
from pulse.db.transaction import Unit
from pulse.i18n.card_phrases import STYLES
from pulse.tables.card import CardTrial

CONTEXTS = ("none", "busy", "stuck", "exploring", "frustrated", "own_words")


async def ledger_of(unit: Unit) -> Ledger:
    """The belief of this business after its recorded outcomes, older ones counting for less."""
    counted = await _discounted(unit)
    causes = dict.fromkeys([*discover(), *(trial.cause for trial, _, _ in counted)])
    contexts = dict.fromkeys([*CONTEXTS, *(trial.context for trial, _, _ in counted)])
    return Ledger.of(
        ((trial, weight) for trial, _, weight in counted),
        [*causes],
        [*contexts],
        STYLES,
    )


async def finished(unit: Unit) -> list[tuple[Trial, int]]:
    """All trials with an outcome, alike ones counted together (edits to a tenth)."""
    return [(trial, times) for trial, times, _ in await _discounted(unit)]


async def _discounted(unit: Unit) -> list[tuple[Trial, int, float]]:
    """Alike trials with an outcome: how many, and how many they count for by their age."""
    rows = await unit.fetch(FINISHED, unit.business_id, HALF_LIFE)
    return [
        (
            Trial(row["cause"], row["context"], row["style"], row["outcome"], row["edited"]),
            row["n"],
            row["weight"],
        )
        for row in rows
    ]


FINISHED = """
SELECT cause, context, style, outcome, round(edit_share::numeric, 1)::float8 AS edited,
  count(*) AS n, sum(power(0.5, newer / $2::float8))::float8 AS weight
FROM (SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) - 1 AS newer
  FROM card_trials WHERE business_id = $1 AND outcome IS NOT NULL) AS aged
GROUP BY 1, 2, 3, 4, 5
"""


async def record_trials(
    unit: Unit, begun: Sequence[tuple[UUID, Candidate, str, int, float]]
) -> None:
    """Remember new trials: (card, candidate, style, variant, chance of the style)."""
    await unit.execute(
        "INSERT INTO card_trials (business_id, created_at, card_id, cause, context, style, "
        "variant, chance) SELECT $1, $2, * FROM "
        "unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[], $8::float8[])",
        unit.business_id,
        clock.now(),
        [card_id for card_id, *_ in begun],
        [candidate.trigger.cause for _, candidate, *_ in begun],
        [candidate.context.state for _, candidate, *_ in begun],
        [style for _, _, style, _, _ in begun],
        [variant for _, _, _, variant, _ in begun],
        [chance for *_, chance in begun],
    )


async def record_result(
    unit: Unit, card_id: UUID, outcome: str | None, edit_share: float | None = None
) -> None:
    """How a trial went; outcome None opens it again. An edit share once known stays."""
    values: dict[Column | str, Any] = {CardTrial.outcome: outcome}
    if edit_share is not None:
        values[CardTrial.edit_share] = edit_share
    await CardTrial.update(values).where(
        CardTrial.business_id == unit.business_id, CardTrial.card_id == card_id
    )


async def reopen(unit: Unit, card_id: UUID, outcome: str | None, undelivered: bool) -> None:
    """Take back how a trial went; an undelivered card has no edit share either."""
    values: dict[Column | str, Any] = {CardTrial.outcome: outcome}
    if undelivered:
        values[CardTrial.edit_share] = None
    await CardTrial.update(values).where(
        CardTrial.business_id == unit.business_id, CardTrial.card_id == card_id
    )


async def record_holdouts(unit: Unit, held: Sequence[Candidate]) -> None:
    """Remember who was left alone, so that outreach can be compared with nothing."""
    if not held:
        return
    await unit.execute(
        "INSERT INTO card_hold_outs (business_id, customer_id, cause, context, strength, "
        "held_out_at) SELECT $1, *, $6 FROM "
        "unnest($2::uuid[], $3::text[], $4::text[], $5::float8[])",
        unit.business_id,
        [each.context.customer_id for each in held],
        [each.trigger.cause for each in held],
        [each.context.state for each in held],
        [each.context.strength for each in held],
        clock.now(),
    )
