"""Estimate the effect of a conversation per group: a difference of shares, shrunk to the mean.

The unit is a customer and quarter, as for the uplift (`bandit.uplift`), analysed by intention to
treat. The groups' differences (with a card minus held out) are assumed to vary around an overall
effect. Their variance is estimated by moments (DerSimonian and Laird 1986). Each difference is
shrunk to the overall effect by its share of noise; its variance includes the uncertainty of the
overall effect and of the shrinkage (Morris 1983, Parametric Empirical Bayes Inference). Customers
counted in several quarters widen the variances by the design effect (Kish 1965).
"""

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from pulse.cards.bandit.uplift import Z95, Outcomes, design_effects
from pulse.cards.effects.strata import ANY, FEWEST, UNKNOWN, EffectModel, Stratum

PARTITIONS = ((True, True), (True, False), (False, False))
"""Whether groups are divided by strength and value besides the cause, finest partition first."""
COVERED = 0.5
"""Minimum share of the units that must be in groups with FEWEST on either side.

Otherwise a coarser partition is used. Decided by counts alone, independently of the outcomes.
"""

LEVELS = UNKNOWN - ANY + 1
"""Maximum number of levels of strength or value."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Units(NamedTuple):
    """Units (customer and quarter) as arrays of equal length; NaN for unknown.

    held: held out at random. back: whether they came back. cause, strength, value (per year),
    chance (to lapse, 0–1): as known at the time of randomisation.
    """

    customer: Ints
    held: Bools
    back: Bools
    cause: NDArray[np.str_]
    strength: Floats
    value: Floats
    chance: Floats

    def only(self, which: Bools) -> "Units":
        """Return the selected units."""
        return Units._make(np.asarray(column)[which] for column in self)


class Shrunk(NamedTuple):
    """Effects of all groups after shrinkage with variances, and the overall effect with its own."""

    effect: Floats
    variance: Floats
    overall: float
    overall_variance: float


def measure_effects(seen: Units, days: int) -> EffectModel:
    """Return the groups with their effects, without a gain, so that nothing is ranked by it yet.

    days: the period within which they came back.
    """
    if not len(seen.held):
        return EffectModel(days=days)
    strength_edges, value_edges = partition(seen)
    counted = _counts(seen, strength_edges, value_edges)
    model = EffectModel(
        days=days,
        strata=tuple(counted),
        strength_edges=strength_edges,
        value_edges=value_edges,
        let_in=int((~seen.held).sum()),
        held_out=int(seen.held.sum()),
    )
    told = [one for one in counted if min(one.let_in, one.held_out) >= FEWEST]
    if not told:
        return model
    worth = design_effects(Outcomes(seen.customer, seen.held, seen.back))
    found = shrink(*_differences(told, worth))
    low, high = _interval(found.overall, found.overall_variance)
    back = float(seen.back[~seen.held].mean())
    helped = _helped(back, found.overall)
    known = {one.key: n for n, one in enumerate(told)}
    return msgspec.structs.replace(
        model,
        effect=found.overall,
        low=low,
        high=high,
        helped=helped,
        strata=tuple(_told(one, found, known.get(one.key), helped) for one in counted),
    )


def partition(seen: Units) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return where the thirds of strength and value begin; () where not divided by them."""
    strength, value = _thirds(seen.strength), _thirds(seen.value)
    found: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    for by_strength, by_value in PARTITIONS:
        found = (strength if by_strength else (), value if by_value else ())
        groups = _counts(seen, *found)
        covered = sum(
            one.let_in + one.held_out for one in groups if min(one.let_in, one.held_out) >= FEWEST
        )
        if covered >= COVERED * len(seen.held) > 0:
            break
    return found


