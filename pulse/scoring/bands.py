"""Bands: fragile, steady, strong; and what counts as erosion."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Band = Literal["fragile", "steady", "strong"]
BANDS: tuple[Band, ...] = ("fragile", "steady", "strong")
DEFAULT_EDGES = (40.0, 70.0)
OUTSIDE_BANDS = len(BANDS)
"""Value for onboarding, lapsed and left customers, who have a strength but no band."""
EROSION_POINTS = 10.0
"""A drop of more than this many points from the recent high is erosion (PRODUCT.md); lists and
figures count changes of this many points, as they are shown."""
HIGH_DAYS = 90
"""Days before a score in which the recent high is looked for."""


def limits(edges: Sequence[float] = DEFAULT_EDGES) -> tuple[float, float]:
    """Return the strengths at which "steady" and "strong" begin.

    Edges are compared with the rounded strength: one that is shown as 40 is in the band of 40.
    """
    return math.ceil(edges[0]) - 0.5, math.ceil(edges[1]) - 0.5


def band_of(strength: float, edges: Sequence[float] = DEFAULT_EDGES) -> Band:
    """Return the band of a strength (0–100), judged by the rounded number that is shown.

    An edge belongs to the band above it.
    """
    low, high = limits(edges)
    return BANDS[0] if strength < low else BANDS[1] if strength < high else BANDS[2]


def bands_of(
    strength: NDArray[np.float64], edges: Sequence[float] = DEFAULT_EDGES
) -> NDArray[np.object_]:
    """Return [N] bands as `band_of` does; None where the strength is NaN."""
    names = np.array(BANDS, dtype=object)
    found: NDArray[np.object_] = names[places_of(strength, edges)]
    found[np.isnan(strength)] = None
    return found


def places_of(
    strength: NDArray[np.float64], edges: Sequence[float] = DEFAULT_EDGES
) -> NDArray[np.int16]:
    """Return [N] indexes into BANDS of known strengths."""
    return np.searchsorted(np.asarray(limits(edges)), strength, side="right").astype(np.int16)


def rose(before: Band, after: Band | None) -> bool:
    """Return whether the customer rose by at least one band."""
    return after is not None and BANDS.index(after) > BANDS.index(before)


def eroded(strength: float, recent_high: float) -> bool:
    """Return whether the strength fell by more than EROSION_POINTS from its recent high."""
    return recent_high - strength > EROSION_POINTS
