"""Back-tests report how accurate the score was, and when there is too little data."""

import msgspec
import numpy as np
import pytest

from pulse.errors import Invalid
from pulse.i18n.sentences import said_in
from pulse.learning.backtest import Backtest, auc_error, backtest
from pulse.learning.outcomes import by_attribute, by_events
from pulse.scoring.calibration import fit_calibration
from pulse.scoring.metrics.event_features import EventColumns, Facts

DRAW = np.random.default_rng(8)
STRENGTH = DRAW.uniform(0, 100, 2_000)
STAYED = DRAW.random(2_000) < STRENGTH / 100


def judged(**more):
    return backtest(STRENGTH, STAYED, days_before=30, band_edges=(40, 70), **more)


def test_a_good_score_is_fully_reported():
    found = judged(
        calibration=fit_calibration(STAYED, STRENGTH), peers={"coin": DRAW.random(2_000)}
    )
    assert found.enough
    assert found.auc == pytest.approx(0.83, abs=0.03)
    assert 0.005 < found.auc_error < 0.02
    assert found.lift[0].lift > 1.7
    assert found.peers[0].auc == pytest.approx(0.5, abs=0.05)
    assert all(abs(one.predicted - one.observed) < 0.12 for one in found.calibration)
    fragile, strong = found.at_edges
    assert fragile.precision > strong.precision
    assert fragile.recall < strong.recall
    assert msgspec.convert(msgspec.to_builtins(found), Backtest) == found


def test_false_comfort_and_false_alarms_are_listed_worst_first():
    found = judged()
    assert all(not STAYED[place] and STRENGTH[place] >= 70 for place in found.false_comfort)
    assert all(STAYED[place] and STRENGTH[place] < 40 for place in found.false_alarms)
    comfort = STRENGTH[list(found.false_comfort)]
    assert (np.diff(comfort) <= 0).all()
    assert (np.diff(STRENGTH[list(found.false_alarms)]) >= 0).all()


def test_customers_without_a_score_that_early_do_not_count():
    early = STRENGTH.copy()
    early[::2] = np.nan
    found = backtest(early, STAYED, days_before=90, band_edges=(40, 70))
    assert found.customers == 1_000
    assert all(place % 2 for place in found.false_comfort)


def test_not_enough_data_is_reported():
    found = backtest(STRENGTH[:25], np.ones(25, dtype=bool), days_before=60, band_edges=(40, 70))
    assert not found.enough
    assert found.auc is None
    assert "60 days before, 0 customers with a score went on to leave" in found.words
    read = msgspec.convert(msgspec.to_builtins(found), Backtest)
    assert said_in("de", read.words) == (
        "Zu wenige Daten: Von den Kunden, die 60 Tage vorher eine Stärke hatten, wanderten danach "
        "0 ab und 25 blieben; nötig sind jeweils mindestens 20."
    )


def test_without_dates_the_reason_names_no_day():
    found = backtest(STRENGTH[:25], np.ones(25, dtype=bool), days_before=0, band_edges=(40, 70))
    assert found.words.startswith("Not enough data: 0 customers with a score left and 25 stayed;")


def test_the_error_of_an_auc_shrinks_with_customers():
    assert auc_error(0.8, 1_000, 1_000) < auc_error(0.8, 50, 50) < 0.06


def test_outcomes_from_a_column():
    values = np.array(["Yes", "no ", None, " "], dtype=object)
    found = by_attribute(values, ["yes"])
    assert found.known.tolist() == [True, True, False, False]
    assert found.stayed.tolist() == [False, True, False, False]


def shop():
    """0 orders before and after day 100, 1 only before, 2 only long before, 3 only after."""
    return Facts(
        4,
        first_seen=np.zeros(4),
        events=EventColumns.of([0, 0, 1, 2, 3], [90.0, 120.0, 95.0, 10.0, 130.0], ["order"] * 5),
    )


def test_outcomes_from_events_look_only_at_what_came_after():
    found = by_events(shop(), 100.0, event="order", within_days=30, active_days=60)
    assert found.known.tolist() == [True, True, False, False]
    assert found.stayed.tolist() == [True, False, False, False]


def test_an_outcome_that_is_still_open_is_refused():
    with pytest.raises(Invalid, match="not known yet"):
        by_events(shop(), 100.0, event="order", within_days=90, active_days=60)
