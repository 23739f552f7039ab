"""Pair terms: what two metrics are worth together, beyond what each is worth alone.

The table holds only the joint part: whatever either metric says by itself stands in its own curve
(`collapse` moves it there). For such a table g the SHAP values of both metrics are equal,
    φa = φb = ½ · weight · (g(a, b) − average),
and nothing is left of it when one of the two is not known.
"""

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats, Ints


class PairTerm(msgspec.Struct, frozen=True):
    """Two metrics' joint worth (0–1) times a weight; `*_edges` is None for a category's levels."""

    first: str
    second: str
    weight: float
    first_edges: tuple[float, ...] | None
    second_edges: tuple[float, ...] | None
    table: tuple[tuple[float, ...], ...]
    """[first cell][second cell]"""
    average: float
    """What a pair is worth of which one or both metrics are not known."""


def shares(pair: PairTerm, first: Floats, second: Floats) -> Floats:
    """[N] points that go to each of the two metrics; 0 where one is not known."""
    row, column = _cells(pair.first_edges, first), _cells(pair.second_edges, second)
    joint = np.asarray(pair.table)[row, column] - pair.average
    joint[np.isnan(first) | np.isnan(second)] = 0.0
    half: Floats = joint * (pair.weight / 2)
    return half


def _cells(edges: tuple[float, ...] | None, values: Floats) -> Ints:
    """[N] table rows for coded values; a not known value gets some row, which the caller masks."""
    known = np.nan_to_num(values, nan=0.0)
    if edges is None:
        return known.astype(np.int64)
    return np.searchsorted(np.asarray(edges), known, side="left").astype(np.int64)
