"""Our factors against the shap library's, for `pulse evaluate`, tests and benchmarks only.

shap holds the GIL and costs a second to import, so the server never comes here.
"""

from collections.abc import Mapping

import numpy as np

from pulse.identity.facts import Floats, Objects
from pulse.identity.fitting import Fitted
from pulse.identity.scorecard import Scores, score


def additivity_error(scores: Scores) -> float:
    """Largest |base + factors − strength| over all customers, in points."""
    gap = scores.base + scores.contributions.sum(axis=1) - scores.strength
    return float(np.abs(gap).max(initial=0.0))


def shap_difference(fitted: Fitted, measured: Mapping[str, Floats | Objects]) -> float:
    """Largest |our factor − shap.TreeExplainer's|, in points.

    Compared where the value is known and, with pair terms, where the whole row is: what is not
    known has no factor with us, while a tree sends it somewhere.
    """
    import shap

    x, known = fitted.encoder.matrix(measured)
    theirs = np.asarray(shap.TreeExplainer(fitted.booster)(x).values) * fitted.points
    ours = score(fitted.scorecard, measured).contributions
    comparable = known.all(axis=1, keepdims=True) & known if fitted.scorecard.pairs else known
    return float(np.abs(ours - theirs)[comparable].max(initial=0.0))
