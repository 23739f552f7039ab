"""Pair terms: what two metrics are worth together, with both SHAP shares in closed form.

For a term g(a, b) the two SHAP values are
    φa = ½ · (g(a, b) − g(b alone) + g(a alone) − g(nothing known))    and φb likewise,
where "alone" is the expectation over the other metric. The table and both "alone" rows are stored,
so a customer's shares cost three look-ups. With one of the two not known the other keeps its own
expectation and the unknown one gets 0; with both not known the term is silent.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from pulse.identity.facts import Floats

Cells = NDArray[np.int64]


class PairTerm(msgspec.Struct, frozen=True):
    """Two metrics' joint worth (0–1) times a weight; `*_edges` is None for a category's levels."""

    first: str
    second: str
    weight: float
    first_edges: tuple[float, ...] | None
    second_edges: tuple[float, ...] | None
    table: tuple[tuple[float, ...], ...]
    """[first cell][second cell]"""
    first_alone: tuple[float, ...]
    second_alone: tuple[float, ...]
    average: float


def shares(pair: PairTerm, first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """([N], [N]) points for both metrics; each pair of shares sums to weight × (g − average)."""
    row, column = cells(pair.first_edges, first), cells(pair.second_edges, second)
    first_alone = np.asarray(pair.first_alone)[row] - pair.average
    second_alone = np.asarray(pair.second_alone)[column] - pair.average
    together = np.asarray(pair.table)[row, column] - pair.average
    no_first, no_second = np.isnan(first), np.isnan(second)
    mine = np.where(no_second, first_alone, 0.5 * (together + first_alone - second_alone))
    theirs = np.where(no_first, second_alone, 0.5 * (together + second_alone - first_alone))
    mine[no_first] = 0.0
    theirs[no_second] = 0.0
    return pair.weight * mine, pair.weight * theirs


def cells(edges: tuple[float, ...] | None, values: Floats) -> Cells:
    """[N] table rows for coded values; a not known value gets row 0, which the caller masks."""
    if edges is None:
        return np.nan_to_num(values, nan=0.0).astype(np.int64)
    known = np.nan_to_num(values, nan=0.0)
    return np.searchsorted(np.asarray(edges), known, side="left").astype(np.int64)
