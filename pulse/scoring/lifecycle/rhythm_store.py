"""The rhythm of a business as it is kept: learned from its own orders, renewed once a month."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from pulse import clock
from pulse.customers import repository
from pulse.db.transaction import Unit
from pulse.scoring.lifecycle.standing import LeavingRule, Rhythm, learn_rhythm, leaving_rule
from pulse.scoring.metrics.candidate_metrics import as_text
from pulse.scoring.metrics.event_features import Objects
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.tabular import mapping, outcome_column
from pulse.tabular.profiling import profile

SECTION = "lifecycle"
LEARNED_FROM = 20_000  # customers; more of them move no figure
RENEWED_AFTER = timedelta(days=30)
LOOKED_AT = 2_000  # customers whose attributes are looked through for who has left


class Kept(msgspec.Struct, frozen=True):
    """What stands in the business's settings."""

    rhythm: Rhythm
    learned_at: datetime


async def rhythm_of(unit: Unit) -> Rhythm:
    """The rhythm in use; where none was learned yet nobody has lapsed."""
    kept = await _kept(unit)
    return kept.rhythm if kept else Rhythm()


async def ensure_rhythm(unit: Unit, everybody: Gathered | None = None) -> Rhythm:
    """The rhythm in use; learned anew where there is none or it is a month old.

    `everybody` spares the reading where the caller has it.
    """
    kept = await _kept(unit)
    if kept and clock.now() - kept.learned_at < RENEWED_AFTER:
        return kept.rhythm
    return await renew_rhythm(unit, everybody)


async def renew_rhythm(unit: Unit, everybody: Gathered | None = None) -> Rhythm:
    """Learn the rhythm from the orders up to now and keep it."""
    everybody = everybody or await gather(unit, await repository.sample(unit, LEARNED_FROM))
    declared = await _declared(unit)
    rhythm = await asyncio.to_thread(_learn, everybody, declared)
    await unit.execute(
        "UPDATE businesses SET settings = settings || jsonb_build_object($2::text, $3::jsonb) "
        "WHERE id = $1",
        unit.business_id,
        SECTION,
        msgspec.to_builtins(Kept(rhythm, clock.now())),
    )
    return rhythm


async def _kept(unit: Unit) -> Kept | None:
    plain = await unit.fetchval(
        "SELECT settings -> $2 FROM businesses WHERE id = $1", unit.business_id, SECTION
    )
    try:
        return msgspec.convert(plain, Kept) if plain else None
    except msgspec.ValidationError:  # written by another release: learned anew
        return None


def _learn(everybody: Gathered, declared: list[LeavingRule]) -> Rhythm:
    rules = {rule.attribute: rule for rule in (*_found(everybody), *declared)}
    return learn_rhythm(everybody.facts, clock.days_of(clock.now()), rules.values())


def _found(everybody: Gathered) -> list[LeavingRule]:
    """Attributes that say by their names and values who has left."""
    found = []
    for name, values in everybody.facts.attributes.items():
        looked = values[:LOOKED_AT]
        rule = leaving_rule(name, looked) or _two_valued(name, looked)
        if rule is not None:
            found.append(rule)
    return found


def _two_valued(name: str, values: Objects) -> LeavingRule | None:
    label = outcome_column.find_label([profile(name, as_text(np.asarray(values, dtype=object)))])
    if label is None:
        return None
    return LeavingRule(name, tuple(word.strip().lower() for word in label.leaving))


async def _declared(unit: Unit) -> list[LeavingRule]:
    """What imports have named as the column that says who left."""
    rows: list[Any] = await unit.fetch(
        "SELECT mapping FROM import_mappings WHERE business_id = $1 ORDER BY updated_at",
        unit.business_id,
    )
    return [
        LeavingRule(column.attribute, tuple(word.strip().lower() for word in column.leaving))
        for row in rows
        for column in mapping.from_builtins(row["mapping"]).columns
        if column.role == "label" and column.leaving
    ]
