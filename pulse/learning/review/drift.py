"""Drift of the customers within a month: the population stability index (PSI) of each metric.

PSI = sum over tenths of the earlier values of (now - before) x ln(now / before), with unknown
values as an additional part. Below .10 is stable; from .25 on something has changed: a feed, an
import, a season or the customers.
"""

from collections.abc import Sequence
from datetime import date

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats

PARTS = 10
MOVED, CHANGED = 0.10, 0.25
LEAST = 100
"""Customers at either date needed for a result."""


class Drifted(msgspec.Struct, frozen=True):
    """The PSI of one metric, or of the strength, between the two dates."""

    name: str
    psi: float
    known_before: float
    """Share of customers whose value was known."""
    known_now: float

    @property
    def word(self) -> str:
        """still, moved or changed."""
        return "changed" if self.psi >= CHANGED else "moved" if self.psi >= MOVED else "still"


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """The PSI of the strength first, then of all metrics, the largest first."""

    before: date
    now: date
    customers: int
    found: tuple[Drifted, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The metrics that have changed, which raise the alarm."""
        return tuple(one.name for one in self.found if one.word == "changed")


def psi(before: Floats, now: Floats) -> float:
    """The population stability index of one metric; NaN is not known."""
    known = before[~np.isnan(before)]
    marks = np.linspace(0, 1, PARTS + 1)[1:-1]
    cuts = np.unique(np.quantile(known, marks)) if known.size else known
    shares = [_shares(values, cuts) for values in (before, now)]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def drifts(names: Sequence[str], before: Floats, now: Floats) -> tuple[Drifted, ...]:
    """The PSI of each column of [N, M] and [K, M]; the first name stays first."""
    found = [
        Drifted(
            name,
            psi(before[:, place], now[:, place]),
            float((~np.isnan(before[:, place])).mean()),
            float((~np.isnan(now[:, place])).mean()),
        )
        for place, name in enumerate(names)
    ]
    return (found[0], *sorted(found[1:], key=lambda one: -one.psi))


def _shares(values: Floats, cuts: Floats) -> Floats:
    """[parts + 1] the share in each part, unknown values last; half a customer is added to each."""
    parts = np.where(np.isnan(values), len(cuts) + 1, np.searchsorted(cuts, values, side="left"))
    counts = np.bincount(parts.astype(np.int64), minlength=len(cuts) + 2) + 0.5
    share: Floats = counts / counts.sum()
    return share
