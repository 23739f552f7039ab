"""Figures that several pages show: read once for all of them, cached for large businesses."""

from pulse.auth.scope import Scope
from pulse.scoring.history.average_trend import AverageTrend, average_trend
from pulse.scoring.reports.overview import Overview, overview
from ui import kit
from ui.components.book import Book
from ui.runtime.figures_cache import Lasting, cached_figures
from ui.texts import gettext


async def read_overview(scope: Scope, book: Book) -> Overview:
    """Return the overview of a book."""
    return await cached_figures(
        scope.business_id,
        ("overview", book.chosen),
        lambda: overview(scope, book.chosen),
        lambda figures: figures.customers,
        Lasting(scope, Overview),
    )


async def read_trend(scope: Scope) -> AverageTrend:
    """Return the weekly average of the whole business."""
    return await cached_figures(
        scope.business_id,
        "trend",
        lambda: average_trend(scope),
        lambda trend: trend.customers,
        Lasting(scope, AverageTrend),
    )


def average_options(trend: AverageTrend) -> kit.charts.Options:
    """Return the weekly average, with the days on which another scorecard was published."""
    points = [(week.day.isoformat(), week.average) for week in trend.weeks]
    marks = [
        kit.Marker(m.day.isoformat(), gettext("scorecard v{version}").format(version=m.version))
        for m in trend.versions
    ]
    return kit.charts.trend(points, marks)
