"""Curves: map a metric's value to a worth from 0 (weakest) to 1 (strongest).

Three shapes, all plain tables: piecewise linear, steps, and levels for categories. A category is
coded as the index of its level, so that every curve maps float64 to float64 and NaN to NaN.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats, Objects

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of a default curve's knots; the outer 5 % are constant, so outliers have no effect."""


class Linear(msgspec.Struct, frozen=True, tag="linear"):
    """Linear interpolation through (xs, ys), constant beyond both ends; xs strictly increasing."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]


class Steps(msgspec.Struct, frozen=True, tag="steps"):
    """ys[i] for edges[i−1] < x ≤ edges[i], as in a decision tree; len(ys) = len(edges) + 1."""

    edges: tuple[float, ...]
    ys: tuple[float, ...]


class Levels(msgspec.Struct, frozen=True, tag="levels"):
    """One worth per named level; any other name is unknown."""

    levels: tuple[str, ...]
    ys: tuple[float, ...]


Curve = Linear | Steps | Levels


def evaluate(curve: Curve, values: Floats) -> Floats:
    """Return [N] worth (0–1) of coded values; NaN stays NaN."""
    ys = np.asarray(curve.ys, dtype=np.float64)
    unknown = np.isnan(values)
    if isinstance(curve, Linear):
        worth = np.interp(values, np.asarray(curve.xs, dtype=np.float64), ys)
    elif isinstance(curve, Steps):
        worth = ys[np.searchsorted(np.asarray(curve.edges), values, side="left")]
    else:
        worth = ys[np.where(unknown, 0, values).astype(np.int64)]
    if unknown.any():
        worth[unknown] = np.nan
    return worth


def code(curve: Curve, values: Floats | Objects) -> Floats:
    """Return [N] values as numbers: the level's index for categories, NaN for unknown."""
    if not isinstance(curve, Levels):
        return np.asarray(values, dtype=np.float64)
    if values.dtype != object:  # a yes/no metric scored by levels named "0" and "1"
        values = np.array([None if v != v else f"{v:g}" for v in values], dtype=object)
    index: dict[Any, float] = {name: float(place) for place, name in enumerate(curve.levels)}
    unknown = float("nan")
    return np.fromiter((index.get(value, unknown) for value in values), np.float64, len(values))


def from_quantiles(values: Floats, direction: str, unseen_top: float = 1.0) -> Linear:
    """Return a monotone default curve through the business's quantiles; "lower" decreases.

    Equal quantiles (for example many zeros) share one knot. The worst knot is worth 0, the best 1.
    Knots are rounded to three digits because people read and edit them. If all values are equal,
    the curve runs from 0 to twice that value; if no value is known, from 0 to `unseen_top`.
    """
    known = values[~np.isnan(values)]
    xs, ys = _knots(known) if known.size else ([0.0, unseen_top], [0.0, 1.0])
    if direction == "lower":
        ys = [1.0 - y for y in ys]
    return Linear(tuple(xs), tuple(ys))


def from_levels(worth: Mapping[str, float]) -> Levels:
    """Return the curve of a category whose levels have a worth (0–1) set by the business."""
    return Levels(tuple(worth), tuple(min(1.0, max(0.0, float(y))) for y in worth.values()))


def from_knots(knots: Sequence[Sequence[float]]) -> Linear:
    """Return a manually defined curve: [value, worth 0–1] pairs by value, interpolated linearly."""
    pairs = sorted((float(x), min(1.0, max(0.0, float(y)))) for x, y in knots)
    return Linear(tuple(x for x, _ in pairs), tuple(y for _, y in pairs))


def flat(values: Floats | Objects) -> Curve:
    """Return a constant curve (0.5): the metric is shown but does not affect the score."""
    if values.dtype != object:
        return Linear((0.0,), (0.5,))
    levels = sorted({str(value) for value in values if value is not None})
    return Levels(tuple(levels) or ("",), (0.5,) * max(1, len(levels)))


def is_monotone(ys: Sequence[float], direction: str) -> bool:
    """Return whether the worth never decreases in the good direction."""
    steps = np.diff(np.asarray(ys))
    return bool((steps >= 0).all() if direction == "higher" else (steps <= 0).all())


def typical_value(curve: Curve, average: float) -> float | None:
    """Return the value with the business's average worth; None for categories and flat curves."""
    if not isinstance(curve, Linear) or len(set(curve.ys)) < 2:
        return None
    xs, ys = np.asarray(curve.xs), np.asarray(curve.ys)
    if ys[0] > ys[-1]:
        xs, ys = xs[::-1], ys[::-1]
    return float(np.interp(average, ys, xs))


def _knots(known: Floats) -> tuple[list[float], list[float]]:
    at = np.quantile(known, QUANTILES)
    rounded = [_three_digits(x) for x in at]
    xs = sorted(set(rounded))
    if len(xs) == 1 and known.min() < known.max():  # fewer than 1 in 20 differ from the others
        xs = sorted({_three_digits(known.min()), _three_digits(known.max())})
    if len(xs) == 1:
        return (sorted([0.0, 2 * xs[0]]) if xs[0] else [0.0, 1.0]), [0.0, 1.0]
    ranks = np.interp(xs, *_mean_rank(rounded)) if len(set(rounded)) > 1 else np.asarray([0.0, 1.0])
    worth = (ranks - ranks[0]) / (ranks[-1] - ranks[0])
    return xs, [round(float(y), 4) for y in worth]


def _mean_rank(rounded: list[float]) -> tuple[list[float], list[float]]:
    ranks: dict[float, list[float]] = {}
    for x, rank in zip(rounded, (0.0, 0.25, 0.5, 0.75, 1.0), strict=True):
        ranks.setdefault(x, []).append(rank)
    return list(ranks), [sum(found) / len(found) for found in ranks.values()]


def _three_digits(x: float) -> float:
    return float(f"{x:.3g}")
