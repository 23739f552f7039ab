"""The chart of a score's factors."""

from pulse.scoring.factors import Factor
from ui.components.factor_chart import chart_of


def test_the_chart_ends_at_the_score_without_the_steps_that_are_too_small() -> None:
    factors = [
        Factor("late", "Late", "loyalty", 1.0, -3.42, "late"),
        Factor("often", "Often", "engagement", 2.0, 0.04, "twice"),
    ]
    chart = chart_of(63.9, factors)
    assert chart["yAxis"]["data"] == ["Starting point", "Late", "Identity strength"]
    ends = [bar["label"]["formatter"] for bar in chart["series"][1]["data"]]
    assert ends == ["{points|64}", "{points|−3.4}{value|late}", "{points|61}"], "60.52, not 60.48"
