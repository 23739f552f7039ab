"""The shap library's exact explainer: no knowledge of trees or scorecards, only a function."""

import numpy as np
import shap


def exact_shap(function, background, rows):
    """[R, M] SHAP values of `function` at `rows`, with all of `background` as the population."""
    masker = shap.maskers.Independent(background, max_samples=len(background))
    return np.asarray(shap.explainers.Exact(function, masker)(rows).values)
