"""Statistics of many customers in one scan, for Overview and Today.

Every figure can be opened as a list; the page links to the filter used here.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec

from pulse.auth.scope import Scope
from pulse.customers.filters import CustomerFilter, conditions
from pulse.db.transaction import Unit, tenant
from pulse.scoring import scorecard_store
from pulse.scoring.bands import BANDS, DEFAULT_EDGES, limits
from pulse.scoring.lifecycle.feed_check import feed_of
from pulse.scoring.reports import figures_sql
from pulse.scoring.reports.figures_sql import BINS

CALLS = ("stuck", "frustrated")


class Movement(msgspec.Struct, frozen=True):
    """How many gained or lost EROSION_POINTS or more, as shown, in a period."""

    improved: int
    eroded: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of the customers a filter shows.

    Strengths in points (0–100), money per year, shares 0–1. customers, value and unowned exclude
    lapsed and left customers, as bands and averages do.

    bands_before are those of seven days ago of the customers in bands; the present one counts for
    those without a score then, so the changes of the bands add up to 0. value_at_risk is the sum
    over the customers, None where nobody's is known. calls_24h counts customers who declared within
    24 hours that they are stuck or frustrated, and still do.
    """

    customers: int
    onboarding: int
    lapsed: int
    left: int
    scored: int
    average: float | None
    average_change_7d: float | None
    bands: dict[str, int]
    bands_before: dict[str, int]
    week: Movement
    month: Movement
    value: float
    value_at_risk: float | None
    declared: dict[str, int]
    calls_24h: int
    coverage: float | None
    unowned: int
    distribution: list[int]
    edges: tuple[float, float]
    feed_stopped_since: datetime | None = None
    """Last order before orders stopped arriving; None while they arrive as usual."""


async def overview(scope: Scope, chosen: CustomerFilter | None = None) -> Overview:
    """Return the statistics of all customers the filter shows."""
    async with tenant(scope, replica=True) as unit:
        current = await scorecard_store.published_or_none(unit)
        edges = current.card.band_edges if current else DEFAULT_EDGES
        where, args = conditions(scope.business_id, chosen)
        row, bins = await _figures(unit, where, args, edges)
        declared = await figures_sql.declared(unit, where, args)
        since = (await feed_of(unit)).stopped_since
    found = _overview(row, bins, declared, (float(edges[0]), float(edges[1])))
    return msgspec.structs.replace(found, feed_stopped_since=since)


async def _figures(
    unit: Unit, where: str, args: list[Any], edges: Any
) -> tuple[dict[str, Any], list[int]]:
    """Return all sums and counts and the customers per bar: one scan."""
    rows = await figures_sql.overview(unit, where, args, limits(edges))
    counts = [0] * BINS
    sums: defaultdict[str, Any] = defaultdict(int)
    for row in rows:
        for name in set(row.keys()) - {"bin"}:
            sums[name] += row[name]
        if row["bin"] is not None:
            counts[max(0, row["bin"])] += row["scored"]
    for name, of in AVERAGES.items():
        sums[name] = sums[f"{name}_sum"] / sums[of] if sums[of] else None
    return sums, counts


AVERAGES = {"average": "scored", "average_change_7d": "compared", "coverage": "scored"}
"""Averages, and the number of customers of each."""


def _overview(
    row: Any, bins: list[int], declared: list[Any], edges: tuple[float, float]
) -> Overview:
    return Overview(
        customers=row["customers"],
        onboarding=row["onboarding"],
        lapsed=row["lapsed"],
        left=row["left"],
        scored=row["scored"],
        average=row["average"],
        average_change_7d=row["average_change_7d"],
        bands={band: row[band] for band in BANDS},
        bands_before={band: row[f"{band}_before"] for band in BANDS},
        week=Movement(row["improved_7d"], row["eroded_7d"]),
        month=Movement(row["improved_30d"], row["eroded_30d"]),
        value=row["value"],
        value_at_risk=row["value_at_risk"] if row["at_risk_known"] else None,
        declared={one["context_type"]: one["customers"] for one in declared},
        calls_24h=sum(one["today"] for one in declared if one["context_type"] in CALLS),
        coverage=row["coverage"],
        unowned=row["unowned"],
        distribution=bins,
        edges=edges,
    )
