"""Read the orders, snapshots and cards of a year for the evaluation of cards."""

import asyncio
from datetime import timedelta
from typing import Any

import numpy as np

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.cards import settings
from pulse.cards.evaluation.evaluation import CardEvaluation, Observed, worth
from pulse.cards.evaluation.lapses import Days, Index
from pulse.cards.outcomes import outcomes_sql
from pulse.cards.outcomes.suggested_outcomes import NEGATIVE_KINDS
from pulse.cards.triggers import discover
from pulse.db.transaction import Unit, tenant
from pulse.scoring.lifecycle.rhythm_store import rhythm_in
from pulse.tables.business import Business
from pulse.tables.customer import Customer

YEAR = timedelta(days=366)
MOST_SNAPSHOTS = 1_000_000  # with more snapshots only a sample of customers is read
NOT_ABOUT_LEAVING = ("milestone",)  # good news is no warning


async def card_evaluation_report(scope: Scope) -> CardEvaluation:
    """Evaluate the cards by week: share that preceded a lapse, against chance and lowest scores."""
    scope.require(Permission.view)
    async with tenant(scope, replica=True) as unit:
        business = (
            await Business.select(Business.settings).where(Business.id == unit.business_id).first()
        )
        chosen = business["settings"] if business else None
        rhythm = rhythm_in(chosen)
        seen = await _seen(unit, rhythm.horizon if rhythm.orders else 0.0)
    rules = settings.read(chosen)
    return await asyncio.to_thread(worth, seen, rules.lapse_days)


async def _seen(unit: Unit, horizon: float) -> Observed:
    """Read everything with three queries; columns arrive as arrays, which is fast."""
    since = clock.now() - YEAR
    share = await _part(unit)
    silent = [*NOT_ABOUT_LEAVING, *(rule.cause for rule in discover().values() if rule.asked)]
    orders = await outcomes_sql.orders(unit, share, [*NEGATIVE_KINDS])
    weeks = await outcomes_sql.snapshots(unit, share, since)
    cards = await outcomes_sql.cards(unit, share, since, silent)
    return Observed(
        orders=(_whole(orders["who"]), _days(orders["at"]), _days(orders["amount"])),
        snapshots=(
            np.concatenate([_whole([]), *(_whole(week["who"]) for week in weeks)]),
            np.repeat(_days([w["day"] for w in weeks]), [len(w["who"]) for w in weeks]),
            np.concatenate([_days([]), *(_days(week["strength"]) for week in weeks)]),
        ),
        cards=(_whole(cards["who"]), _days(cards["at"])),
        today=clock.days_of(clock.now()),
        horizon=horizon,
    )


def _whole(column: Any) -> Index:
    return np.array(column or [], dtype=np.int64)


def _days(column: Any) -> Days:
    return np.array(column or [], dtype=np.float64)


async def _part(unit: Unit) -> int:
    """Return how many of 1,000 customers are read: all, unless there are too many snapshots."""
    customers: int = await Customer.count().where(Customer.business_id == unit.business_id)
    return max(1, min(1_000, 1_000 * MOST_SNAPSHOTS // max(1, customers * 53)))
