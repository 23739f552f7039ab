"""Chart options for trends of the whole business."""

from pulse.scoring.history.average_trend import AverageTrend
from ui import kit
from ui.texts import gettext


def average_options(trend: AverageTrend) -> kit.charts.Options:
    """Return the weekly average, with the days on which another scorecard was published."""
    points = [(week.day.isoformat(), week.average) for week in trend.weeks]
    marks = [
        kit.Marker(m.day.isoformat(), gettext("scorecard v{version}").format(version=m.version))
        for m in trend.versions
    ]
    return kit.charts.trend(points, marks)
