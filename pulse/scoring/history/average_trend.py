"""The average strength of a business by week, and when its scorecards were published."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from piccolo.query.functions.aggregate import Avg, Count

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.tables.scorecard import Scorecard
from pulse.tables.snapshot import IdentitySnapshot


class WeekAverage(msgspec.Struct, frozen=True):
    """The average on the day of the week on which most customers were scored."""

    day: date
    average: float
    customers: int


class VersionMark(msgspec.Struct, frozen=True):
    """The day a scorecard version was published."""

    day: date
    version: int


class AverageTrend(msgspec.Struct, frozen=True):
    """Weeks, oldest first, and the versions published during them."""

    weeks: list[WeekAverage]
    versions: list[VersionMark]

    @property
    def customers(self) -> int:
        """Number of customers in the week with most customers."""
        return max((week.customers for week in self.weeks), default=0)


async def average_trend(scope: Scope, weeks: int = 26) -> AverageTrend:
    """Return the trend of the whole business."""
    since = clock.today() - timedelta(weeks=weeks)
    async with tenant(scope, replica=True):
        days = (
            await IdentitySnapshot.select(
                IdentitySnapshot.snapshot_date,
                Avg(IdentitySnapshot.identity_strength).as_alias("average"),
                Count().as_alias("customers"),
            )
            .where(
                IdentitySnapshot.business_id == scope.business_id,
                IdentitySnapshot.snapshot_date > since,
                IdentitySnapshot.band.is_not_null(),
            )
            .group_by(IdentitySnapshot.snapshot_date)
        )
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
        _fullest(
            WeekAverage(one["snapshot_date"], one["average"], one["customers"]) for one in days
        ),
        [VersionMark(row["published_at"].date(), row["version"]) for row in versions],
    )


def _fullest(days: Iterable[WeekAverage]) -> list[WeekAverage]:
    """Return each week's day with most scored customers, the last one of several."""
    weeks: dict[date, WeekAverage] = {}
    for day in sorted(days, key=lambda one: (one.customers, one.day)):
        weeks[day.day - timedelta(days=day.day.weekday())] = day
    return [weeks[week] for week in sorted(weeks)]
