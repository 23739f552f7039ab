"""Blend two scorecards into one, so that a refit changes scores gradually.

Strengths and factors are exactly (1 - share) of the old and share of the new ones. Curves of one
metric must have the same form; a hand-set curve cannot be blended with a learned one.
"""

from collections.abc import Mapping

import msgspec
import numpy as np

from pulse.scoring import curves
from pulse.scoring.bands import OUTSIDE_BANDS, places_of
from pulse.scoring.curves import Curve, Levels, Linear, Steps
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.scoring.scorecard import Scorecard, Term, score

MOST_CHANGES = 0.08
"""Maximum share of customers who may change band through a refit."""
SHARES = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1)


def damped(
    old: Scorecard, new: Scorecard, measured: Mapping[str, Floats | Objects], outside: Bools
) -> tuple[Scorecard, float]:
    """(The blend with the largest share by which at most MOST_CHANGES change band, that share).

    measured: today's customers; outside [N]: those without a band. The new card itself (share 1)
    where the two cannot be blended; then it is no refit, and a person decides after seeing the
    changes.
    """
    kept = new, 1.0
    for share in SHARES:
        card = new if share == 1.0 else blend(old, new, share)
        if card is None:
            return new, 1.0
        kept = card, share
        if band_changes(old, card, measured, outside).mean() <= MOST_CHANGES:
            break
    return kept


def band_changes(
    old: Scorecard, new: Scorecard, measured: Mapping[str, Floats | Objects], outside: Bools
) -> Bools:
    """[N] whether the customer is in another band by the new card."""
    before, after = (
        np.where(outside, OUTSIDE_BANDS, places_of(score(card, measured).strength, card.band_edges))
        for card in (old, new)
    )
    return np.asarray(before != after)


def blend(old: Scorecard, new: Scorecard, share: float) -> Scorecard | None:
    """(1 - share) of the old card and share of the new; None where curves differ in form."""
    first = {term.metric: term for term in old.terms}
    second = {term.metric: term for term in new.terms}
    terms = []
    for metric in dict.fromkeys((*first, *second)):
        term = _term(first.get(metric), second.get(metric), share)
        if term is None:
            return None
        terms.append(term)
    replace = msgspec.structs.replace
    pairs = [replace(pair, weight=pair.weight * (1 - share)) for pair in old.pairs]
    pairs += [replace(pair, weight=pair.weight * share) for pair in new.pairs]
    low, high = (
        float(np.ceil((1 - share) * one + share * other))
        for one, other in zip(old.band_edges, new.band_edges, strict=True)
    )
    return replace(new, terms=tuple(terms), pairs=tuple(pairs), band_edges=(low, high))


def _term(one: Term | None, other: Term | None, share: float) -> Term | None:
    replace = msgspec.structs.replace
    if one is None or other is None:
        alone = one or other
        assert alone is not None
        return replace(alone, weight=alone.weight * (share if one is None else 1 - share))
    before, after = (1 - share) * one.weight, share * other.weight
    weight = before + after
    if not weight:
        return replace(other, weight=0.0)
    if not before or not after:  # a curve without weight need not have the other's form
        return replace(one if before else other, weight=weight)
    part = after / weight
    curve = _curve(one, other, part)
    average = (1 - part) * one.average + part * other.average
    return None if curve is None else Term(one.metric, weight, curve, average)


def _curve(one: Term, other: Term, part: float) -> Curve | None:
    first, second = one.curve, other.curve
    if isinstance(first, Steps) and isinstance(second, Steps):
        edges = tuple(sorted({*first.edges, *second.edges}))
        at = np.array([*edges, np.inf])
        return Steps(edges, _worths(first, second, at, part))
    if isinstance(first, Linear) and isinstance(second, Linear):
        xs = tuple(sorted({*first.xs, *second.xs}))
        return Linear(xs, _worths(first, second, np.array(xs), part))
    if isinstance(first, Levels) and isinstance(second, Levels):
        return _levels(one, first, other, second, part)
    return None


def _worths(first: Curve, second: Curve, at: Floats, part: float) -> tuple[float, ...]:
    mixed = (1 - part) * curves.evaluate(first, at) + part * curves.evaluate(second, at)
    return tuple(mixed.tolist())


def _levels(one: Term, first: Levels, other: Term, second: Levels, part: float) -> Levels:
    """Blended levels; a level that only one card knows counts as the other's average."""
    before, after = (dict(zip(curve.levels, curve.ys, strict=True)) for curve in (first, second))
    names = tuple(dict.fromkeys((*first.levels, *second.levels)))
    worth = [
        (1 - part) * before.get(name, one.average) + part * after.get(name, other.average)
        for name in names
    ]
    return Levels(names, tuple(worth))
