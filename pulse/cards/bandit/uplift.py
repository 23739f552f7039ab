"""Does reaching out help at all? Customers with a card against customers left alone by chance.

By intention to treat: everybody a card was due for counts, delivered or not. Only causes that can
be held out are compared: who asked for help always gets a card and would flatter one side.
Sources: Wilson (1927) for one share; Newcombe (1998), method 10, for the difference of two.
"""

import math
from datetime import timedelta

import msgspec

from pulse import clock
from pulse.cards import settings
from pulse.cards.outcomes.suggested_outcomes import NEGATIVE_KINDS
from pulse.cards.triggers import discover
from pulse.db.transaction import Unit

YEAR = timedelta(days=365)
FEWEST = 20  # in the smaller group; below it nothing is claimed
Z95 = 1.959964
"""Normal quantile of a two-sided 95 % interval."""


class Uplift(msgspec.Struct, frozen=True):
    """Shares who came back within `days`; difference with its 95 % interval, None while unknown."""

    days: int
    let_in: int
    let_in_back: int
    held_out: int
    held_out_back: int
    difference: float | None
    low: float | None
    high: float | None


async def uplift(unit: Unit) -> Uplift:
    """The last year's cards and hold-outs whose window is over, compared."""
    chosen = await unit.fetchval("SELECT settings FROM businesses WHERE id = $1", unit.business_id)
    days = settings.read(chosen).return_window_days
    until = clock.now() - timedelta(days=days)
    asked = [rule.cause for rule in discover().values() if rule.asked]
    row = await unit.fetchrow(
        BACK, unit.business_id, until - YEAR, until, days, asked, [*NEGATIVE_KINDS]
    )
    return compared(days, row["let_in"], row["let_in_back"], row["held_out"], row["held_back"])


def compared(days: int, n: int, back: int, held: int, held_back: int) -> Uplift:
    """The difference of two shares with its interval; None below FEWEST in the smaller group."""
    if min(n, held) < FEWEST:
        return Uplift(days, n, back, held, held_back, None, None, None)
    one, other = back / n, held_back / held
    (low_1, high_1), (low_2, high_2) = wilson(back, n), wilson(held_back, held)
    difference = one - other
    down = math.hypot(one - low_1, high_2 - other)
    up = math.hypot(high_1 - one, other - low_2)
    return Uplift(days, n, back, held, held_back, difference, difference - down, difference + up)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, inside 0–1 also for few and for none; (0, 1) for nobody."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


_RETURNED = (
    "EXISTS (SELECT FROM events e WHERE e.business_id = $1 AND e.customer_id = k.customer_id "
    "AND e.occurred_at > k.{at} AND e.occurred_at <= k.{at} + make_interval(days => $4::int) "
    "AND e.kind <> ALL($6))"
)
_SIDE = (
    "SELECT count(*) AS all, count(*) FILTER (WHERE " + _RETURNED + ") AS back FROM {table} k "
    "WHERE k.business_id = $1 AND k.{at} > $2 AND k.{at} <= $3 AND k.cause <> ALL($5)"
)
BACK = f"""
SELECT l.all AS let_in, l.back AS let_in_back, h.all AS held_out, h.back AS held_back
FROM ({_SIDE.format(table="conversation_cards", at="created_at")}) l,
  ({_SIDE.format(table="card_hold_outs", at="held_out_at")}) h
"""
