"""The rhythm of a business as it is kept: learned from its own orders, renewed once a month."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

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
from pulse.tables.imports import ImportMapping
from pulse.tabular import mapping, outcome_column
from pulse.tabular.profiling import profile

SECTION = "lifecycle"
LEARNED_FROM = 20_000  # customers; more of them move no figure
RENEWED_AFTER = timedelta(days=30)
LOOKED_AT = 2_000  # customers whose attributes are looked through for who has left


class StoredRhythm(msgspec.Struct, frozen=True):
    """What stands in the business's settings."""

    rhythm: Rhythm
    learned_at: datetime


async def rhythm_of(unit: Unit) -> Rhythm:
    """The rhythm in use; where none was learned yet nobody has lapsed."""
    kept = await _kept(unit)
    return kept.rhythm if kept else Rhythm()


async def ensure_rhythm(unit: Unit, everybody: Gathered | None = None) -> Rhythm:
    """The rhythm in use; learned from the orders up to now where there is none or it is dated.

    `everybody` spares the reading where the caller has it.
    """
    kept = await _kept(unit)
    declared = [
        LeavingRule(attribute, tuple(word.strip().lower() for word in words))
        for attribute, words in (await declared_labels(unit)).items()
    ]
    if kept and not _dated(kept, declared):
        return kept.rhythm
    everybody = everybody or await gather(unit, await repository.sample(unit, LEARNED_FROM))
    rhythm = await asyncio.to_thread(_learn, everybody, declared)
    if kept:  # until it is learned anew, beside the next rescoring
        rhythm = msgspec.structs.replace(rhythm, chance=kept.rhythm.chance)
    await write_section(unit, SECTION, msgspec.to_builtins(StoredRhythm(rhythm, clock.now())))
    return rhythm


async def keep(unit: Unit, rhythm: Rhythm) -> None:
    """Keep a rhythm whose chance to lapse was learned; when it is renewed stays as it was."""
    kept = await _kept(unit)
    learned_at = kept.learned_at if kept else clock.now()
    await write_section(unit, SECTION, msgspec.to_builtins(StoredRhythm(rhythm, learned_at)))


def rhythm_in(settings: Mapping[str, Any] | None) -> Rhythm:
    """The rhythm within a business's settings that were read already."""
    kept = _parsed(dict(settings or {}).get(SECTION) or {})
    return kept.rhythm if kept else Rhythm()


def _dated(kept: StoredRhythm, declared: list[LeavingRule]) -> bool:
    """Whether it is a month old, had too little to learn from, or misses a declared label."""
    old = clock.now() - kept.learned_at >= RENEWED_AFTER
    return old or not kept.rhythm.gaps or not set(declared) <= set(kept.rhythm.leaving)


async def _kept(unit: Unit) -> StoredRhythm | None:
    return _parsed(await read_section(unit, SECTION))


def _parsed(plain: Mapping[str, Any]) -> StoredRhythm | None:
    try:
        return msgspec.convert(plain, StoredRhythm) if plain else None
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
    if label is None or not label.leaving:
        return None
    return LeavingRule(name, tuple(word.strip().lower() for word in label.leaving))


async def declared_labels(unit: Unit) -> dict[str, tuple[str, ...]]:
    """Attribute → its words for "left", as imports have named them; the newest import first.

    No words: the attribute is the day of leaving.
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
