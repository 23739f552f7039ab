"""Statistics over all customers or all events of a business: one scan each.

Raw SQL: filtered counts and sums, conditions given as SQL, groups by expressions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.customers.customers_sql import select_customers
from pulse.customers.filters import CURRENT, change_at_least
from pulse.db.transaction import Unit
from pulse.scoring.bands import EROSION_POINTS

SHOWN_DROP = change_at_least(EROSION_POINTS)
"""The smallest change that is shown as EROSION_POINTS."""
BINS = 20
"""Number of bars of the distribution: five points of strength each."""


async def overview(
    unit: Unit, where: str, args: Sequence[Any], limits: tuple[float, float]
) -> list[Any]:
    """Return sums and counts of the customers matching `where`, one row per bar of strength."""
    first = len(args) + 1
    what = _OVERVIEW.format(
        bins=BINS, current=CURRENT, low=f"${first}", high=f"${first + 1}", drop=f"${first + 2}"
    )
    return await select_customers(unit, what, where, [*args, *limits, SHOWN_DROP], "GROUP BY 1")


_OVERVIEW = """
CASE WHEN c.band IS NOT NULL
    THEN least({bins} - 1, floor(c.identity_strength * {bins} / 100.0)::int) END AS bin,
  count(*) FILTER (WHERE {current}) AS customers, count(c.band) AS scored,
  count(*) FILTER (WHERE c.lifecycle = 'onboarding') AS onboarding,
  count(*) FILTER (WHERE c.lifecycle = 'lapsed') AS lapsed,
  count(*) FILTER (WHERE c.lifecycle = 'left') AS left,
  count(c.change_7d) AS compared,
  coalesce(sum(c.identity_strength) FILTER (WHERE c.band IS NOT NULL), 0) AS average_sum,
  coalesce(sum(c.change_7d), 0) AS average_change_7d_sum,
  coalesce(sum(c.coverage) FILTER (WHERE c.band IS NOT NULL), 0) AS coverage_sum,
  count(*) FILTER (WHERE c.band = 'fragile') AS fragile,
  count(*) FILTER (WHERE c.band = 'steady') AS steady,
  count(*) FILTER (WHERE c.band = 'strong') AS strong,
  count(*) FILTER (WHERE c.identity_strength - c.change_7d < {low}
    OR c.change_7d IS NULL AND c.band = 'fragile') AS fragile_before,
  count(*) FILTER (WHERE c.identity_strength - c.change_7d >= {low}
    AND c.identity_strength - c.change_7d < {high}
    OR c.change_7d IS NULL AND c.band = 'steady') AS steady_before,
  count(*) FILTER (WHERE c.identity_strength - c.change_7d >= {high}
    OR c.change_7d IS NULL AND c.band = 'strong') AS strong_before,
  count(*) FILTER (WHERE c.change_7d >= {drop}) AS improved_7d,
  count(*) FILTER (WHERE c.change_7d <= -{drop}) AS eroded_7d,
  count(*) FILTER (WHERE c.change_30d >= {drop}) AS improved_30d,
  count(*) FILTER (WHERE c.change_30d <= -{drop}) AS eroded_30d,
  coalesce(sum(c.yearly_value) FILTER (WHERE {current}), 0) AS value,
  coalesce(sum(c.value_at_risk), 0) AS value_at_risk, count(c.value_at_risk) AS at_risk_known,
  count(*) FILTER (WHERE c.owner_id IS NULL AND {current}) AS unowned
