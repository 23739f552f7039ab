"""Categories with many levels, such as cities: learned from, without following noise."""

import numpy as np

from pulse.learning.encoding import learn_encoder, learn_encoding
from pulse.learning.ranking_metrics import auc
from pulse.learning.trees.fitting import learn
from pulse.scoring.metrics.candidate_metrics import candidates
from pulse.scoring.metrics.event_features import Facts
from pulse.scoring.scorecard import score
from tests.learning.test_fitting import category, number

CUSTOMERS, CITIES = 4_000, 120


def _cities(effect: float) -> tuple[dict, np.ndarray]:
    draw = np.random.default_rng(3)
    place = draw.integers(0, CITIES, CUSTOMERS)
    use = draw.normal(size=CUSTOMERS)
    worth = effect * draw.normal(size=CITIES)[place] + 0.6 * use
    stayed = draw.random(CUSTOMERS) < 1 / (1 + np.exp(-worth - 0.8))
    city = np.array([f"City {number}" for number in place], dtype=object)
    return {"city": city, "use": use}, stayed


def _held_out_auc(measured: dict, stayed: np.ndarray, *metrics: str) -> float:
    seen = np.arange(CUSTOMERS) % 2 == 0
    catalogue = [category(name) if name == "city" else number(name) for name in metrics]
    known = {name: values[seen] for name, values in measured.items()}
    asked = {name: values[~seen] for name, values in measured.items()}
    card = learn(catalogue, known, stayed[seen]).scorecard
    return auc(stayed[~seen], score(card, asked).strength)


def test_cities_that_differ_are_learned_from():
    measured, stayed = _cities(0.9)
    alone = _held_out_auc(measured, stayed, "use")
    assert _held_out_auc(measured, stayed, "city", "use") > alone + 0.05


def test_cities_that_differ_by_chance_only_do_no_harm():
    measured, stayed = _cities(0.0)
    alone = _held_out_auc(measured, stayed, "use")
    assert _held_out_auc(measured, stayed, "city", "use") > alone - 0.01


def test_the_values_to_learn_from_come_from_other_customers():
    measured, stayed = _cities(0.0)
    catalogue = [category("city"), number("use")]
    encoder, x = learn_encoding(catalogue, measured, stayed)
    assert abs(auc(stayed, x[:, 0]) - 0.5) < 0.03
    assert encoder.columns == learn_encoder(catalogue, measured, stayed).columns
    assert np.array_equal(x[:, 1], measured["use"])


def test_a_text_with_repeated_values_can_be_learned_from_and_a_name_cannot():
    measured, _ = _cities(0.0)
    names = np.array([f"Person {number}" for number in range(CUSTOMERS)], dtype=object)
    facts = Facts(CUSTOMERS, {"city": measured["city"], "contact": names})
    assert {one.key: one.kind for one in candidates(facts, set())} == {"city": "attribute_category"}
