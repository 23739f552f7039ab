"""Segments: named rules, discovered clusters, and movement between segments.

A rule uses strength, trend, tenure and signal shares; the first matching rule gives the customer's
segment. Clusters are groups with similar signal vectors (scikit-learn's k-means), named by their
most distinctive signals; they keep their names between runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from pulse.scoring.bands import Band
from pulse.scoring.metrics.event_features import Bools, Floats, Ints, Objects


@dataclass(frozen=True)
class SegmentFeatures:
    """N customers as used by rules; NaN = unknown, for which no condition holds."""

    strength: Floats
    change_30d: Floats
    tenure_days: Floats
    bands: Objects
    signal_shares: Mapping[str, Floats]
    """Signal → [N] share of the signal's points (0–1), as `default_rules.signal_shares`."""


class SegmentRule(msgspec.Struct, frozen=True):
    """A named segment; every condition that is set must hold."""

    name: str
    bands: tuple[Band, ...] = ()
    change_from: float | None = None
    change_to: float | None = None
    tenure_from: float | None = None
    tenure_to: float | None = None
    signals_from: dict[str, float] = {}
    signals_to: dict[str, float] = {}


DEFAULT_RULES: tuple[SegmentRule, ...] = (
    SegmentRule("Slipping", change_to=-5.0),
    SegmentRule("Newcomers", tenure_to=90.0),
    SegmentRule("Rising", change_from=5.0),
    SegmentRule("Loyal core", bands=("strong",), signals_from={"loyalty": 0.6}),
    SegmentRule("Busy and new", bands=("strong",), tenure_to=365.0),
    SegmentRule("Strong", bands=("strong",)),
    SegmentRule("Quiet regulars", bands=("steady",), signals_to={"engagement": 0.4}),
    SegmentRule("Steady", bands=("steady",)),
    SegmentRule("Old friends gone quiet", bands=("fragile",), tenure_from=365.0),
    SegmentRule("Fragile", bands=("fragile",)),
)
"""In order of urgency: customers whose strength moves are named before levels."""

OTHERS = "Others"


class SegmentFigures(msgspec.Struct, frozen=True):
    """Statistics of one segment."""

    name: str
    customers: int
    average: float
    """Mean strength; NaN for an empty segment."""
    change: float
    """Mean change over 30 days where known; NaN if unknown for all."""
    signals: dict[str, float]
    """Mean share of each signal's points."""


class Difference(msgspec.Struct, frozen=True):
    """Comparison of two segments."""

    one: SegmentFigures
    other: SegmentFigures
    strength: float
    """one − other, in points of mean strength."""
    signals: tuple[tuple[str, float], ...]
    """one − other per signal, the largest difference first."""


def assign(identities: SegmentFeatures, rules: Sequence[SegmentRule] = DEFAULT_RULES) -> Objects:
    """Return [N] the name of the first matching rule, else OTHERS."""
    names = np.full(identities.strength.size, OTHERS, dtype=object)
    open_yet = np.ones(identities.strength.size, dtype=bool)
    for rule in rules:
        fits = open_yet & _fits(identities, rule)
        names[fits] = rule.name
        open_yet &= ~fits
    return names


def figures(identities: SegmentFeatures, names: Objects) -> list[SegmentFigures]:
    """Return the statistics of every segment that has customers, largest first."""
    found = [figures_of(identities, name, names == name) for name in sorted(set(names.tolist()))]
    return sorted(found, key=lambda segment: -segment.customers)


def figures_of(identities: SegmentFeatures, name: str, members: Bools) -> SegmentFigures:
    """Return one segment's size, strength, movement and signals."""
    return SegmentFigures(
        name,
        int(members.sum()),
        _mean(identities.strength[members]),
        _mean(identities.change_30d[members]),
        {signal: _mean(shares[members]) for signal, shares in identities.signal_shares.items()},
    )


def movement(before: Objects, after: Objects) -> dict[tuple[str, str], int]:
    """Return (from, to) → customers, for the same customers in the same order; largest first."""
    moves: dict[tuple[str, str], int] = {}
    for was, now in zip(before.tolist(), after.tolist(), strict=True):
        moves[was, now] = moves.get((was, now), 0) + 1
    return dict(sorted(moves.items(), key=lambda move: -move[1]))


def compare(one: SegmentFigures, other: SegmentFigures) -> Difference:
    """Return the differences between two segments."""
    gaps = {
        signal: share - other.signals.get(signal, float("nan"))
        for signal, share in one.signals.items()
    }
    known = [(signal, gap) for signal, gap in gaps.items() if gap == gap]
    return Difference(
        one,
        other,
        one.average - other.average,
        tuple(sorted(known, key=lambda item: -abs(item[1]))),
    )


def _fits(identities: SegmentFeatures, rule: SegmentRule) -> Bools:
    fits = np.ones(identities.strength.size, dtype=bool)
    if rule.bands:
        fits &= np.isin(identities.bands.astype(str), rule.bands)
    limits = [
        (identities.change_30d, rule.change_from, rule.change_to),
        (identities.tenure_days, rule.tenure_from, rule.tenure_to),
    ]
    nobody = np.full(identities.strength.size, np.nan)
    for signal in {*rule.signals_from, *rule.signals_to}:
        shares = identities.signal_shares.get(signal, nobody)
        limits.append((shares, rule.signals_from.get(signal), rule.signals_to.get(signal)))
    for values, low, high in limits:
        if low is not None:
            fits &= values >= low  # False where unknown
        if high is not None:
            fits &= values <= high
    return fits


def _mean(values: Floats | Ints) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
