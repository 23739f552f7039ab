"""What the learning loop has learned so far, in figures: for people to see, and to doubt.

Uplift is by intention to treat: of everybody a card was due for, the ones held out at random
against the ones let in, whether or not a card was delivered in the end.
"""

import math
from datetime import date, timedelta

import msgspec
import numpy as np

from pulse import clock
from pulse.access.scope import Scope
from pulse.cards import rules
from pulse.cards.trials import finished, ledger_of
from pulse.database.tenancy import Unit, tenant

MOST_CELLS = 12
YEAR = timedelta(days=365)
Z95 = 1.959964
"""Normal quantile of a two-sided 95 % interval."""


class StyleBelief(msgspec.Struct, frozen=True):
    """One style in one situation: expected reward with its 90 % interval, trials, and how likely
    it is the best there (0–1)."""

    style: str
    mean: float
    low: float
    high: float
    trials: float
    best: float


class Situation(msgspec.Struct, frozen=True):
    """A cause with a declared state, and the styles tried in it, the likeliest best first."""

    cause: str
    context: str
    trials: float
    styles: list[StyleBelief]


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


class Month(msgspec.Struct, frozen=True):
    """Delivered cards of a month: how much of the draft was changed (0–1), and what they cost."""

    month: date
    delivered: int
    edit_share: float | None
    by_model: int
    cost: float


class Learned(msgspec.Struct, frozen=True):
    """All of it."""

    outcomes: int
    situations: list[Situation]
    uplift: Uplift
    months: list[Month]


async def learned(scope: Scope) -> Learned:
    """Read the trials and say what they teach."""
    async with tenant(scope) as unit:
        counted = await finished(unit)
        cells: dict[tuple[str, str], int] = {}
        for trial, times in counted:
            key = (trial.cause, trial.context)
            cells[key] = cells.get(key, 0) + times
        situations = await _situations(unit, cells)
        uplift = await _uplift(unit)
        rows = await unit.fetch(MONTHS, unit.business_id, clock.now() - YEAR)
    months = [Month(**dict(row)) for row in rows]
    return Learned(sum(cells.values()), situations, uplift, months)


async def _situations(unit: Unit, cells: dict[tuple[str, str], int]) -> list[Situation]:
    ledger, dice = await ledger_of(unit), np.random.default_rng(0)
    found = []
    for (cause, context), trials in sorted(cells.items(), key=lambda one: -one[1])[:MOST_CELLS]:
        shares = ledger.best_shares(cause, context, dice)
        styles = [
            StyleBelief(b.style, b.mean, *b.interval, b.trials, shares[b.style])
            for b in ledger.beliefs(cause, context)
        ]
        found.append(Situation(cause, context, trials, sorted(styles, key=lambda s: -s.best)))
    return found


async def _uplift(unit: Unit) -> Uplift:
    settings = await unit.fetchval(
        "SELECT settings FROM businesses WHERE id = $1", unit.business_id
    )
    days = rules.read(settings).return_window_days
    until = clock.now() - timedelta(days=days)
    row = await unit.fetchrow(UPLIFT, unit.business_id, until - YEAR, until, days)
    return _compared(days, row["let_in"], row["let_in_back"], row["held_out"], row["held_back"])


def _compared(days: int, n: int, back: int, held: int, held_back: int) -> Uplift:
    """The difference of two shares; nothing is claimed below 20 in the smaller group."""
    if min(n, held) < FEWEST:
        return Uplift(days, n, back, held, held_back, None, None, None)
    one, other = back / n, held_back / held
    spread = Z95 * math.sqrt(one * (1 - one) / n + other * (1 - other) / held)
    difference = one - other
    return Uplift(
        days, n, back, held, held_back, difference, difference - spread, difference + spread
    )


FEWEST = 20

_BACK = (
    "EXISTS (SELECT FROM events e WHERE e.business_id = $1 AND e.customer_id = k.customer_id "
    "AND e.occurred_at > k.{at} AND e.occurred_at <= k.{at} + make_interval(days => $4::int))"
)
UPLIFT = f"""
SELECT
  (SELECT count(*) FROM conversation_cards k
    WHERE k.business_id = $1 AND k.created_at > $2 AND k.created_at <= $3) AS let_in,
  (SELECT count(*) FROM conversation_cards k WHERE k.business_id = $1 AND k.created_at > $2
    AND k.created_at <= $3 AND {_BACK.format(at="created_at")}) AS let_in_back,
  (SELECT count(*) FROM card_hold_outs k
    WHERE k.business_id = $1 AND k.held_out_at > $2 AND k.held_out_at <= $3) AS held_out,
  (SELECT count(*) FROM card_hold_outs k WHERE k.business_id = $1 AND k.held_out_at > $2
    AND k.held_out_at <= $3 AND {_BACK.format(at="held_out_at")}) AS held_back
"""
MONTHS = """
SELECT date_trunc('month', k.actioned_at)::date AS month, count(*) AS delivered,
  avg(t.edit_share) AS edit_share, count(*) FILTER (WHERE k.writer = 'model') AS by_model,
  coalesce(sum(k.cost), 0) AS cost
FROM conversation_cards k LEFT JOIN card_trials t
  ON t.business_id = k.business_id AND t.card_id = k.id
WHERE k.business_id = $1 AND k.actioned_at > $2 GROUP BY 1 ORDER BY 1
"""
