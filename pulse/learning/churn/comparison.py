"""Compare identity strength with the churn model: where they agree, and where they differ.

Both are converted to ranks, because one is in points and the other in probability. For customers
whom only one of them ranks low, a CSM's own judgement adds most.
"""

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats, Ints

WORRIED_SHARE = 0.2
"""The share of each ranking that counts as being at risk: the weakest fifth."""


class Comparison(msgspec.Struct, frozen=True):
    """Two rankings of the same N customers; lists hold indexes, the largest difference first."""

    customers: int
    correlation: float
    """Spearman's: 1 the same order, 0 no relation."""
    agreement: float
    """Share of customers whom both or neither rank at risk."""
    both_worried: tuple[int, ...]
    only_model: tuple[int, ...]
    """Among the likeliest to leave by the model, not among the weakest by strength."""
    only_strength: tuple[int, ...]
    """Among the weakest by strength, not among the likeliest to leave by the model."""


def compare(strength: Floats, stay_probability: Floats, most: int = 50) -> Comparison:
    """Compare identity strengths with the model's stay probabilities ([N] each).

    Customers without a strength (NaN) are left out. most: the length limit of each list.
    """
    scored = np.flatnonzero(~np.isnan(strength))
    ours, theirs = ranks(strength[scored]), ranks(stay_probability[scored])
    we_worry, it_worries = ours < WORRIED_SHARE, theirs < WORRIED_SHARE
    gap = ours - theirs

    def listed(members: np.ndarray, by: Floats) -> tuple[int, ...]:
        places = np.flatnonzero(members)
        best = places[np.argsort(-by[places], kind="stable")][:most]
        return tuple(scored[best].tolist())

    return Comparison(
        customers=int(scored.size),
        correlation=_correlation(ours, theirs),
        agreement=float((we_worry == it_worries).mean()) if scored.size else 1.0,
        both_worried=listed(we_worry & it_worries, -(ours + theirs)),
        only_model=listed(~we_worry & it_worries, gap),
        only_strength=listed(we_worry & ~it_worries, -gap),
    )


def ranks(values: Floats) -> Floats:
    """[N] rank of each value, 0–1; ties get the mean rank."""
    if not values.size:
        return values
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    middle: Floats = (np.cumsum(count) - count / 2)[place] / values.size
    return middle


def _correlation(one: Floats, other: Floats) -> float:
    if one.size < 2 or not np.ptp(one) or not np.ptp(other):
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def deciles_against(strength: Floats, stay_probability: Floats) -> Ints:
    """[10, 10] number of customers by decile of strength (rows, weakest first) and of the model."""
    scored = ~np.isnan(strength)
    ours = np.minimum((ranks(strength[scored]) * 10).astype(np.int64), 9)
    theirs = np.minimum((ranks(stay_probability[scored]) * 10).astype(np.int64), 9)
    return np.bincount(ours * 10 + theirs, minlength=100).reshape(10, 10)
