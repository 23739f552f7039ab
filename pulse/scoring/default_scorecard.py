"""The initial scorecard of a business: fixed weights, curves from its current data.

A business that sends orders gets the order metrics. Metrics that rise without any activity, such as
tenure, are shown but do not affect the score.
"""

from collections.abc import Sequence

import numpy as np

from pulse import clock
from pulse.customers import repository
from pulse.db.transaction import Unit
from pulse.scoring import scorecard_store
from pulse.scoring.bands import DEFAULT_EDGES
from pulse.scoring.lifecycle.order_metrics import ORDER_BAND_EDGES, ORDER_WEIGHTS, order_metrics
from pulse.scoring.lifecycle.rhythm_store import ensure_rhythm, rhythm_of
from pulse.scoring.lifecycle.standing import standing
from pulse.scoring.metrics.catalogue import MetricDefinition, can_decay, measure
from pulse.scoring.metrics.event_features import Facts, Past
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.scoring.scorecard import SIGNAL_SHARES, hand_set
from pulse.scoring.scorecard_store import Published
from pulse.tables.business import Business

DRAWN_FROM = 50_000  # customers whose quantiles define the first curves
OF_ATTRIBUTES = 30.0
"""Points of metrics other than orders, where there are any."""


async def ensure_published(unit: Unit, everybody: Gathered | None = None) -> Published:
    """Return the published scorecard; a business without one gets the default.

    everybody: all customers, if the caller has already read them.
    """
    published = await scorecard_store.published_or_none(unit)
    if published is not None:
        return published
    everybody = everybody or await _drawn_from(unit)
    catalogue = await _catalogue(unit, everybody)
    as_of = clock.days_of(clock.now())
    measured = measure(everybody.facts, catalogue, as_of)
    edges = DEFAULT_EDGES if _rhythmless(catalogue) else ORDER_BAND_EDGES
    active = standing(Past(everybody.facts, as_of), await rhythm_of(unit)).in_rhythm
    card = hand_set(catalogue, measured, default_weights(catalogue), edges, active)
    return await scorecard_store.publish(unit, card, by="Pulse", note="Set from the data at hand")


async def publish_first(unit: Unit) -> Gathered | None:
    """Publish the default if there is no scorecard; returns the customers used, else None.

    They are returned so that other learning steps need not read them again.
    """
    if await scorecard_store.published_or_none(unit) is not None:
        return None
    everybody = await _drawn_from(unit)
    await ensure_published(unit, everybody)
    return everybody


async def _drawn_from(unit: Unit) -> Gathered:
    return await gather(unit, await repository.sample(unit, DRAWN_FROM))


def default_weights(catalogue: Sequence[MetricDefinition]) -> dict[str, float] | None:
    """Return points by metric; None: equal shares per signal for all scored metrics.

    With orders: the order weights, of which attributes take half of what lateness leaves.
    """
    judged = [one for one in catalogue if one.direction != "none" or "levels" in one.parameters]
    sinking = [one for one in judged if can_decay(one)]
    if _rhythmless(catalogue):
        return _shares(sinking, 100.0) if sinking and len(sinking) < len(judged) else None
    others = [one for one in sinking if one.key not in ORDER_WEIGHTS]
    points = _shares(others, OF_ATTRIBUTES)
    left = 100.0 - ORDER_WEIGHTS["lateness"] - sum(points.values())
    mine = [one.key for one in sinking if one.key in ORDER_WEIGHTS and one.key != "lateness"]
    whole = sum(ORDER_WEIGHTS[key] for key in mine) or 1.0
    points |= {key: ORDER_WEIGHTS[key] / whole * left for key in mine}
    return {**points, "lateness": float(ORDER_WEIGHTS["lateness"])}


async def _catalogue(unit: Unit, everybody: Gathered) -> tuple[MetricDefinition, ...]:
    """Return the metrics of the business, plus those of orders if it has no event metric."""
    rhythm = await ensure_rhythm(unit, everybody)
    catalogue = await scorecard_store.catalogue(unit)
    if not rhythm.orders or any(_of_events(one) for one in catalogue):
        return catalogue
    rows = await Business.select(Business.currency).where(Business.id == unit.business_id)
    money = rows[0]["currency"] if _has_amounts(everybody.facts, rhythm.orders) else None
    await scorecard_store.add_to_catalogue(unit, order_metrics(rhythm, money=money))
    return await scorecard_store.catalogue(unit)


def _of_events(definition: MetricDefinition) -> bool:
    return definition.kind != "tenure" and "attribute" not in definition.parameters


def _has_amounts(facts: Facts, orders: Sequence[str]) -> bool:
    events = facts.events
    kinds = [code for code, name in enumerate(events.names) if name in orders]
    return bool((~np.isnan(events.amount[np.isin(events.kind, kinds)])).any())


def _rhythmless(catalogue: Sequence[MetricDefinition]) -> bool:
    return not any(one.kind == "order_lateness" and one.key == "lateness" for one in catalogue)


def _shares(judged: Sequence[MetricDefinition], total: float) -> dict[str, float]:
    """Return points by signal, equal within a signal, with the sum `total`."""
    signals = [one.signal for one in judged]
    whole = sum(SIGNAL_SHARES[signal] for signal in set(signals)) or 1.0
    return {
        one.key: SIGNAL_SHARES[one.signal] / signals.count(one.signal) / whole * total
        for one in judged
    }
