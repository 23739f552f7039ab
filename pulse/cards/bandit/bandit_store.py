"""Trials and hold-outs of the learning loop in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from piccolo.columns import Column

from pulse.cards.admission import Candidate
from pulse.cards.bandit import learning_sql
from pulse.cards.bandit.bandit import HALF_LIFE, Ledger, Trial
from pulse.cards.triggers import discover
from pulse.db.transaction import Unit
from pulse.i18n.card_phrases import STYLES
from pulse.tables.card import CardTrial

CONTEXTS = ("none", "busy", "stuck", "exploring", "frustrated", "own_words")


async def ledger_of(unit: Unit) -> Ledger:
    """Return the bandit's state for a business, learned from its recorded outcomes by age."""
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
    """Return all trials with an outcome; equal ones are counted together (edits to a tenth)."""
    return [(trial, times) for trial, times, _ in await _discounted(unit)]


async def _discounted(unit: Unit) -> list[tuple[Trial, int, float]]:
    """Return groups of equal trials with an outcome: their number and their discounted number."""
    rows = await learning_sql.finished(unit, HALF_LIFE)
    return [
        (
            Trial(row["cause"], row["context"], row["style"], row["outcome"], row["edited"]),
            row["n"],
            row["weight"],
        )
        for row in rows
    ]


async def record_trials(
    unit: Unit, begun: Sequence[tuple[UUID, Candidate, str, int, float]]
) -> None:
    """Save new trials: (card, candidate, style, variant, probability of the style)."""
    columns: list[list[Any]] = [
        [card_id for card_id, *_ in begun],
        [candidate.trigger.cause for _, candidate, *_ in begun],
        [candidate.context.state for _, candidate, *_ in begun],
        [style for _, _, style, _, _ in begun],
        [variant for _, _, _, variant, _ in begun],
        [chance for *_, chance in begun],
        [candidate.trigger.cause for _, candidate, *_ in begun],
        [candidate.context.strength for _, candidate, *_ in begun],
        [candidate.context.value for _, candidate, *_ in begun],
        [candidate.context.chance for _, candidate, *_ in begun],
    ]
    await learning_sql.insert_trials(unit, columns)


async def record_result(
    unit: Unit, card_id: UUID, outcome: str | None, edit_share: float | None = None
) -> None:
    """Save the outcome of a trial; None reopens it. A known edit share is kept."""
    values: dict[Column | str, Any] = {CardTrial.outcome: outcome}
    if edit_share is not None:
        values[CardTrial.edit_share] = edit_share
    await CardTrial.update(values).where(
        CardTrial.business_id == unit.business_id, CardTrial.card_id == card_id
    )


async def reopen(unit: Unit, card_id: UUID, outcome: str | None, undelivered: bool) -> None:
    """Remove the outcome of a trial and, if the card is no longer delivered, its edit share."""
    values: dict[Column | str, Any] = {CardTrial.outcome: outcome}
    if undelivered:
        values[CardTrial.edit_share] = None
    await CardTrial.update(values).where(
        CardTrial.business_id == unit.business_id, CardTrial.card_id == card_id
    )


async def record_holdouts(unit: Unit, held: Sequence[Candidate], *, advised: bool = False) -> None:
    """Save which customers were held out, for the comparison with those who got a card.

    advised: held out on advice, not at random; these are not compared.
    """
    if not held:
        return
    columns: list[list[Any]] = [
        [each.context.customer_id for each in held],
        [each.trigger.cause for each in held],
        [each.context.state for each in held],
        [each.context.strength for each in held],
        [each.context.value for each in held],
        [each.context.chance for each in held],
    ]
    await learning_sql.insert_holdouts(unit, columns, advised)
