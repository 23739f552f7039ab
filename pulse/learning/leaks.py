"""Find leaks: columns that contain the outcome, because they were recorded afterwards."""

from dataclasses import dataclass

import numpy as np

from pulse.i18n.sentences import Number, Sentence, marked
from pulse.learning.backtest import auc_error
from pulse.learning.known_flags import known_of
from pulse.learning.ranking_metrics import auc
from pulse.learning.single_metric import (
    grouped_values,
    ranked_by_outcome,
    strength_auc,
    texts_of,
)
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.tabular.guesses.leaving import (
    NAMED_TELLS,
    is_filled_afterwards,
    is_leaving_date,
    leaving_values,
)
from pulse.tabular.header_names import words_of
from pulse.tabular.outcome_column import is_only_of_leavers

LEAK, LEAK_ERRORS = 0.35, 1.64
"""A metric is a leak when it alone ranks this far from chance (|AUC − 0.5|), by this many standard
errors, because with few outcomes some metric always looks good."""
ALONE = marked("“{metric}” alone tells who left (AUC {auc})")
ONLY_LEAVERS = marked("“{metric}” is filled only for customers who left")
BY_NAME = marked("“{metric}” speaks of leaving by its name (AUC {auc})")
BY_VALUES = marked("“{metric}” speaks of leaving by its values (AUC {auc})")
_DATED = ("attribute_age", "attribute_date", "attribute_days_since", "attribute_known")


@dataclass(frozen=True)
class LeakSign:
    """Why a metric looks like a leak, in words, and its AUC alone."""

    said: Sentence
    auc: float


def sign_of_leak(
    definition: MetricDefinition, values: Floats | Objects, stayed: Bools
) -> LeakSign | None:
    """The reason to take a metric for a leak, or None."""
    known = known_of(values)
    alone, error = _alone(values, known, stayed)
    if alone - LEAK_ERRORS * error > LEAK:
        text = ALONE
    elif is_only_of_leavers(known, stayed) or is_only_of_leavers(_nonzero(values, known), stayed):
        text = ONLY_LEAVERS
    elif alone > NAMED_TELLS and (about := _about_leaving(definition, values)):
        text = about
    else:
        return None
    auc_alone = Number(float(0.5 + alone), 3)
    return LeakSign(Sentence(text, metric=definition.label, auc=auc_alone), 0.5 + alone)


def _alone(values: Floats | Objects, known: Bools, stayed: Bools) -> tuple[float, float]:
    """(The surest distance from chance at which a metric ranks who stayed, its standard error)."""
    everybody = np.ones(len(stayed), dtype=bool)
    areas = (
        (abs(strength_auc(values, stayed) - 0.5), known if values.dtype != object else everybody),
        (ranked_by_outcome(grouped_values(values), stayed) - 0.5, everybody),
        (abs(auc(stayed, known.astype(np.float64)) - 0.5), everybody),
    )
    found = [
        (area, auc_error(0.5 + area, int(stayed[who].sum()), int((~stayed[who]).sum())))
        for area, who in areas
        if stayed[who].any() and not stayed[who].all()
    ]
    return max(found, key=lambda one: one[0] - LEAK_ERRORS * one[1])


def _about_leaving(definition: MetricDefinition, values: Floats | Objects) -> str:
    """The text if a column's name or values suggest that it was filled at leaving, or ""."""
    words = words_of(definition.key)
    dated = definition.kind in _DATED and is_leaving_date(words)
    if dated or is_filled_afterwards(words):
        return BY_NAME
    if values.dtype != object:
        return ""
    texts = texts_of(values)
    return BY_VALUES if leaving_values(words, texts, len(texts)) else ""


def _nonzero(values: Floats | Objects, known: Bools) -> Bools:
    not_zero: Bools = known & (values != 0.0)
    return not_zero