"""


async def declared(unit: Unit, where: str, args: Sequence[Any]) -> list[Any]:
    """Return how many of these customers declare each state, and how many since 24 hours."""
    now = f"${len(args) + 1}::timestamptz"
    what = (
        "c.context_type, count(*) AS customers, "
        f"count(*) FILTER (WHERE c.context_expires_at > {now} + interval '6 days') AS today"
    )
    where = f"{where} AND c.context_type IS NOT NULL AND c.context_expires_at > {now}"
    return await select_customers(unit, what, where, [*args, clock.now()], "GROUP BY 1")


async def segment_groups(unit: Unit, rules: str, args: Sequence[Any]) -> list[Any]:
    """Return statistics of all customers by segment, and the rules that match them (bits)."""
    now = f"${len(args) + 1}"
    what = _SEGMENT_GROUPS.format(rules=rules, current=CURRENT)
    what += _COUNTS.format(now=now, drop=SHOWN_DROP)
    args = [*args, clock.now()]
    return await select_customers(unit, what, "c.business_id = $1", args, "GROUP BY 1, 2, 3")


_SEGMENT_GROUPS = """
c.segment AS name, {rules} AS rules, {current} AS current,
count(*) AS customers, count(c.band) AS scored,
coalesce(sum(c.identity_strength) FILTER (WHERE c.band IS NOT NULL), 0) AS strengths,
count(c.change_7d) AS compared, coalesce(sum(c.change_7d), 0) AS changes, """
_COUNTS = """
count(*) FILTER (WHERE c.band = 'fragile') AS fragile,
count(*) FILTER (WHERE c.band = 'steady') AS steady,
count(*) FILTER (WHERE c.band = 'strong') AS strong,
coalesce(sum(c.yearly_value), 0) AS value,
count(*) FILTER (WHERE c.change_30d <= -{drop}) AS eroded_30d,
count(*) FILTER (WHERE c.context_type IS NOT NULL
  AND c.context_expires_at > {now}::timestamptz) AS declared
"""


async def clusters(unit: Unit) -> list[Any]:
    """Return statistics of each discovered cluster: a join with the view of scored customers."""
    return await unit.fetch(_CLUSTERS, unit.business_id, clock.now())


_CLUSTERS = f"""
SELECT k.name, count(*) AS customers,
  avg(c.identity_strength) FILTER (WHERE c.band IS NOT NULL) AS average,
  avg(c.change_7d) AS change_7d, {_COUNTS.format(now="$2", drop=SHOWN_DROP)}
FROM customer_clusters k
JOIN scored_customers c ON c.business_id = k.business_id AND c.id = k.customer_id
WHERE k.business_id = $1 AND {CURRENT} GROUP BY k.name
"""


async def order_days(
    unit: Unit, kinds: Sequence[str], since: datetime, until: datetime
) -> list[Any]:
    """Return the days with events of these kinds: grouped by an expression."""
    return await unit.fetch(_DAYS, unit.business_id, kinds, since, until)


_DAYS = """
SELECT floor(extract(epoch FROM occurred_at) / 86400)::float8 AS day, max(occurred_at) AS last
FROM events WHERE business_id = $1 AND kind = ANY($2) AND occurred_at BETWEEN $3 AND $4
GROUP BY 1 ORDER BY 1"""


async def came_again(
    unit: Unit,
    kinds: Sequence[str],
    last: datetime,
    windows: Sequence[int],
    times: int,
    customers: Sequence[UUID] | None = None,
) -> list[Any]:
    """Count, by kind of event and window before `last`, active customers and who returned.

    An aggregate over an aggregate of all events. times: the windows, in days, in which to look for
    activity. customers: only these are counted; None: everybody.
    """
    sql = _came_again(windows, times)
    return await unit.fetch(sql, unit.business_id, kinds, last, customers)


def _came_again(windows: Sequence[int], times: int) -> str:
    marks, counts = [], []
    for days in windows:
        began = f"$3::timestamptz - interval '{days} days'"
        since = f"$3::timestamptz - interval '{(1 + times) * days} days'"
        marks.append(
            f"bool_or(occurred_at > {since} AND occurred_at <= {began}) AS before_{days}, "
            f"bool_or(occurred_at > {began}) AS after_{days}"
        )
        counts.append(
            f"count(*) FILTER (WHERE before_{days}) AS active_{days}, "
            f"count(*) FILTER (WHERE before_{days} AND after_{days}) AS stayed_{days}"
        )
    return (
        f"SELECT kind, {', '.join(counts)} FROM (SELECT kind, customer_id, {', '.join(marks)} "
        "FROM events WHERE business_id = $1 AND kind = ANY($2) "
        "AND ($4::uuid[] IS NULL OR customer_id = ANY($4)) "
        f"AND occurred_at > $3::timestamptz - interval '{(1 + times) * max(windows)} days' "
        "GROUP BY kind, customer_id) AS did GROUP BY kind"
    )
