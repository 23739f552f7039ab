"""Report of the learning loop: rewards by style and situation, causes, edits, model costs."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import msgspec
import numpy as np

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.bandit import learning_sql
from pulse.cards.bandit.bandit_store import finished, ledger_of
from pulse.cards.bandit.uplift import Uplift, uplift
from pulse.cards.maintenance import BY_PULSE
from pulse.db.transaction import Unit, tenant

MOST_CELLS = 12
DAYS = 365
YEAR = timedelta(days=DAYS)
Cells = dict[tuple[str, str], Counter[str]]
"""(cause, declared state) → number of outcomes by style."""


class StyleBelief(msgspec.Struct, frozen=True):
    """One style in one situation.

    Expected reward (0–1) with its 90 % interval, number of outcomes, and the probability (0–1) that
    it is the best style of the situation.
    """

    style: str
    mean: float
    low: float
    high: float
    outcomes: int
    best: float


class Situation(msgspec.Struct, frozen=True):
    """A cause with a declared state and the styles tried in it, most likely best style first."""

    cause: str
    context: str
    outcomes: int
    styles: list[StyleBelief]


class Month(msgspec.Struct, frozen=True):
    """Delivered cards of one month: share of the draft that was changed (0–1) and model costs."""

    month: date
    delivered: int
    edit_share: float | None
    by_model: int
    cost: float


class CauseRecord(msgspec.Struct, frozen=True):
    """One year of one cause: the share of false alarms and the outcomes of the other cards."""

    cause: str
    opened: int
    delivered: int
    false_alarms: int
    responded: int
    converted: int
    ignored: int


class Version(msgspec.Struct, frozen=True):
    """Cards of one year by prompt version; "" is the template. edit_share: 0–1."""

    version: str
    delivered: int
    outcomes: int
    good: int
    edit_share: float | None


class Costs(msgspec.Struct, frozen=True):
    """Model costs of one year in US dollars; only conversions of model-written cards count."""

    cards: int
    dollars: float
    tokens: int
    per_card: float | None
    per_conversion: float | None


class Learned(msgspec.Struct, frozen=True):
    """The whole report."""

    outcomes: int
    situations: list[Situation]
    uplift: Uplift
    months: list[Month]
    causes: list[CauseRecord]
    versions: list[Version]
    costs: Costs


async def learned(scope: Scope) -> Learned:
    """Read the trials and return the report."""
    async with tenant(scope) as unit:
        counted = await finished(unit)
        cells: Cells = {}
        for trial, times in counted:
            cells.setdefault((trial.cause, trial.context), Counter())[trial.style] += times
        situations = await _situations(unit, cells)
        since = clock.now() - YEAR
        causes = await learning_sql.causes(unit, since, [*BY_PULSE])
        return Learned(
            outcomes=sum(styles.total() for styles in cells.values()),
            situations=situations,
            uplift=await uplift(unit),
            months=[Month(**dict(r)) for r in await learning_sql.months(unit, since)],
            causes=[CauseRecord(**dict(row)) for row in causes],
            versions=[Version(**dict(r)) for r in await learning_sql.versions(unit, since)],
            costs=_costs(await learning_sql.costs(unit, since)),
        )


def _costs(row: Any) -> Costs:
    cards, dollars, converted = row["cards"], row["dollars"], row["converted"]
    return Costs(
        cards=cards,
        dollars=dollars,
        tokens=row["tokens"],
        per_card=dollars / cards if cards else None,
        per_conversion=dollars / converted if converted else None,
    )


async def _situations(unit: Unit, cells: Cells) -> list[Situation]:
    ledger, dice = await ledger_of(unit), np.random.default_rng(0)
    found = []
    most = sorted(cells.items(), key=lambda one: -one[1].total())[:MOST_CELLS]
    for (cause, context), outcomes in most:
        shares = ledger.best_shares(cause, context, dice)
        styles = [
            StyleBelief(b.style, b.mean, *b.interval, outcomes[b.style], shares[b.style])
            for b in ledger.beliefs(cause, context)
        ]
        best_first = sorted(styles, key=lambda s: -s.best)
        found.append(Situation(cause, context, outcomes.total(), best_first))
    return found
