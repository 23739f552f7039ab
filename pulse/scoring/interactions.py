"""Pair terms: the joint worth of two metrics beyond the worth of each alone.

The table contains only the joint part; the effect of one metric alone is in its own curve
(`tree_tables` moves it there). For such a table g the SHAP values of both metrics are equal,
  φa = φb = ½ · weight · (g(a, b) − average),
and 0 when one of the two is unknown.
"""

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats, Ints


class PairTerm(msgspec.Struct, frozen=True):
    """The joint worth (0–1) of two metrics times a weight; `*_edges`: None for categories."""

    first: str
    second: str
    weight: float
    first_edges: tuple[float, ...] | None
    second_edges: tuple[float, ...] | None
    table: tuple[tuple[float, ...], ...]
    """[first cell][second cell]"""
    average: float
    """Worth of a pair when one or both metrics are unknown."""


def shares(pair: PairTerm, first: Floats, second: Floats) -> Floats:
    """Return [N] points for each of the two metrics; 0 where one is unknown."""
    row, column = _cells(pair.first_edges, first), _cells(pair.second_edges, second)
    joint = np.asarray(pair.table)[row, column] - pair.average
    joint[np.isnan(first) | np.isnan(second)] = 0.0
    half: Floats = joint * (pair.weight / 2)
    return half


def _cells(edges: tuple[float, ...] | None, values: Floats) -> Ints:
    """Return [N] table rows of coded values; rows of unknown values must be masked."""
    known = np.nan_to_num(values, nan=0.0)
    if edges is None:
        return known.astype(np.int64)
    return np.searchsorted(np.asarray(edges), known, side="left").astype(np.int64)
