"""Rates by group: reported where groups are treated differently or inputs reveal them."""

import numpy as np

from pulse.learning.review.groups import GAP, TELLS, by_groups
from pulse.scoring.curves import Linear
from pulse.scoring.metrics.event_features import Facts
from pulse.scoring.scorecard import Scorecard, Term

CARD = Scorecard((Term("m", 100, Linear((0.0, 1.0), (0.0, 1.0)), 0.5),))


def test_a_proxy_for_gender_is_reported_and_a_neutral_metric_is_not():
    draw = np.random.default_rng(1)
    gender = draw.choice(np.array(["f", "m"], dtype=object), 1_200)
    facts = Facts(
        1_200,
        {
            "gender": gender,
            "plan": np.where(gender == "f", "s", "l"),
            "age": draw.integers(20, 70, 1_200),
        },
    )
    active = np.ones(1_200, dtype=bool)
    fair = draw.uniform(size=1_200)
    standing_in = np.clip(np.where(gender == "f", 0.4, 0.0) + 0.6 * fair, 0, 1)
    told = {one.attribute: one for one in by_groups(facts, CARD, {"m": fair}, active)}
    assert set(told) == {"gender", "age"}
    assert told["gender"].gap < GAP
    assert told["gender"].proxy < TELLS
    assert [group.name.split()[0] for group in told["age"].groups] == ["up", "above"]
    told = {one.attribute: one for one in by_groups(facts, CARD, {"m": standing_in}, active)}
    assert told["gender"].gap > GAP
    assert told["gender"].proxy > TELLS


def test_small_groups_and_no_sensitive_columns_report_nothing():
    rare = np.array(["f"] * 280 + ["m"] * 20, dtype=object)
    values = {"m": np.linspace(0, 1, 300)}
    active = np.ones(300, dtype=bool)
    assert (
        by_groups(
            Facts(300, {"gender": rare, "plan": np.where(rare == "f", "s", "l")}),
            CARD,
            values,
            active,
        )
        == ()
    )
    assert by_groups(Facts(300, {"gender": rare}), CARD, values, ~active) == ()
