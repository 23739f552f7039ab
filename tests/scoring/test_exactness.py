"""A hand-set scorecard's factors are its SHAP values over the whole population."""

import numpy as np
import pytest

from pulse.scoring.scorecard import code, hand_set, score_values
from tests.scoring.exact_shap import exact_shap
from tests.scoring.samples import CATALOGUE, some_measured

pytestmark = pytest.mark.slow


def test_hand_set_factors_are_exact_shap_values_over_the_whole_population():
    measured = some_measured(400)
    card = hand_set(CATALOGUE, measured)
    values = code(card, measured)
    assert np.isnan(values[:10]).any()
    theirs = exact_shap(lambda rows: score_values(card, rows).strength, values, values[:10])
    assert np.abs(score_values(card, values).contributions[:10] - theirs).max() < 1e-6
