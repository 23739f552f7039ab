"""Explain the churn model: importance over all customers, and one customer's waterfall.

SHAP values from LightGBM's `pred_contrib`: the same numbers as shap.TreeExplainer, but shap holds
the GIL. They are log-odds; for display they are scaled to probability, so that base and parts sum
to the shown chance of leaving (the scaling keeps every sign).
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from pulse.learning.churn.model import ChurnModel
from pulse.learning.encoding import CategoryColumn
from pulse.scoring.calibration import Calibration, stay_probabilities
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Floats, Objects

Measured = Mapping[str, Floats | Objects]
SAMPLE = 2_000
"""Customers over which importance is averaged; contributions cost a hundred predictions each."""
STEP = 1e-9


class Importance(msgspec.Struct, frozen=True):
    """How much one metric changes the model's prediction, over all customers."""

    metric: str
    label: str
    points: float
    """Mean |SHAP value| in percentage points of the chance of leaving."""
    rises_with: bool | None
    """Whether leaving rises with the value; None for categories and unclear directions."""


class Part(msgspec.Struct, frozen=True):
    """One metric's contribution to a customer's chance of leaving, 0–1."""

    metric: str
    label: str
    value: float | str | None
    contribution: float


class Waterfall(msgspec.Struct, frozen=True):
    """One customer's chance of leaving (0–1): base + Σ contributions."""

    base: float
    leaving: float
    parts: tuple[Part, ...]


def importance(
    model: ChurnModel, catalogue: Sequence[MetricDefinition], measured: Measured
) -> tuple[Importance, ...]:
    """The importance of all metrics, the largest first."""
    rows = _spread(len(next(iter(measured.values()), ())))
    some = {key: values[rows] for key, values in measured.items()}
    _, parts = shares(model, some)
    label_of = {definition.key: definition.label for definition in catalogue}
    encoded = model.encoder.matrix(some)
    found = [
        Importance(
            column.metric,
            label_of.get(column.metric, column.metric),
            100 * float(np.abs(parts[:, place]).mean()),
            None
            if isinstance(column, CategoryColumn)
            else _direction(encoded[:, place], parts[:, place]),
        )
        for place, column in enumerate(model.encoder.columns)
    ]
    return tuple(sorted(found, key=lambda one: -one.points))


def waterfall(
    model: ChurnModel, catalogue: Sequence[MetricDefinition], measured: Measured, customer: int = 0
) -> Waterfall:
    """One customer's contributions, the largest first."""
    one = {key: values[customer : customer + 1] for key, values in measured.items()}
    base, shared = shares(model, one)
    label_of = {definition.key: definition.label for definition in catalogue}
    parts = [
        Part(metric, label_of.get(metric, metric), spoken(one[metric][0]), float(share))
        for metric, share in zip(model.encoder.metrics, shared[0], strict=True)
    ]
    parts.sort(key=lambda part: -abs(part.contribution))
    return Waterfall(base, base + float(shared[0].sum()), tuple(parts))


def shares(model: ChurnModel, measured: Measured) -> tuple[float, Floats]:
    """(Base, [N, M]) for one or more customers: the chance of leaving is base + Σ of the row."""
    return _in_probability(model.calibration, _contributions(model, measured))


def _contributions(model: ChurnModel, measured: Measured) -> Floats:
    """[N, M + 1] SHAP values in log-odds of staying; the last column is the expectation."""
    found: Floats = model.booster.predict(
        model.encoder.matrix(measured), pred_contrib=True, num_threads=1
    )
    return found


def _in_probability(calibration: Calibration, contributions: Floats) -> tuple[float, Floats]:
    """(Base, [N, M]) as the chance of leaving: φ · (p(f) − p(E)) / (f − E); at f = E the slope."""
    expectation = float(contributions[0, -1])
    distance = contributions[:, :-1].sum(axis=1)
    base = float(1.0 - stay_probabilities(calibration, np.array([expectation]))[0])
    leaving = 1.0 - stay_probabilities(calibration, expectation + distance)
    slope = -calibration.slope * base * (1.0 - base)
    near = np.abs(distance) < STEP
    scale = np.where(near, slope, (leaving - base) / np.where(near, 1.0, distance))
    return base, contributions[:, :-1] * scale[:, np.newaxis]


def _direction(values: Floats, shares: Floats) -> bool | None:
    known = ~np.isnan(values)
    if known.sum() < 3 or not np.ptp(values[known]) or not np.ptp(shares[known]):
        return None
    together = float(np.corrcoef(values[known], shares[known])[0, 1])
    return None if abs(together) < 0.3 else together > 0


def spoken(value: object) -> float | str | None:
    """A measured value for JSON; None when not known."""
    if value is None or value != value:
        return None
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _spread(size: int) -> Floats:
    """Evenly spaced indexes of at most SAMPLE customers."""
    return np.unique(np.linspace(0, max(0, size - 1), min(size, SAMPLE)).astype(np.int64))
