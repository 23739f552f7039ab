"""Which scorecard scores a customer: the first whose condition is met, else the default one.

A business with one scorecard needs no further statement. Scores are compared with scores of the
same version only, so the first score by another scorecard is neither a rise nor a fall.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock, logs
from pulse.auth.scope import Scope
from pulse.customers.conditions import clause_of, is_timed, numbered
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid
from pulse.scoring import scorecard_store
from pulse.scoring.history import scores_sql
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.metrics.event_features import EventColumns, Facts
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.scoring.named import store
from pulse.scoring.named.store import OtherScorecard
from pulse.scoring.recalculation import Recalculated, recalculate, score_at
from pulse.scoring.scorecard_store import Published
from pulse.tables.customer import Customer, CustomerScore


class CustomersOf(msgspec.Struct, frozen=True):
    """The customers of one scorecard; None: of the default one."""

    named_id: UUID | None = None


async def recalculate_each(unit: Unit, customers: Sequence[UUID]) -> list[Recalculated]:
    """Score these customers, each by the scorecard that applies; one result per scorecard.

    Empty before the first scorecard. With one scorecard it is `recalculate` without a further
    statement. All customers are locked at once, so that two recalculations are serialized.
    """
    cards = await scorecard_store.each_published(unit)
    if len(cards) < 2:
        return [await recalculate(unit, customers, current=card) for card in cards]
    everybody = await gather(unit, customers, lock=True)
    return [
        await recalculate(unit, part.ids, gathered=part, current=card)
        for card, part in await _parts(unit, everybody, cards)
    ]


async def score_each(
    unit: Unit, customers: Sequence[UUID], rhythm: Rhythm
) -> dict[UUID, Recalculated]:
    """Compute today's scores, each by the scorecard that applies; stores nothing."""
    cards = await scorecard_store.each_published(unit)
    if not cards or not customers:
        return {}
    everybody = await gather(unit, customers)
    parts = [(cards[0], everybody)] if len(cards) < 2 else await _parts(unit, everybody, cards)
    done = [score_at(part, card, clock.now(), rhythm) for card, part in parts]
    return {who: one for one in done for who in one.gathered.ids}


async def card_for(unit: Unit, customer: UUID) -> Published | None:
    """Return the published version that scores this customer; None before the first scorecard."""
    cards = await scorecard_store.each_published(unit)
    if len(cards) < 2:
        return cards[0] if cards else None
    named_id = (await named_of(unit, [customer])).get(customer)
    return next((card for card in cards if card.named_id == named_id), cards[0])


async def own_customers(
    unit: Unit, customers: Sequence[UUID], whose: CustomersOf, at: datetime | None = None
) -> list[UUID]:
    """Return those whom this scorecard scores, or would score if it were published.

    at: at that moment, by their present segment, tags, value and fields; None: now.
    """
    found = await named_of(unit, customers, also=whose.named_id, at=at)
    return [who for who in customers if found.get(who) == whose.named_id]


async def moves_by_time(unit: Unit, whose: CustomersOf) -> bool:
    """Return whether time alone moves customers to this scorecard or away from it."""
    for one in await _candidates(unit, whose.named_id):
        with suppress(Invalid):  # written by another release: it applies to nobody
            if is_timed(one.condition):
                return True
    return False


async def _candidates(unit: Unit, also: UUID | None) -> list[OtherScorecard]:
    return [one for one in await store.all_named(unit) if one.version or one.id == also]


async def named_of(
    unit: Unit,
    customers: Sequence[UUID],
    also: UUID | None = None,
    at: datetime | None = None,
) -> dict[UUID, UUID]:
    """Return the named scorecard of each customer who has one; the default scores the others.

    A scorecard without a published version applies to nobody, unless it is `also`. at: the moment
    from which the days of conditions are counted; None: now.
    """
    candidates = await _candidates(unit, also)
    whens: list[str] = []
    args: list[Any] = [unit.business_id, list(customers)]
    ids: list[UUID] = []
    for one in candidates:
        try:
            clause, values = clause_of(one.condition, at)
        except Invalid:  # written by another release; the next scorecard applies
            logs.event("scorecard_condition_unreadable", level="warning", scorecard_id=str(one.id))
            continue
        whens.append(f"WHEN {numbered(clause, len(args))} THEN {len(ids)}")
        args += values
        ids.append(one.id)
    if not ids or not customers:
        return {}
    rows = await scores_sql.first_matching(unit, " ".join(whens), args)
    return {row["id"]: ids[row["place"]] for row in rows if row["place"] is not None}


async def card_names(scope: Scope, customers: Sequence[UUID]) -> dict[UUID, str]:
    """Return the scorecard's name for each scored customer; empty with one scorecard."""
    async with tenant(scope) as unit:
        if not await store.all_named(unit):
            return {}
        rows = await CustomerScore.select(
            CustomerScore.customer_id.as_alias("who"), CustomerScore.scorecard_id.as_alias("by")
        ).where(
            CustomerScore.business_id == unit.business_id,
            any_of(CustomerScore.customer_id, list(customers)),
        )
        made_by = {
            one: await scorecard_store.version_by_id(unit, one)
            for one in {row["by"] for row in rows}
        }
    return {row["who"]: made_by[row["by"]].name for row in rows}


async def card_names_of(scope: Scope, external_ids: Sequence[str]) -> dict[str, str]:
    """Return the scorecard's name by the business's own id, as `card_names`."""
    async with tenant(scope) as unit:
        if not await store.all_named(unit):
            return {}
        rows = await Customer.select(Customer.id, Customer.external_id).where(
            Customer.business_id == unit.business_id,
            any_of(Customer.external_id, list(external_ids)),
        )
    names = await card_names(scope, [row["id"] for row in rows])
    return {row["external_id"]: names[row["id"]] for row in rows if row["id"] in names}


async def has_several(scope: Scope) -> bool:
    """Return whether there are scorecards beside the default one."""
    async with tenant(scope) as unit:
        return bool(await store.all_named(unit))


async def _parts(
    unit: Unit, everybody: Gathered, cards: Sequence[Published]
) -> list[tuple[Published, Gathered]]:
    """Return the customers of each scorecard, without empty parts."""
    found = await named_of(unit, everybody.ids)
    known = {card.named_id for card in cards}
    where = [one if (one := found.get(who)) in known else None for who in everybody.ids]
    parts = [
        (card, [row for row, named_id in enumerate(where) if named_id == card.named_id])
        for card in cards
    ]
    return [(card, subset(everybody, rows)) for card, rows in parts if rows]


def subset(everybody: Gathered, rows: Sequence[int]) -> Gathered:
    """Return these rows of a gathering, in this order, with their events."""
    if len(rows) == len(everybody):
        return everybody
    facts, events = everybody.facts, everybody.facts.events
    at = np.array(rows, dtype=np.int64)
    place = np.full(len(everybody), -1, dtype=np.int64)
    place[at] = np.arange(len(at))
    moved = place[events.customer]
    mine = moved >= 0
    return Gathered(
        ids=[everybody.ids[row] for row in rows],
        people=[everybody.people[row] for row in rows],
        facts=Facts(
            size=len(at),
            attributes={name: values[at] for name, values in facts.attributes.items()},
            first_seen=facts.first_seen[at],
            events=EventColumns(
                moved[mine].astype(events.customer.dtype),
                events.at[mine],
                events.kind[mine],
                events.amount[mine],
                events.names,
            ),
        ),
    )