def shrink(difference: Floats, variance: Floats) -> Shrunk:
    """Shrink each difference to the mean by the share of noise in its variance.

    difference, variance: [groups], at least one.
    """
    count, weight = len(difference), 1.0 / variance
    mean = float(weight @ difference / weight.sum())
    spread = float(weight @ (difference - mean) ** 2) - (count - 1)
    usual = float(weight.sum() - (weight @ weight) / weight.sum())
    between = max(0.0, spread / usual) if usual > 0 else 0.0
    weight = 1.0 / (variance + between)
    overall, overall_variance = float(weight @ difference / weight.sum()), float(1 / weight.sum())
    noise = variance * weight  # share of noise, 0–1
    effect = noise * overall + (1 - noise) * difference
    unsure = 2.0 / max(1, count - 3) * (noise * (difference - overall)) ** 2 if count > 1 else 0.0
    total = (1 - noise) * variance + noise**2 * overall_variance + unsure
    return Shrunk(effect, np.asarray(total), overall, overall_variance)


def levels(amounts: Floats, edges: tuple[float, ...]) -> Ints:
    """Return [N] levels as `strata.level` does."""
    if not edges:
        return np.full(len(amounts), ANY, dtype=np.int64)
    found = np.searchsorted(np.array(edges), amounts, side="right")
    return np.where(np.isnan(amounts), UNKNOWN, found).astype(np.int64)


def _thirds(amounts: Floats) -> tuple[float, ...]:
    known = amounts[~np.isnan(amounts)]
    if not len(known):
        return ()
    low, high = np.quantile(known, [1 / 3, 2 / 3]).tolist()
    return low, high


def _counts(
    seen: Units, strength_edges: tuple[float, ...], value_edges: tuple[float, ...]
) -> list[Stratum]:
    """Return the groups with their counts, by cause, strength and value."""
    causes, which = np.unique(seen.cause, return_inverse=True)
    strength, value = levels(seen.strength, strength_edges), levels(seen.value, value_edges)
    codes = (which * LEVELS + strength - ANY) * LEVELS + value - ANY
    keys, place = np.unique(codes, return_inverse=True)

    def count(these: Bools) -> list[int]:
        found: list[int] = np.bincount(place[these], minlength=len(keys)).tolist()
        return found

    held, back = seen.held, seen.back
    sides = (count(~held), count(back & ~held), count(held), count(back & held))
    cause_and_strength, value_at = np.divmod(keys, LEVELS)
    cause_at, strength_at = np.divmod(cause_and_strength, LEVELS)
    names = zip(
        causes[cause_at].tolist(),
        (strength_at + ANY).tolist(),
        (value_at + ANY).tolist(),
        strict=True,
    )
    return [Stratum(*name, *numbers) for name, *numbers in zip(names, *sides, strict=True)]


def _differences(told: list[Stratum], worth: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return differences of shares and their variances, using the pooled share of both sides.

    worth: the design effects of the cards and of the hold-outs.
    """
    let_in, back, held, held_back = (
        np.array(column, dtype=np.float64)
        for column in zip(
            *((one.let_in, one.back, one.held_out, one.held_out_back) for one in told), strict=True
        )
    )
    share = (back + held_back + 1) / (let_in + held + 2)
    variance = share * (1 - share) * (worth[0] / let_in + worth[1] / held)
    return back / let_in - held_back / held, variance


def _told(one: Stratum, found: Shrunk, place: int | None, helped: float) -> Stratum:
    if place is None:
        return msgspec.structs.replace(one, helped=helped)
    effect = float(found.effect[place])
    low, high = _interval(effect, float(found.variance[place]))
    share = _helped(one.back / one.let_in, effect)
    return msgspec.structs.replace(one, effect=effect, low=low, high=high, helped=share)


def _helped(back: float, effect: float) -> float:
    """Return the share (0–1) of those who would stay away that a conversation brings back.

    back: share of those with a card who came back.
    """
    away = max(LEAST_AWAY, 1.0 - (back - effect))
    return min(1.0, max(0.0, effect / away))


LEAST_AWAY = 0.02  # minimum share who stay away: it is divided by


def _interval(middle: float, variance: float) -> tuple[float, float]:
    half = Z95 * math.sqrt(variance)
    return middle - half, middle + half
