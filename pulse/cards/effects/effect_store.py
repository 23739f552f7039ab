"""Measure the effects of conversations from the database, and store what the queue uses."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from pulse import clock, logs
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import read_section, write_section
from pulse.cards import settings
from pulse.cards.bandit.uplift import YEAR, units
from pulse.cards.effects.estimation import Units, levels, measure_effects
from pulse.cards.effects.ranking_gain import ranking_gain
from pulse.cards.effects.strata import ANY, SECTION, EffectModel
from pulse.cards.settings import CardRules
from pulse.db.transaction import Unit, tenant
from pulse.tables.business import Business


class CountedUnit(msgspec.Struct, frozen=True):
    """One counted unit (customer and quarter): its date, its side, and whether they came back.

    group: the key of its stratum.
    """

    external_id: str
    name: str
    at: datetime
    held_out: bool
    back: bool
    group: tuple[str, int, int]


class EffectReport(msgspec.Struct, frozen=True):
    """The effect model of the last year and all its units, newest first.

    share: the part that is held out (0–1).
    """

    model: EffectModel
    units: list[CountedUnit]
    share: float


async def effect_report(scope: Scope) -> EffectReport:
    """Return the current effects over the customers that these staff see."""
    scope.require(Permission.view)
    async with tenant(scope, replica=True) as unit:
        rules = await _rules(unit)
        rows = await _noted(unit, rules)
    return await asyncio.to_thread(_report, rows, rules)


async def compared_units(scope: Scope) -> list[CountedUnit]:
    """Return all units that the uplift counts, newest first; without strata."""
    scope.require(Permission.view)
    async with tenant(scope, replica=True) as unit:
        rows = await _year_of_units(unit, await _rules(unit))
    return [_counted(row, (row["cause"], ANY, ANY)) for row in rows]


async def learn_effects(scope: Scope) -> EffectModel:
    """Measure the effects and store them if the queue may use them."""
    async with tenant(scope) as unit:
        rules = await _rules(unit)
        rows = await _noted(unit, rules)
    model = await asyncio.to_thread(_measured, _columns(rows), rules)
    used = model.ranks or bool(model.left_alone)
    kept = msgspec.to_builtins(model) if used else {}
    async with tenant(scope) as unit:
        if kept or await read_section(unit, SECTION):
            await write_section(unit, SECTION, kept)
    logs.event(
        "conversation_effects_measured",
        business_id=scope.business_id,
        held_out=model.held_out,
        ranks=model.ranks,
        left_alone=len(model.left_alone),
    )
    return model


def _report(rows: Sequence[Any], rules: CardRules) -> EffectReport:
    seen = _columns(rows)
    model = _measured(seen, rules)
    strength = levels(seen.strength, model.strength_edges).tolist()
    value = levels(seen.value, model.value_edges).tolist()
    counted = [_counted(row, (row["cause"], strength[n], value[n])) for n, row in enumerate(rows)]
    return EffectReport(model, counted, rules.hold_out_share)


def _counted(row: Any, group: tuple[str, int, int]) -> CountedUnit:
    who = row["external_id"], row["name"]
    return CountedUnit(*who, row["at"], row["held"], row["back"], group)


def _measured(seen: Units, rules: CardRules) -> EffectModel:
    days = rules.return_window_days
    model = measure_effects(seen, days)
    return msgspec.structs.replace(model, gain=ranking_gain(seen, days))


def _columns(rows: Sequence[Any]) -> Units:
    def numbers(name: str) -> Any:
        return np.array([row[name] for row in rows], dtype=np.float64)  # None becomes NaN

    return Units(
        np.array([row["customer"] for row in rows], dtype=np.int64),
        np.array([row["held"] for row in rows], dtype=bool),
        np.array([row["back"] for row in rows], dtype=bool),
        np.array([row["cause"] for row in rows], dtype=np.str_),
        numbers("strength"),
        numbers("value"),
        numbers("lapse_chance"),
    )


async def _noted(unit: Unit, rules: CardRules) -> list[Any]:
    """Return the last year's units with recorded facts whose observation window is over.

    Units from before the first recorded card are left out: only held-out ones would have facts.
    """
    rows = await _year_of_units(unit, rules)
    begun = min((row["at"] for row in rows if not row["held"] and row["noted"]), default=None)
    return [row for row in rows if begun is not None and row["noted"] and row["at"] >= begun]


async def _year_of_units(unit: Unit, rules: CardRules) -> list[Any]:
    """Return the last year's units whose observation window is over."""
    until = clock.now() - timedelta(days=rules.return_window_days)
    return await units(unit, until - YEAR, until, rules.return_window_days)


async def _rules(unit: Unit) -> CardRules:
    row = await Business.select(Business.settings).where(Business.id == unit.business_id).first()
    return settings.read(row["settings"] if row else None)
