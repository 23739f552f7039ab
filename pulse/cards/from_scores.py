"""Open the cards that are due after a recalculation, and refresh the open ones.

Most customers of a rescoring give no cause. Their contexts are therefore built in two steps:
without factors for all who may have one, and with factors (changes by metric over 30 days) where a
trigger applies.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse.cards import creation, refresh
from pulse.cards import settings as card_settings
from pulse.cards.effects.strata import effects_in
from pulse.cards.evidence.new_limits import causes_by_limits
from pulse.cards.evidence.pictures import pictures
from pulse.cards.evidence.sentences import sentence
from pulse.cards.settings import CardRules
from pulse.cards.triggers import CardContext, DeclaredContext, Factor, due, only_ours
from pulse.clock import days_of
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.events.types import OpenedCard
from pulse.milestones.store import JustReached
from pulse.scoring.factors import factors_of
from pulse.scoring.formatting import say_value
from pulse.scoring.history.scores_sql import MONTH_DAYS
from pulse.scoring.lifecycle import feed
from pulse.scoring.recalculation import Change, Recalculated
from pulse.tables.activity import CustomerContext
from pulse.tables.business import Business
from pulse.tables.snapshot import IdentitySnapshot


async def open_due_cards(
    unit: Unit, done: Recalculated, reached: Sequence[JustReached], *, wanted: str = ""
) -> list[OpenedCard]:
    """Open the cards that are due after this recalculation, and refresh the open ones.

    Returns the opened ones.

    wanted: a colleague requests a conversation with each customer; who and why, as a sentence.
    """
    business = await _BUSINESS.row(unit, id=unit.business_id)
    assert business
    rules = card_settings.read(business["settings"])
    paused = paused_causes(rules, business["settings"], done)
    declared = await _declared(unit, done)
    waiting = await refresh.customers_with_cards(
        unit, [change.customer_id for change in done.changes]
    )
    changes = done.changes
    if not wanted and only_ours():
        changes = _concerned(done, reached, waiting | declared.keys())
    contexts = pictures(
        unit.business_id, done, changes, reached, declared, locale=business["locale"]
    )
    if wanted:
        contexts = [msgspec.structs.replace(context, wanted=wanted) for context in contexts]

    def applies(context: CardContext) -> bool:
        return context.customer_id in waiting or bool(due(context, rules, paused))

    found = [
        (change, context)
        for change, context in zip(changes, contexts, strict=True)
        if applies(context)
    ]
    by_limits = await causes_by_limits(unit, done, found, rules, declared)
    if by_limits:
        judged = ((change, _held(context, by_limits)) for change, context in found)
        found = [(change, context) for change, context in judged if applies(context)]
    if not found:
        return []
    earlier = await _points_a_month_ago(unit, done, [change for change, _ in found])
    with_factors = [
        msgspec.structs.replace(context, factors=_factors(done, change, earlier))
        for change, context in found
    ]
    known = [context for context in with_factors if context.customer_id in waiting]
    others = [context for context in with_factors if context.customer_id not in waiting]
    await refresh.refresh_cards(unit, known, rules, effects_in(business["settings"]), paused)
    return await creation.open_cards(unit, others, paused)


def _held(context: CardContext, by_limits: Mapping[UUID, frozenset[str]]) -> CardContext:
    """Return the context with the causes that apply only because limits changed."""
    return msgspec.structs.replace(
        context, by_limits=by_limits.get(context.customer_id, frozenset())
    )


def paused_causes(
    rules: CardRules, settings: Mapping[str, Any], done: Recalculated
) -> tuple[str, ...]:
    """Return the causes that open no card now: the feed stopped, or all scores moved at once."""
    since = msgspec.convert(dict(settings or {}).get(feed.SECTION) or {}, feed.Feed).stopped_since
    last = float(np.nanmax(done.past.events(done.rhythm.orders).last(), initial=-np.inf))
    stopped = since is not None and last <= days_of(since)
    changes = np.array([one.change_7d for one in done.changes], dtype=np.float64)
    if not stopped and not feed.moved_together(changes, rules.erosion_points):
        return ()
    return BY_BEHAVIOUR


BY_BEHAVIOUR = ("erosion", "overdue", "band_lost", "silence")
"""Causes that follow from what customers did or did not do."""


async def reprioritize(unit: Unit, customers: Sequence[UUID]) -> None:
    """Update the queue position of these customers' open cards after a declared state changed."""
    await creation.reprioritise(unit, customers)


