"""Use the limits of a band as a range of strength, when all scores agree with them.

In the order of strength the customers of a band are adjacent, so a list of them can start where the
band starts. Between publishing a scorecard and the end of its rescoring they are not; finding out
requires a scan of all scores. That is done once per scorecard and repeated in the background: with
the published scorecard, only a rescoring that began before it could still write a band with other
limits.
"""

import asyncio
import math
from uuid import UUID

import msgspec
from piccolo.custom_types import Combinable

from pulse import tasks
from pulse.auth.scope import Scope
from pulse.customers.listing.search_sql import Conditions
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.tables.customer import CustomerScore
from pulse.tables.scorecard import Scorecard

HELD = 60.0  # seconds until all scores are scanned again


class _CheckedBands(msgspec.Struct):
    """Since when the bands of a scorecard are known to match their limits (event loop seconds)."""

    scorecard: UUID
    since: float
    looking: bool = False


_held: dict[UUID, _CheckedBands] = {}


def forget_bands() -> None:
    """Clear the cache, so that all scores are scanned again."""
    _held.clear()


async def within_band(unit: Unit, asked: Conditions, band: str, sort: str) -> Conditions:
    """The conditions with the limits of the band, if that excludes nobody."""
    if sort != "identity_strength" or not band:
        return asked
    each = await _PUBLISHED.rows(unit, business_id=unit.business_id)
    if len(each) != 1:  # none yet, or several, whose bands have edges of their own
        return asked
    published = each[0]
    edges = published["definition"].get("band_edges") or (40.0, 70.0)
    low, high = (math.ceil(edge) - 0.5 for edge in edges)
    if not await _bands_match(unit, published["id"], low, high):
        return asked
    lowest, beyond = {"fragile": (None, low), "steady": (low, high)}.get(band, (high, None))
    for limit, comparison in ((lowest, ">="), (beyond, "<")):
        if limit is not None:
            asked = asked.also(f"c.identity_strength {comparison} $::float8", limit)
    return asked


async def _bands_match(unit: Unit, scorecard: UUID, low: float, high: float) -> bool:
    if not unit.sees_all:
        return False
    now = asyncio.get_running_loop().time()
    known = _held.get(unit.business_id)
    if known is None or known.scorecard != scorecard or known.since > now:
        return await _check_scores(unit, scorecard, low, high)
    if now - known.since > HELD and not known.looking:
        known.looking = True
        again = _check_in_background(unit.business_id, scorecard, low, high)
        tasks.spawn(again, name="band edges")
    return True


async def _check_scores(unit: Unit, scorecard: UUID, low: float, high: float) -> bool:
    """Whether all scores match the limits; cached if so, removed from the cache if not."""
    began = asyncio.get_running_loop().time()
    elsewhere = await CustomerScore.exists().where(
        CustomerScore.business_id == unit.business_id, _mismatch_condition(low, high)
    )
    held = not elsewhere
    if held:
        _held[unit.business_id] = _CheckedBands(scorecard, began)
    else:
        _held.pop(unit.business_id, None)
    return held


async def _check_in_background(business_id: UUID, scorecard: UUID, low: float, high: float) -> None:
    try:
        async with tenant(Scope.for_pulse(business_id)) as unit:
            await _check_scores(unit, scorecard, low, high)
    except Exception:
        _held.pop(business_id, None)
        raise


def _mismatch_condition(low: float, high: float) -> Combinable:
    """The condition that a score's band differs from the band of its strength."""
    strength, band = CustomerScore.identity_strength, CustomerScore.band
    return (
        ((strength < low) & (band != "fragile"))
        | ((strength >= low) & (strength < high) & (band != "steady"))
        | ((strength >= high) & (band != "strong"))
    )


_PUBLISHED = prepared(
    Scorecard.select(Scorecard.id, Scorecard.definition).where(
        Scorecard.business_id == Param("business_id"), Scorecard.status == "published"
    )
)
