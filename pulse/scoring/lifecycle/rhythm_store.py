"""The stored rhythm of a business: learned from its orders, renewed once a month."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock
from pulse.auth.settings.business_settings import read_section, write_section
from pulse.customers import repository
from pulse.db.transaction import Unit
from pulse.scoring.lifecycle.standing import LeavingRule, Rhythm, learn_rhythm, leaving_rule
from pulse.scoring.metrics.candidate_metrics import as_text
from pulse.scoring.metrics.event_features import Objects
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.tables.activity import Event
from pulse.tables.imports import ImportMapping
from pulse.tabular import mapping, outcome_column
from pulse.tabular.profiling import profile

SECTION = "lifecycle"
LEARNED_FROM = 20_000  # customers; a larger sample does not change the result
RENEWED_AFTER = timedelta(days=30)
SCORE_COLUMNS = 1
"""Raise it with a new column of `customer_scores`: everybody is scored again to fill it."""
LOOKED_AT = 2_000  # customers whose attributes are searched for a sign of leaving


class StoredRhythm(msgspec.Struct, frozen=True):
    """The rhythm as stored in the business's settings."""

    rhythm: Rhythm
    learned_at: datetime
    score_columns: int = 0
    """SCORE_COLUMNS when everybody was scored last."""


async def rhythm_of(unit: Unit) -> Rhythm:
    """Return the current rhythm; before one is learned, no customer counts as lapsed."""
    kept = await _kept(unit)
    return kept.rhythm if kept else Rhythm()


async def lacks_columns(unit: Unit) -> bool:
    """Return whether everybody was last scored by a release without a column of today."""
    kept = await _kept(unit)
    return kept is not None and kept.score_columns < SCORE_COLUMNS


async def ensure_rhythm(unit: Unit, everybody: Gathered | None = None) -> Rhythm:
    """Return the current rhythm; learns it from the orders so far if missing or outdated.

    everybody: all customers, if the caller has already read them. They are scored next.
    """
    kept = await _kept(unit)
    declared = [
        LeavingRule(attribute, tuple(word.strip().lower() for word in words))
        for attribute, words in (await declared_labels(unit)).items()
    ]
    if kept and not _dated(kept, declared):
        if kept.score_columns < SCORE_COLUMNS:
            await _write(unit, kept.rhythm, kept.learned_at)
        return kept.rhythm
    everybody = everybody or await gather(unit, await repository.sample(unit, LEARNED_FROM))
    rhythm = await asyncio.to_thread(_learn, everybody, declared)
    if kept:  # valid until it is learned again with the next rescoring
        known = kept.rhythm
        rhythm = msgspec.structs.replace(rhythm, chance=known.chance, replaced=known.replaced)
    await _write(unit, rhythm, clock.now())
    return rhythm


async def keep(unit: Unit, rhythm: Rhythm) -> None:
    """Store a rhythm with a newly learned chance to lapse; its renewal date does not change."""
    kept = await _kept(unit)
    await _write(unit, rhythm, kept.learned_at if kept else clock.now())


async def _write(unit: Unit, rhythm: Rhythm, learned_at: datetime) -> None:
    stored = StoredRhythm(rhythm, learned_at, SCORE_COLUMNS)
    await write_section(unit, SECTION, msgspec.to_builtins(stored))


def rhythm_in(settings: Mapping[str, Any] | None) -> Rhythm:
    """Return the rhythm from settings that were already read."""
    kept = _parsed(dict(settings or {}).get(SECTION) or {})
    return kept.rhythm if kept else Rhythm()


def _dated(kept: StoredRhythm, declared: list[LeavingRule]) -> bool:
    """Return whether it is a month old, had too little data, or lacks a declared label."""
    old = clock.now() - kept.learned_at >= RENEWED_AFTER
    return old or not kept.rhythm.gaps or not set(declared) <= set(kept.rhythm.leaving)


async def _kept(unit: Unit) -> StoredRhythm | None:
    return _parsed(await read_section(unit, SECTION))


def _parsed(plain: Mapping[str, Any]) -> StoredRhythm | None:
    try:
        return msgspec.convert(plain, StoredRhythm) if plain else None
    except msgspec.ValidationError:  # stored by another release: learn it again
        return None


def _learn(everybody: Gathered, declared: list[LeavingRule]) -> Rhythm:
    rules = {rule.attribute: rule for rule in (*_found(everybody), *declared)}
    return learn_rhythm(everybody.facts, clock.days_of(clock.now()), rules.values())


def _found(everybody: Gathered) -> list[LeavingRule]:
    """Return the attributes whose names and values say who has left."""
    found = []
    for name, values in everybody.facts.attributes.items():
        looked = values[:LOOKED_AT]
        rule = leaving_rule(name, looked) or _two_valued(name, looked)
        if rule is not None:
            found.append(rule)
    return found


def _two_valued(name: str, values: Objects) -> LeavingRule | None:
    label = outcome_column.find_label([profile(name, as_text(np.asarray(values, dtype=object)))])
    if label is None or not label.leaving:
        return None
    return LeavingRule(name, tuple(word.strip().lower() for word in label.leaving))


async def declared_labels(unit: Unit) -> dict[str, tuple[str, ...]]:
    """Return attribute → values for "left" as named in imports, newest import first.

    No values: the attribute is the day of leaving.
    """
    rows = (
        await ImportMapping.select(ImportMapping.mapping)
        .where(ImportMapping.business_id == unit.business_id)
        .order_by(ImportMapping.updated_at, ascending=False)
    )
    columns = [
        column
        for row in rows
        for column in mapping.from_builtins(row["mapping"]).columns
        if column.role == "label" and (column.leaving or column.reads_as == "date")
    ]
    return {column.attribute: column.leaving for column in reversed(columns)}


async def has_ordered(unit: Unit, customer_id: UUID, rhythm: Rhythm) -> bool:
    """Return whether this customer ever placed or cancelled an order, also one fully cancelled."""
    kinds = [*rhythm.orders, *rhythm.taken_back]
    return bool(kinds) and await Event.exists().where(
        Event.business_id == unit.business_id,
        Event.customer_id == customer_id,
        Event.kind.is_in(kinds),
    )
