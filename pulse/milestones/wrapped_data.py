"""Read the data of a customer's look back from events, snapshots and milestones."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pulse import clock
from pulse.auth.businesses import business_by_id
from pulse.auth.scope import Scope
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.milestones.default_rules import localize
from pulse.milestones.wrapped import (
    CountedEvent,
    LookBack,
    Period,
    PeriodKind,
    Slide,
    countable_event_nouns,
    period_ending,
    wrapped,
)
from pulse.scoring import scorecard_store
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.queries import Picture, Reader, picture
from pulse.tables.activity import Event
from pulse.tables.customer import Customer
from pulse.tables.snapshot import CustomerMilestone, IdentitySnapshot


class Story(msgspec.Struct, frozen=True):
    """A look back: its days, the period as text, and the slides."""

    period: Period
    label: str
    slides: list[Slide]


async def look_back(
    scope: Scope, external_id: str, kind: PeriodKind, locale: str | None = None, bond: str = ""
) -> Story:
    """Return the look back on the quarter or year that ends today.

    bond: the business's own word for the strength; empty: the default.
    """
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id, Reader(locale, business.locale, bond))
        period = period_ending(kind, clock.today())
        version = await scorecard_store.published_or_none(unit)
        catalogue = version.catalogue if version else ()
        nouns = countable_event_nouns(catalogue)
        facts = LookBack(
            business=business.name,
            first_seen=await _first_seen(unit, seen),
            deeds=await _counted_events(unit, seen, period, nouns),
            strengths=await _strengths(unit, seen, period),
            signals=_signals(seen),
            milestones=await _milestones(unit, seen, period, catalogue),
        )
        words = seen.words
        return Story(period, words.months(period.start, period.end), wrapped(facts, period, words))


async def _first_seen(unit: Unit, seen: Picture) -> Any:
    row = (
        await Customer.select(Customer.first_seen_at)
        .where(Customer.business_id == unit.business_id, Customer.id == seen.id)
        .first()
    )
    return row["first_seen_at"].date() if row and row["first_seen_at"] else None


async def _counted_events(
    unit: Unit, seen: Picture, period: Period, nouns: dict[str, str]
) -> list[CountedEvent]:
    rows = (
        await Event.select(Event.occurred_at, Event.kind)
        .where(
            Event.business_id == unit.business_id,
            Event.customer_id == seen.id,
            any_of(Event.kind, list(nouns)),
            Event.occurred_at >= clock.start_of(period.start),
        )
        .order_by(Event.occurred_at)
    )
    return [CountedEvent(row["occurred_at"], nouns[row["kind"]]) for row in rows]


async def _strengths(unit: Unit, seen: Picture, period: Period) -> list[tuple[Any, float]]:
    if seen.person["score_hidden"]:
        return []
    rows = (
        await IdentitySnapshot.select(
            IdentitySnapshot.snapshot_date, IdentitySnapshot.identity_strength
        )
        .where(
            IdentitySnapshot.business_id == unit.business_id,
            IdentitySnapshot.customer_id == seen.id,
            IdentitySnapshot.snapshot_date >= period.start,
            IdentitySnapshot.snapshot_date <= period.end,
        )
        .order_by(IdentitySnapshot.snapshot_date)
    )
    return [(row["snapshot_date"], row["identity_strength"]) for row in rows]


def _signals(seen: Picture) -> dict[str, float]:
    """Return points by signal, from what the customer may see."""
    points: dict[str, float] = {}
    for factor in seen.factors:
        if factor.customer_visible:
            points[factor.signal] = points.get(factor.signal, 0.0) + factor.contribution
    return points


async def _milestones(
    unit: Unit, seen: Picture, period: Period, catalogue: Sequence[MetricDefinition]
) -> list[tuple[Any, str]]:
    said = localize(catalogue, seen.words)
    rows = (
        await CustomerMilestone.select(
            CustomerMilestone.reached_on, CustomerMilestone.key, CustomerMilestone.title
        )
        .where(
            CustomerMilestone.business_id == unit.business_id,
            CustomerMilestone.customer_id == seen.id,
            CustomerMilestone.reached_on >= period.start,
            CustomerMilestone.reached_on <= period.end,
        )
        .order_by(CustomerMilestone.reached_on)
    )
    return [(row["reached_on"], said(row["key"], row["title"])[0]) for row in rows]
