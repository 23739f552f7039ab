"""Predictions of the churn model for every current customer, who neither lapsed nor left.

A customer whose present metrics were used for learning is predicted by a fold model that has not
seen them, so that no prediction is influenced by the customer's own outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pulse.learning.churn.comparison import ranks
from pulse.learning.churn.explanation import shares, spoken
from pulse.learning.churn.model import ChurnModel
from pulse.learning.labels import EventsRule, Labelled, LabelRule
from pulse.scoring.metrics.catalogue import MetricDefinition, measure
from pulse.scoring.metrics.event_features import Bools, Floats, Ints
from pulse.scoring.scorecard import score
from pulse.scoring.scorecard_store import Published


@dataclass(frozen=True)
class PredictionSet:
    """N customers over the M metrics of the model."""

    places: Ints
    """[N] their indexes among all customers."""
    base: Floats
    """[N] the chance of leaving (0–1) to which the parts are added."""
    leaving: Floats
    """[N] 0–1: base + Σ parts."""
    parts: Floats
    """[N, M]"""
    values: list[list[float | str | None]]
    """[N][M] the metrics' values."""
    strength: Floats
    """[N] 0–100, NaN: not scored."""
    strength_rank: Floats
    """[N] 0–1, the weakest first; NaN: not scored."""
    model_rank: Floats
    """[N] 0–1, the likeliest to leave first; NaN: not scored."""


def opinions(
    labelled: Labelled,
    rule: LabelRule,
    used: Sequence[MetricDefinition],
    models: Sequence[ChurnModel],
    fold: Ints,
    current: Published | None,
    now: float,
    here: Bools,
) -> PredictionSet:
    """Predict with the fold models, each for customers it has not seen, and the final model.

    here: [all customers] who is predicted.
    """
    places = np.flatnonzero(here)
    asked = np.full(labelled.facts.size, len(models) - 1, dtype=np.int64)
    if not isinstance(rule, EventsRule):  # their present metrics were used for learning
        asked[labelled.rows] = fold
    measured = {key: values[places] for key, values in measure(labelled.facts, used, now).items()}
    base, parts = np.zeros(places.size), np.zeros((places.size, len(used)))
    for number, model in enumerate(models):
        mine = asked[places] == number
        if mine.any():
            some = {key: values[mine] for key, values in measured.items()}
            base[mine], parts[mine] = shares(model, some)
    leaving = np.clip(base + parts.sum(axis=1), 0.0, 1.0)
    strength = _strength(labelled, current, now)[places]
    return PredictionSet(
        places=places,
        base=base,
        leaving=leaving,
        parts=parts,
        values=_rows([measured[definition.key] for definition in used]),
        strength=strength,
        strength_rank=_ranked(strength, strength),
        model_rank=_ranked(1.0 - leaving, strength),
    )


def still_here(labelled: Labelled, rule: LabelRule, outside: Bools | None) -> Bools:
    """[all customers] who is a current customer: not `outside`, and not left by the outcome."""
    here = np.ones(labelled.facts.size, dtype=bool) if outside is None else ~outside
    if not isinstance(rule, EventsRule):
        here[labelled.rows[~labelled.stayed]] = False
    return here


def _strength(labelled: Labelled, current: Published | None, now: float) -> Floats:
    if current is None:
        return np.full(labelled.facts.size, np.nan)
    strength: Floats = score(current.card, measure(labelled.facts, current.catalogue, now)).strength
    return strength


def _ranked(values: Floats, strength: Floats) -> Floats:
    scored = ~np.isnan(strength)
    found = np.full(values.size, np.nan)
    found[scored] = ranks(values[scored])
    return found


def _rows(columns: Sequence[Floats | np.ndarray]) -> list[list[float | str | None]]:
    spoken_columns = [[spoken(value) for value in column] for column in columns]
    return [list(row) for row in zip(*spoken_columns, strict=True)]
