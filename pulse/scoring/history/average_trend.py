"""The average strength of a business over the weeks, and when its scorecards took over."""

from datetime import date, timedelta

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.tables.scorecard import Scorecard


class WeekAverage(msgspec.Struct, frozen=True):
    """The average of the week's fullest day: the one on which most customers were scored."""

    day: date
    average: float
    customers: int


class VersionMark(msgspec.Struct, frozen=True):
    """The day a scorecard version came into force."""

    day: date
    version: int


class AverageTrend(msgspec.Struct, frozen=True):
    """Weeks, oldest first, and the versions published within them."""

    weeks: list[WeekAverage]
    versions: list[VersionMark]

    @property
    def customers(self) -> int:
        """How many customers the fullest week is about."""
        return max((week.customers for week in self.weeks), default=0)


async def average_trend(scope: Scope, weeks: int = 26) -> AverageTrend:
    """The trend of the whole business."""
    since = clock.today() - timedelta(weeks=weeks)
    async with tenant(scope) as unit:
        rows = await unit.fetch(WEEKS, scope.business_id, since)
        versions = (
            await Scorecard.select(Scorecard.version, Scorecard.published_at)
            .where(
                Scorecard.business_id == scope.business_id,
                Scorecard.published_at >= clock.start_of(since),
                Scorecard.version > 1,
            )
            .order_by(Scorecard.version)
        )
    return AverageTrend(
        [WeekAverage(row["snapshot_date"], row["average"], row["customers"]) for row in rows],
        [VersionMark(row["published_at"].date(), row["version"]) for row in versions],
    )


WEEKS = """
SELECT DISTINCT ON (date_trunc('week', snapshot_date)) snapshot_date, average, customers FROM (
  SELECT snapshot_date, avg(identity_strength) AS average, count(*) AS customers
  FROM identity_snapshots
  WHERE business_id = $1 AND snapshot_date > $2 AND band IS NOT NULL
  GROUP BY snapshot_date) days
ORDER BY date_trunc('week', snapshot_date), customers DESC, snapshot_date DESC
"""