def _concerned(
    done: Recalculated, reached: Sequence[JustReached], known: set[UUID]
) -> list[Change]:
    """Return the changes of customers to whom one of our causes may apply: few of a rescoring.

    The others have no open card, declared nothing, reached nothing, have no renewal, and either
    have no earlier score or have not fallen since and have no events that could be missed.
    """
    told = {mark.customer_id for mark in reached if mark.notable} | known
    seen = (~np.isnan(done.past.events().last())).tolist()
    return [
        change
        for change in done.changes
        if change.person["renewal_on"] is not None
        or change.customer_id in told
        or (
            change.high_before is not None
            and (seen[change.row] or change.strength < change.high_before)
        )
    ]


async def _declared(unit: Unit, done: Recalculated) -> dict[UUID, DeclaredContext]:
    stating = [
        change.customer_id for change in done.changes if change.person["context_type"] is not None
    ]
    if not stating:
        return {}
    rows = await _LIVE.rows(unit, business_id=unit.business_id, customers=stating, now=done.moment)
    shared: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        shared.setdefault(row["customer_id"], []).append(row)
    return {customer_id: _state(contexts) for customer_id, contexts in shared.items()}


def _state(contexts: Sequence[Mapping[str, Any]]) -> DeclaredContext:
    """Return the last declared state with the newest words; words are added to a state."""
    tapped = min(contexts, key=lambda one: one["context_type"] == "own_words")
    note = next((one["note"] for one in contexts if one["note"] is not None), None)
    return DeclaredContext(tapped["context_type"], note, tapped["expires_at"])


async def _points_a_month_ago(
    unit: Unit, done: Recalculated, changes: Sequence[Change]
) -> dict[UUID, list[float]]:
    """Return contributions of the same scorecard about 30 days ago, by customer."""
    rows = await _EARLIER.rows(
        unit,
        business_id=unit.business_id,
        customers=[change.customer_id for change in changes],
        scorecard_id=done.published.id,
        until=done.moment.date() - timedelta(days=MONTH_DAYS),
    )
    return {row["customer_id"]: row["contributions"] for row in rows}


def _factors(
    done: Recalculated, change: Change, earlier: dict[UUID, list[float]]
) -> tuple[Factor, ...]:
    points = done.scores.contributions[change.row].tolist()
    then = earlier.get(change.customer_id, points)
    known = {definition.key: definition for definition in done.published.catalogue}
    full = factors_of(
        done.published.card,
        done.published.catalogue,
        done.scores.metric_values[change.row].tolist(),
        points,
    )
    habit = done.standing.habit_of(change.row)
    return tuple(
        Factor(
            feature=factor.feature,
            label=factor.label,
            signal=factor.signal,
            value=factor.value,
            contribution=factor.contribution,
            change=factor.contribution - before,
            said=say_value(known[factor.feature], factor.value, habitual=habit is not None),
            sentence=sentence(known[factor.feature], factor.value, done.past, change.row, habit),
        )
        for factor, before in zip(full, then, strict=True)
    )


_BUSINESS = prepared(
    Business.select(Business.settings, Business.locale).where(Business.id == Param("id"))
)
_EARLIER = prepared(
    IdentitySnapshot.select(IdentitySnapshot.customer_id, IdentitySnapshot.contributions)
    .distinct(on=[IdentitySnapshot.customer_id])
    .where(
        IdentitySnapshot.business_id == Param("business_id"),
        any_of(IdentitySnapshot.customer_id, Param("customers")),
        IdentitySnapshot.scorecard_id == Param("scorecard_id"),
        IdentitySnapshot.snapshot_date <= Param("until"),
    )
    .order_by(IdentitySnapshot.customer_id)
    .order_by(IdentitySnapshot.snapshot_date, ascending=False)
)
_LIVE = prepared(
    CustomerContext.select(
        CustomerContext.customer_id,
        CustomerContext.context_type,
        CustomerContext.note,
        CustomerContext.expires_at,
    )
    .where(
        CustomerContext.business_id == Param("business_id"),
        any_of(CustomerContext.customer_id, Param("customers")),
        CustomerContext.withdrawn_at.is_null(),
        CustomerContext.expires_at > Param("now"),
        CustomerContext.shared_at <= Param("now"),
    )
    .order_by(CustomerContext.shared_at, ascending=False)
)
