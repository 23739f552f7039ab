"""The uplift of outreach: customers with a card compared with customers held out at random.

Analysed by intention to treat: everybody for whom a card was due counts, delivered or not. Only
causes that can be held out are compared; customers who asked for help always get a card and would
bias the comparison. The unit is a customer and quarter, as in the randomisation: the first card or
hold-out of a quarter over all causes. Several quarters of one customer carry less information than
several customers. The interval is therefore Newcombe's, with group sizes divided by the design
effect of these clusters.

Sources: Wilson (1927) for one share; Newcombe (1998), method 10, for the difference of two; Kish
(1965) for the design effect; Donner and Klar (2000) for the intracluster correlation of shares.
"""

import math
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from pulse import clock
from pulse.cards import settings
from pulse.cards.bandit import learning_sql
from pulse.cards.outcomes.suggested_outcomes import NEGATIVE_KINDS
from pulse.cards.triggers import discover
from pulse.db.transaction import Unit
from pulse.tables.business import Business

YEAR = timedelta(days=365)
FEWEST = 20  # smallest group size for which a result is given
Z95 = 1.959964
"""Normal quantile of a two-sided 95 % interval."""
Z80 = 0.841621  # Normal quantile of a power of 80 %.
POINTS = 0.10  # the difference that the hold-out should be able to detect

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Uplift(msgspec.Struct, frozen=True):
    """Shares who returned within `days`; difference with 95 % interval, None while unknown.

    let_in, held_out: number of units (customer and quarter) per group. needed: number of units in
    both groups that detects a difference of POINTS at this hold-out share with a power of 80 %.
    """

    days: int
    let_in: int
    let_in_back: int
    held_out: int
    held_out_back: int
    difference: float | None
    low: float | None
    high: float | None
    share: float = 0.0
    needed: int | None = None


class Outcomes(NamedTuple):
    """Units as arrays of equal length: customer, whether held out, whether they returned."""

    customer: Ints
    held: Bools
    back: Bools


async def uplift(unit: Unit) -> Uplift:
    """Compare the units of the last year whose observation window is over."""
    business = (
        await Business.select(Business.settings).where(Business.id == unit.business_id).first()
    )
    cards = settings.read(business["settings"] if business else None)
    until = clock.now() - timedelta(days=cards.return_window_days)
    rows = await units(unit, until - YEAR, until, cards.return_window_days)
    seen = Outcomes(
        np.array([row["customer"] for row in rows], dtype=np.int64),
        np.array([row["held"] for row in rows], dtype=bool),
        np.array([row["back"] for row in rows], dtype=bool),
    )
    return estimate(seen, cards.return_window_days, cards.hold_out_share)


async def units(unit: Unit, since: datetime, until: datetime, days: int) -> list[Any]:
    """Customers and quarters between these moments, and whether they came back within `days`.

    With the cause, strength, value and chance to lapse as known when chance decided (`noted`), the
    newest first. Causes that somebody asked for are left out.
    """
    asked = [rule.cause for rule in discover().values() if rule.asked]
    return await learning_sql.units(unit, since, until, days, asked, [*NEGATIVE_KINDS])


def estimate(seen: Outcomes, days: int, share: float) -> Uplift:
    """Return the difference with its clustered interval; share: the part held out, 0–1."""
    held, back = seen.held, seen.back
    effects = design_effects(seen)
    found = compared(
        days,
        int((~held).sum()),
        int((back & ~held).sum()),
        int(held.sum()),
        int((back & held).sum()),
        effects,
    )
    base = float(back[~held].mean()) if (~held).any() else 0.5
    needed = customers_needed(share, base, effects[1]) if 0 < share < 1 else None
    return msgspec.structs.replace(found, share=share, needed=needed)


def compared(
    days: int,
    n: int,
    back: int,
    held: int,
    held_back: int,
    effects: tuple[float, float] = (1.0, 1.0),
) -> Uplift:
    """Return the difference of two shares with its interval; None below FEWEST in one group.

    effects: the design effect of each group, by which its size is divided.
    """
    if min(n, held) < FEWEST:
        return Uplift(days, n, back, held, held_back, None, None, None)
    one, other = back / n, held_back / held
    low_1, high_1 = wilson(back / effects[0], n / effects[0])
    low_2, high_2 = wilson(held_back / effects[1], held / effects[1])
    difference = one - other
    down = math.hypot(one - low_1, high_2 - other)
    up = math.hypot(high_1 - one, other - low_2)
    return Uplift(days, n, back, held, held_back, difference, difference - down, difference + up)


def design_effects(seen: Outcomes) -> tuple[float, float]:
    """Return the design effect (at least 1) of the cards and of the hold-outs.

    1 + (m − 1) × ICC for each group, where m is the mean cluster size (units of one customer in
    that group) seen by a unit. ICC is the intracluster correlation over both groups.
    """
    if len(seen.customer) < FEWEST:
        return 1.0, 1.0
    clusters = np.unique(seen.customer * 2 + seen.held, return_inverse=True)[1]
    correlation = _correlation(clusters, _centred(seen))
    sizes = np.bincount(clusters)[clusters]
    one, other = (
        1.0 + (float(sizes[side].mean()) - 1.0) * correlation if side.any() else 1.0
        for side in (~seen.held, seen.held)
    )
    return one, other


def _centred(seen: Outcomes) -> Floats:
    """Return whether each unit returned, minus the share of its group."""
    rest = seen.back.astype(np.float64)
    for side in (~seen.held, seen.held):
        if side.any():
            rest[side] -= rest[side].mean()
    return rest


def _correlation(clusters: Ints, rest: Floats) -> float:
    """Return the intracluster correlation by analysis of variance, 0–1."""
    sizes = np.bincount(clusters).astype(np.float64)
    units, groups = float(sizes.sum()), len(sizes)
    if groups in (1, int(units)):
        return 0.0
    means = np.bincount(clusters, weights=rest) / sizes
    between = float((sizes * means**2).sum()) / (groups - 1)
    within = float(((rest - means[clusters]) ** 2).sum()) / (units - groups)
    usual = (units - float((sizes**2).sum()) / units) / (groups - 1)
    total = between + (usual - 1) * within
    return min(1.0, max(0.0, (between - within) / total)) if total > 0 else 0.0


def customers_needed(share: float, base: float, effect: float = 1.0, points: float = POINTS) -> int:
    """Return how many units detect `points` (0–1) at this hold-out share with a power of 80 %."""
    variance = max(0.05, base * (1.0 - base))
    each = (Z95 + Z80) ** 2 * variance * effect / points**2
    return math.ceil(each * (1.0 / share + 1.0 / (1.0 - share)))


def wilson(hits: float, of: float) -> tuple[float, float]:
    """Return the 95 % interval of a share; valid for small groups too, (0, 1) for an empty one."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)
