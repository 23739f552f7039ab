"""Where a band begins and ends in the order of strength, while all scores keep to its edges.

By strength, a band's customers lie together: a list of them begins where the band begins. Between a
new scorecard and the end of its rescoring they do not; whether they do takes a look at all scores.
That is done once a scorecard, and again behind whoever asks: with the scorecard in force, only a
rescoring that began before it could still write a band of other edges.
"""

import asyncio
from uuid import UUID

import msgspec

from pulse import tasks
from pulse.auth.scope import Scope
from pulse.customers.listing.search import Narrowed
from pulse.db.transaction import Unit, tenant

HELD = 60.0  # seconds until all scores are looked at again


class _Held(msgspec.Struct):
    """Since when the bands of a scorecard are known to keep to their edges (the loop's seconds)."""

    scorecard: UUID
    since: float
    looking: bool = False


_held: dict[UUID, _Held] = {}


def forget_bands() -> None:
    """Look at all scores again, whatever is known."""
    _held.clear()


async def within_band(unit: Unit, asked: Narrowed, band: str, sort: str) -> Narrowed:
    """The conditions with the limits of the band, if that leaves nobody out."""
    if sort != "identity_strength" or not band:
        return asked
    edges = await unit.fetchrow(EDGES, unit.business_id)
    if edges is None or not await _hold(unit, edges["id"], edges["low"], edges["high"]):
        return asked
    low, high = float(edges["low"]), float(edges["high"])
    lowest, beyond = {"fragile": (None, low), "steady": (low, high)}.get(band, (high, None))
    for limit, comparison in ((lowest, ">="), (beyond, "<")):
        if limit is not None:
            asked = asked.also(f"c.identity_strength {comparison} $::float8", limit)
    return asked


async def _hold(unit: Unit, scorecard: UUID, low: float, high: float) -> bool:
    now = asyncio.get_running_loop().time()
    known = _held.get(unit.business_id)
    if known is None or known.scorecard != scorecard or known.since > now:
        return await _looked(unit, scorecard, low, high)
    if now - known.since > HELD and not known.looking:
        known.looking = True
        again = _again(unit.business_id, scorecard, low, high)
        tasks.spawn(again, name="band edges")
    return True


async def _looked(unit: Unit, scorecard: UUID, low: float, high: float) -> bool:
    """Whether all scores keep to the edges; kept if so, forgotten if not."""
    began = asyncio.get_running_loop().time()
    held: bool = await unit.fetchval(BANDS_HOLD, unit.business_id, low, high)
    if held:
        _held[unit.business_id] = _Held(scorecard, began)
    else:
        _held.pop(unit.business_id, None)
    return held


async def _again(business_id: UUID, scorecard: UUID, low: float, high: float) -> None:
    try:
        async with tenant(Scope.for_pulse(business_id)) as unit:
            await _looked(unit, scorecard, low, high)
    except Exception:
        _held.pop(business_id, None)
        raise


EDGES = """
SELECT id, ceil(coalesce(definition -> 'band_edges' ->> 0, '40')::float8) - 0.5 AS low,
  ceil(coalesce(definition -> 'band_edges' ->> 1, '70')::float8) - 0.5 AS high
FROM scorecards WHERE business_id = $1 AND status = 'published'
"""
BANDS_HOLD = """
SELECT NOT EXISTS (SELECT FROM customer_scores c WHERE c.business_id = $1 AND c.band <>
  CASE WHEN c.identity_strength < $2 THEN 'fragile'
    WHEN c.identity_strength < $3 THEN 'steady' ELSE 'strong' END)
"""
