"""Learn the chance to lapse or leave and store it with the rhythm of the business."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import numpy as np

from pulse import clock
from pulse.customers import repository
from pulse.db.transaction import Unit
from pulse.scoring import scorecard_store
from pulse.scoring.bands import HIGH_DAYS
from pulse.scoring.lifecycle import rhythm_store
from pulse.scoring.lifecycle.lapse_chance import (
    LEAST_ORDER_DAYS,
    PRIOR,
    LapseChance,
    ReplacedChance,
    features,
)
from pulse.scoring.lifecycle.standing import Rhythm, standing
from pulse.scoring.metrics.catalogue import MetricDefinition, measure
from pulse.scoring.metrics.event_features import Bools, Facts, Floats, Past
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.scoring.scorecard import Scorecard, score
from pulse.tables.customer import CustomerScore

WITHIN = 90.0
"""Days without an order that count as a lapse, the same as for judging cards."""
DATES, APART = 6, 30.0
"""Number of past dates used together, and the days between them."""
HISTORY = 60.0
"""Minimum days of order history before the earliest of them."""
TRUST = np.array([5.0, 10.0, 10.0])
"""Precision of the prior for the intercept and both slopes."""


async def ensure_lifecycle(unit: Unit, everybody: Gathered | None = None) -> Rhythm:
    """Return the current rhythm with its chance to lapse; learns what is missing or outdated.

    The chance depends on the strength and is learned again for another published scorecard.
    everybody: all customers, if the caller has already read them.
    """
    rhythm = await rhythm_store.ensure_rhythm(unit, everybody)
    current = await scorecard_store.published_or_none(unit)
    nobody_left = _has_leavers(rhythm) and not rhythm.chance.outcomes
    if current is None or (rhythm.chance_by == str(current.id) and not nobody_left):
        return rhythm
    found = PRIOR
    if rhythm.orders or _has_leavers(rhythm):
        drawn = rhythm_store.LEARNED_FROM
        everybody = everybody or await gather(unit, await repository.sample(unit, drawn))
        of = everybody.facts, current.catalogue, current.card, rhythm
        if rhythm.orders:
            found = await asyncio.to_thread(learn_chance, *of)
        else:
            found = await asyncio.to_thread(learn_leaving, *of, clock.days_of(clock.now()))
    replaced = await _replaced(unit, rhythm, found)
    rhythm = msgspec.structs.replace(
        rhythm, chance=found, chance_by=str(current.id), replaced=replaced
    )
    await rhythm_store.keep(unit, rhythm)
    return rhythm


async def _replaced(unit: Unit, rhythm: Rhythm, found: LapseChance) -> tuple[ReplacedChance, ...]:
    """Return the chances of the last HIGH_DAYS that are used no more, if anybody was scored."""
    now = clock.now()
    recent = [one for one in rhythm.replaced if one.until > now - timedelta(days=HIGH_DAYS)]
    scored = CustomerScore.exists().where(CustomerScore.business_id == unit.business_id)
    if found != rhythm.chance and await scored:
        recent.append(ReplacedChance(rhythm.chance, now))
    return tuple(recent)


def _has_leavers(rhythm: Rhythm) -> bool:
    """Return whether there are no orders, but a sign of who has left."""
    return not rhythm.orders and bool(rhythm.leaving or rhythm.leaving_events)


def learn_leaving(
    facts: Facts,
    catalogue: Sequence[MetricDefinition],
    card: Scorecard,
    rhythm: Rhythm,
    as_of: float,
) -> LapseChance:
    """Learn the share of customers who have left, by strength, where there are no orders. Blocks.

    PRIOR, with no outcomes, while nobody is known to have left.
    """
    left = np.asarray(standing(Past(facts, as_of), rhythm).state == "left", dtype=bool)
    if not left.any():
        return PRIOR
    strength = score(card, measure(facts, catalogue, as_of)).strength
    return _fit(features(strength, np.ones(len(strength))), left)


def learn_chance(
    facts: Facts, catalogue: Sequence[MetricDefinition], card: Scorecard, rhythm: Rhythm
) -> LapseChance:
    """Learn from what happened after several past dates, by strength and lateness. Blocks.

    Customers who had lapsed or left, or had ordered on fewer than two days, are excluded. Few
    outcomes stay near the prior.
    """
    if not rhythm.orders or not facts.events.at.size:
        return PRIOR
    last, first = float(facts.events.at.max()), float(facts.events.at.min())
    moments = [last - WITHIN - step * APART for step in range(DATES)]
    parts = [
        _outcomes(facts, catalogue, card, rhythm, moment)
        for moment in moments
        if moment - first >= HISTORY
    ]
    if not parts:
        return PRIOR
    x = np.concatenate([known for known, _ in parts])
    return _fit(x, np.concatenate([lapsed for _, lapsed in parts]))


def _outcomes(
    facts: Facts,
    catalogue: Sequence[MetricDefinition],
    card: Scorecard,
    rhythm: Rhythm,
    moment: float,
) -> tuple[Floats, Bools]:
    """Return ([n, 3] features, [n] whether no order followed) at that moment."""
    stand = standing(Past(facts, moment), rhythm)
    later = standing(Past(facts, moment + WITHIN), rhythm)
    strength = score(card, measure(facts, catalogue, moment)).strength
    counted = (stand.active_days >= LEAST_ORDER_DAYS) & ~stand.outside
    lapsed = ~(later.last_order > moment)
    return features(strength, stand.lateness)[counted], lapsed[counted]


def _fit(x: Floats, lapsed: Bools) -> LapseChance:
    """Return the most likely weights given the prior, with slopes of the expected sign."""
    prior = np.array([PRIOR.intercept, PRIOR.fall, PRIOR.late])
    free = np.ones(3, dtype=bool)
    weights = prior
    for _ in range(3):  # a slope of the wrong sign is set to 0 and the others are fitted again
        weights = _newton(x, lapsed.astype(np.float64), prior, free)
        turned = weights[1:] < 0
        if not turned.any():
            break
        free[1:] &= ~turned
    intercept, fall, late = weights.tolist()
    return LapseChance(intercept, fall, late, len(lapsed), int(lapsed.sum()))


def _newton(x: Floats, target: Floats, prior: Floats, free: Bools) -> Floats:
    weights = np.where(free, prior, 0.0)
    mine, trust = x[:, free], TRUST[free]
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = mine.T @ (p - target) + trust * (weights - prior)[free]
        curved = (mine * (p * (1 - p))[:, None]).T @ mine + np.diag(trust)
        step = np.linalg.solve(curved, gradient)
        weights[free] -= step
        if np.abs(step).max() < 1e-10:
            break
    return weights
