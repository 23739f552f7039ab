"""Explained changes: the parts always sum to the change."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.scoring.history.changes import Moment, explain
from pulse.scoring.lifecycle.order_metrics import order_metrics
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.recommendations import as_row
from pulse.scoring.scorecard import Levels, Linear, Scorecard, Term, reweigh, score_values
from tests.scoring.samples import CATALOGUE, scorecards
from tests.scoring.test_scorecard import rows_for

CARD = Scorecard(
    (
        Term("orders", 60, Linear((0, 10), (0, 1)), 0.4),
        Term("plan", 40, Levels(("Basic", "Gold"), (0, 1)), 0.5),
    )
)


def moment(card, values):
    scores = score_values(card, as_row(values)[np.newaxis, :])
    return Moment(card, float(scores.strength[0]), values, scores.contributions[0].tolist())


def test_behaviour_is_listed_by_metric():
    found = explain(moment(CARD, [8.0, 1.0]), moment(CARD, [3.0, 1.0]), CATALOGUE)
    assert found.change == pytest.approx(-30)
    assert found.parts[0].text == "Orders in 90 days: 8 orders → 3 orders (−30.0)"
    assert found.of_kind("behaviour") == pytest.approx(-30)
    assert [part.feature for part in found.worth_saying()] == ["orders"]


AVERAGE = "20% of the average gap → 1.5 × the average gap"


@pytest.mark.parametrize(
    ("orders", "habitual", "words"),
    [
        (1.0, False, AVERAGE),
        (2.0, False, AVERAGE),
        (9.0, False, f"{AVERAGE}, earlier absences included"),
        (3.0, True, "20% of the usual gap → 1.5 × the usual gap, earlier absences included"),
    ],
)
def test_a_change_of_lateness_names_a_usual_gap_for_a_habit_only(orders, habitual, words):
    catalogue = order_metrics(Rhythm(("order",), usual_gap=60.0), money=None)
    card = Scorecard(
        (
            Term("orders", 60, Linear((0, 10), (0, 1)), 0.4),
            Term("lateness", 40, Linear((0, 3), (1, 0)), 0.5),
        )
    )
    before, after = moment(card, [orders, 0.2]), moment(card, [orders, 1.5])
    found = explain(before, after, catalogue, habitual=habitual)
    said = f"Lateness of the next order: {words} (−17.3)"
    assert found.parts[0].text == said


def test_a_missing_value_is_missing_data_not_behaviour():
    found = explain(moment(CARD, [8.0, 1.0]), moment(CARD, [8.0, None]), CATALOGUE)
    assert found.of_kind("missing") == pytest.approx(-20)
    assert found.of_kind("behaviour") == 0


def test_a_change_by_a_new_scorecard_is_attributed_to_it():
    found = explain(
        moment(CARD, [8.0, 0.0]), moment(reweigh(CARD, {"orders": 10}), [8.0, 0.0]), CATALOGUE
    )
    assert found.of_kind("behaviour") == 0
    assert found.of_kind("scorecard") == pytest.approx(found.change)


def test_a_new_metric_is_attributed_to_the_scorecard():
    more = msgspec.structs.replace(
        CARD, terms=(*CARD.terms, Term("spend", 50, Linear((0, 100), (0, 1)), 0.2))
    )
    found = explain(moment(CARD, [8.0, 0.0]), moment(more, [4.0, 0.0, 100.0]), CATALOGUE)
    assert found.of_kind("behaviour") == pytest.approx(-24)
    assert found.of_kind("scorecard") == pytest.approx(found.change + 24)


def test_levels_are_matched_by_name_across_scorecards():
    turned = msgspec.structs.replace(
        CARD, terms=(CARD.terms[0], Term("plan", 40, Levels(("Gold", "Basic"), (1, 0)), 0.5))
    )
    found = explain(moment(CARD, [8.0, 1.0]), moment(turned, [8.0, 0.0]), CATALOGUE)
    assert found.change == pytest.approx(0)
    assert found.of_kind("behaviour") == 0


@given(old=scorecards(), new=scorecards(), data=st.data())
def test_parts_always_sum_to_the_change(old, new, data):
    was = data.draw(rows_for(old, 1))[0].tolist()
    now = data.draw(rows_for(new, 1))[0].tolist()
    for before, after in ((old, new), (new, new)):
        then = was if before is old else data.draw(rows_for(new, 1))[0].tolist()
        found = explain(moment(before, then), moment(after, now), [])
        assert sum(part.points for part in found.parts) == pytest.approx(found.change, abs=1e-9)
