"""Plain counts of one customer for a CSM, where the score weighs older orders less."""

import msgspec
import numpy as np

from pulse.auth.scope import Scope
from pulse.cards.evidence.sentences import PLAIN_KINDS, plain_figure
from pulse.clock import days_of
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.factors import Factor
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.metrics.event_features import Past
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.metrics.orders import active_days, standing_orders
from pulse.scoring.queries import Picture


class PlainFigures(msgspec.Struct, frozen=True):
    """Counts at the moment of the score.

    factors: "twice in 3 months" instead of a weighted count ("≈ 1"). gaps: the shortest and longest
    days between their orders, None below two gaps.
    """

    factors: tuple[Factor, ...]
    gaps: tuple[int, int] | None = None


async def plain_figures(scope: Scope, seen: Picture) -> PlainFigures:
    """Return the counts of this customer, for staff."""
    moment = seen.identity.timestamp
    if moment is None:
        return PlainFigures(seen.factors)
    async with tenant(scope) as unit:
        version = await scorecard_store.version_by_id(unit, seen.person["scorecard_id"])
        gathered = await gather(unit, [seen.id])
        rhythm = await rhythm_of(unit)
    past = Past(gathered.facts, days_of(moment))
    known = {one.key: one for one in version.catalogue if one.kind in PLAIN_KINDS}
    told = {
        factor.feature: plain_figure(known[factor.feature], factor.value, past, 0, seen.habit)
        for factor in seen.factors
        if factor.feature in known
    }
    return PlainFigures(
        tuple(
            msgspec.structs.replace(one, spoken_value=told.get(one.feature) or one.spoken_value)
            for one in seen.factors
        ),
        _gaps(past, rhythm),
    )


def _gaps(past: Past, rhythm: Rhythm) -> tuple[int, int] | None:
    """Return the shortest and longest days between this one customer's days with an order."""
    days = active_days(standing_orders(past, rhythm.orders, rhythm.taken_back))
    gaps = np.diff(np.floor(days.at))
    return (round(float(gaps.min())), round(float(gaps.max()))) if gaps.size > 1 else None
