"""Find leaks: metrics that contain the outcome, because they were recorded afterwards.

They are left out of learning unless an admin keeps them (`kept=` of `data_checks.inspect`).
"""

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
    is_filled_afterwards,
    is_leaving_date,
    is_name_enough,
    leaving_values,
)
from pulse.tabular.header_names import words_of
from pulse.tabular.outcome_column import is_only_of_leavers

LEAK, LEAK_ERRORS = 0.35, 1.64
"""A metric is a leak when it alone ranks this far from chance (|AUC − 0.5|), by this many standard
errors, because with few outcomes some metric always looks good."""
ALONE = marked("“{metric}” alone tells who left (AUC {auc})")
ONLY_LEAVERS = marked("“{metric}” is filled only for customers who left")
ONLY_LEAVERS_NONZERO = marked("“{metric}” is other than zero only for customers who left")
BY_NAME = marked("“{metric}” speaks of leaving by its name (AUC {auc})")
BY_VALUES = marked("“{metric}” speaks of leaving by its values (AUC {auc})")
_DATED = ("attribute_age", "attribute_date", "attribute_days_since", "attribute_known")


@dataclass(frozen=True)
class LeakSign:
    """Why a metric looks like a leak."""

    said: Sentence
    auc: float
    """Of the metric alone, at least 0.5: the surest of three rankings (see `_surest`)."""


def sign_of_leak(
    definition: MetricDefinition, values: Floats | Objects, stayed: Bools
) -> LeakSign | None:
    """Return the reason to take a metric for a leak, or None.

    values, stayed: [N] of the same customers. None also when all of them stayed or all left:
    nothing can be seen then.
    """
    if stayed.all() or not stayed.any():
        return None
    known = known_of(values)
    distance, error = _surest(values, known, stayed)
    alone = 0.5 + distance
    if distance - LEAK_ERRORS * error > LEAK:
        text = ALONE
    elif is_only_of_leavers(known, stayed):
        text = ONLY_LEAVERS
    elif is_only_of_leavers(_nonzero(values, known), stayed):
        text = ONLY_LEAVERS_NONZERO
    elif is_name_enough(alone) and (about := _about_leaving(definition, values)):
        text = about
    else:
        return None
    said = Sentence(text, metric=definition.label, auc=Number(float(alone), 3))
    return LeakSign(said, alone)


def _surest(values: Floats | Objects, known: Bools, stayed: Bools) -> tuple[float, float]:
    """Return (distance from AUC 0.5, standard error) of the surest ranking of who stayed.

    A metric ranks as a strength, by the outcomes of its groups, and by whether it is known. Texts
    have no order: as a strength they are ranked by the outcomes already.
    """
    everybody = np.ones(len(stayed), dtype=bool)
    numbers = values.dtype != object
    areas = [(abs(strength_auc(values, stayed) - 0.5), known if numbers else everybody)]
    if numbers:
        areas.append((ranked_by_outcome(grouped_values(values), stayed) - 0.5, everybody))
    areas.append((abs(auc(stayed, known.astype(np.float64)) - 0.5), everybody))
    found = [
        (area, auc_error(0.5 + area, int(stayed[who].sum()), int((~stayed[who]).sum())))
        for area, who in areas
        if stayed[who].any() and not stayed[who].all()
    ]
    return max(found, key=lambda one: one[0] - LEAK_ERRORS * one[1])


def _about_leaving(definition: MetricDefinition, values: Floats | Objects) -> str:
    """Return the text if a metric's name or values suggest that it was filled at leaving, or ""."""
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
