"""The chart of a score's factors."""

import numpy as np
import pytest

from pulse.scoring.factors import Factor
from pulse.scoring.lifecycle.order_metrics import order_metrics
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.scorecard import hand_set, score
from ui.components.factor_chart import chart_of
from ui.pages.customer.page import STARTING_POINT


def test_the_chart_ends_at_the_score_without_the_steps_that_are_too_small() -> None:
    factors = [
        Factor("late", "Late", "loyalty", 1.0, -3.42, "late"),
        Factor("often", "Often", "engagement", 2.0, 0.04, "twice"),
    ]
    chart = chart_of(63.9, factors)
    assert chart["yAxis"]["data"] == ["Starting point", "Late", "Identity strength"]
    ends = [bar["label"]["formatter"] for bar in chart["series"][1]["data"]]
    assert ends == ["{points|64}", "{points|−3.4}{value|late}", "{points|61}"], "60.52, not 60.48"


def test_the_starting_point_is_the_average_of_the_customers_that_the_page_names() -> None:
    rhythm = Rhythm(usual_gap=30.0, orders=("order",))
    late = [one for one in order_metrics(rhythm, money=None) if one.kind == "order_lateness"]
    measured = {late[0].key: np.array([0.5, 1.5, 2.0, 3.5, np.nan])}
    in_rhythm = np.array([True, True, True, False, False])
    found = score(hand_set(late, measured, reference=in_rhythm), measured)
    assert found.base == pytest.approx(found.strength[in_rhythm].mean())
    assert "neither lapsed nor left then and were at most three usual gaps late" in STARTING_POINT
    of_the_shop = 100 * (np.array([0.9, 0.75]) - 0.87) * 0.4
    assert of_the_shop == pytest.approx([1.2, -4.8]), "the figures of docs/score.md"
    assert np.diff(found.contributions[:4, 0]).max() < 0
