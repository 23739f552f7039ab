"""Value at risk: value a year × chance to leave, unknown for who has lapsed or left."""

import msgspec
import numpy as np
import pytest

from pulse.scoring.calibration import Calibration
from pulse.scoring.lifecycle.chance_store import learn_leaving
from pulse.scoring.lifecycle.lapse_chance import PRIOR, chance_of
from pulse.scoring.lifecycle.standing import LeavingRule, LifecycleColumns, Rhythm, standing
from pulse.scoring.lifecycle.value_at_risk import values_at_risk, yearly_values
from pulse.scoring.metrics.catalogue import MetricDefinition, measure
from pulse.scoring.metrics.event_features import EventColumns, Facts, Floats, Past
from pulse.scoring.scorecard import hand_set, score

RHYTHM = Rhythm(orders=("order",), usual_gap=60.0, horizon=150.0)
CONTRACTS = Rhythm()
STRENGTH = np.full(5, 50.0)
UNKNOWN = np.full(5, np.nan)


def stand(rhythm: Rhythm = RHYTHM) -> LifecycleColumns:
    """On day 400: a regular, one who is later, a first order, a lapsed one, and no amounts."""
    lines = [
        *((0, day, 100.0) for day in (200, 260, 320, 380)),
        *((1, day, 100.0) for day in (120, 180, 240, 300)),
        (2, 390, 900.0),
        *((3, day, 100.0) for day in (10, 20, 30)),
        *((4, day, np.nan) for day in (260, 320, 380)),
    ]
    customer, at, amount = zip(*lines, strict=True)
    events = EventColumns.of(customer, at, ["order"] * len(lines), amount)
    return standing(Past(Facts(5, events=events), 400.0), rhythm)


def at_risk(imported: Floats, strength: Floats = STRENGTH) -> Floats:
    seen = stand()
    return values_at_risk(yearly_values(imported, seen.value_year), strength, seen, RHYTHM, None)


def test_it_is_the_value_of_a_year_times_the_chance_to_lapse():
    found, seen = at_risk(UNKNOWN), stand()
    assert found[0] == 400.0 * chance_of(RHYTHM.chance, 50.0, float(seen.lateness[0]))
    assert found[1] / 400.0 > found[0] / 400.0, "who is later is likelier to lapse"
    assert np.isnan(found[2]), "one order has no gap, so the chance is not known"
    assert seen.state[3] == "lapsed"
    assert np.isnan(found[3])
    assert np.isnan(found[4]), "no value is known"


def test_the_imported_value_counts_where_orders_have_no_amounts():
    imported = np.array([9_000.0, 9_000.0, 9_000.0, 9_000.0, -50.0])
    found = at_risk(imported)
    assert found[0] < 400.0
    assert found[4] == 0.0, "a negative value is no value at risk"
    assert at_risk(np.full(5, 80.0))[4] < 80.0


def test_it_never_falls_with_less_strength():
    weaker = at_risk(UNKNOWN, STRENGTH - 20)
    stronger = at_risk(UNKNOWN)
    assert (weaker[:2] > stronger[:2]).all()


def test_without_orders_the_chance_is_that_of_the_calibration():
    seen = standing(Past(Facts(5), 400.0), CONTRACTS)
    odds_of_one = Calibration(intercept=-2.5, slope=0.05, customers=200, stayed=100)
    value = np.full(5, 1_000.0)
    assert values_at_risk(value, STRENGTH, seen, CONTRACTS, odds_of_one)[0] == pytest.approx(500)
    assert np.isnan(values_at_risk(value, STRENGTH, seen, CONTRACTS, None)).all()


def test_without_orders_and_calibration_it_follows_who_has_left():
    """Two in five have left, of the weak ones four in five."""
    places = np.arange(500)
    weak, left = places % 2 == 0, (places % 10 < 8) & (places % 2 == 0)
    attributes = {
        "usage": np.where(weak, 1.0, 9.0).astype(object),
        "churn": np.where(left, "Yes", "No").astype(object),
    }
    facts = Facts(500, attributes=attributes)
    usage = MetricDefinition(
        "usage", "Usage", "", "engagement", "higher", "attribute_number", {"attribute": "usage"}
    )
    rhythm = Rhythm(leaving=(LeavingRule("churn", ("yes",)),))
    card = hand_set([usage], measure(facts, [usage], 400.0))
    learned = learn_leaving(facts, [usage], card, rhythm, 400.0)
    assert (learned.outcomes, learned.lapsed) == (500, 200)
    rhythm = msgspec.structs.replace(rhythm, chance=learned)
    seen = standing(Past(facts, 400.0), rhythm)
    strength = score(card, measure(facts, [usage], 400.0)).strength
    found = values_at_risk(np.full(500, 100.0), strength, seen, rhythm, None)
    assert np.isnan(found[left]).all(), "who has left has nothing at risk"
    assert found[weak & ~left] == pytest.approx(80.0, abs=8)
    assert found[~weak] == pytest.approx(0.0, abs=8)
    nobody = Facts(500, attributes={"usage": attributes["usage"]})
    assert learn_leaving(nobody, [usage], card, rhythm, 400.0) == PRIOR
