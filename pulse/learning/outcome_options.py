"""The outcomes a business can learn from, with the number who left and stayed for each.

An attribute qualifies when an import marked it as the label, or when it has two values whose words
are about leaving. A kind of event qualifies by counts: who was active before, and who came again.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from piccolo.query.functions.aggregate import Count, Max
from piccolo.querystring import QueryString

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.i18n.sentences import Sentence
from pulse.learning.labels import MOST_LEARNED, ColumnRule, EventsRule, LabelRule
from pulse.learning.outcomes import by_leaving_date
from pulse.learning.trees.fitting import LEAST_OUTCOMES
from pulse.scoring.lifecycle.rhythm_store import declared_labels
from pulse.scoring.metrics.candidate_metrics import as_text
from pulse.scoring.metrics.feature_loader import attributes_of
from pulse.scoring.named import store
from pulse.scoring.named.assignment import CustomersOf, moves_by_time, own_customers
from pulse.scoring.reports import figures_sql
from pulse.tables.activity import Event
from pulse.tables.customer import Customer
from pulse.tabular import outcome_column
from pulse.tabular.header_names import label_of
from pulse.tabular.profiling import profile

LOOKED_AT = 2_000  # customers whose attributes are searched for an outcome
WINDOWS = (30, 60, 90)  # days without an event that may mean leaving
ACTIVE_TIMES = 2  # only customers active in this many windows before are counted
MOST_KINDS = 3
NOTHING_TO_STAY_FOR = ("cancel", "return", "refund", "complain", "chargeback", "unsub")
"""Prefixes of kinds of events whose absence is no sign of leaving."""


class Choice(msgspec.Struct, frozen=True):
    """One available outcome."""

    rule: LabelRule
    words: str
    left: int
    stayed: int

    @property
    def enough(self) -> bool:
        """Whether there are enough outcomes of both kinds to learn from."""
        return min(self.left, self.stayed) >= LEAST_OUTCOMES


async def choices(scope: Scope, whose: CustomersOf | None = None) -> list[Choice]:
    """The available outcomes, attributes first; empty when nothing tells who left.

    `whose`: only the customers of this scorecard are counted, of those learned from.
    """
    async with tenant(scope) as unit:
        own = await _own(unit, whose)
        rules = await _columns(unit)
        found = [await _counted_column(unit, rule, own) for rule in rules]
        found += await _events(unit, whose, own)
    return [choice for choice in found if choice.left or choice.stayed]


def preferred(offered: Sequence[Choice]) -> Choice | None:
    """The suggested one: an attribute if there is one, else the longest window with enough."""
    enough = [one for one in offered if one.enough] or list(offered)
    columns = [one for one in enough if isinstance(one.rule, ColumnRule)]
    events = [(one.rule.days, one) for one in enough if isinstance(one.rule, EventsRule)]
    return columns[0] if columns else max(events, key=lambda pair: pair[0])[1] if events else None


def in_words(rule: LabelRule) -> str:
    """The rule in words for a CSM: what "left" means."""
    if isinstance(rule, ColumnRule) and not rule.leaving:
        return Sentence("{attribute} is past", attribute=label_of(rule.attribute))
    if isinstance(rule, ColumnRule):
        first, *others = [f"“{word}”" for word in rule.leaving]
        for word in others:
            first = Sentence("{one} or {two}", one=first, two=word)
        return Sentence("{attribute} is {words}", attribute=label_of(rule.attribute), words=first)
    event = Sentence(label_of(rule.event).lower())
    return Sentence("No {event} in {days} days", event=event, days=rule.days)


async def _own(
    unit: Unit, whose: CustomersOf | None, at: datetime | None = None
) -> list[UUID] | None:
    """The customers of this scorecard, now or then; None: everybody, as where there is only one."""
    if whose is None or not await store.all_named(unit):
        return None
    return await own_customers(unit, await repository.sample(unit, MOST_LEARNED), whose, at)


def _among(own: list[UUID] | None) -> list[QueryString]:
    return [] if own is None else [any_of(Customer.id, own)]


async def _columns(unit: Unit) -> list[ColumnRule]:
    said = await declared_labels(unit)
    declared = [ColumnRule(attribute, leaving) for attribute, leaving in said.items()]
    sample = (await repository.sample(unit, LOOKED_AT))[: 2 * LOOKED_AT]
    rows = await Customer.select(Customer.attributes).where(
        Customer.business_id == unit.business_id, any_of(Customer.id, sample)
    )
    looked = await asyncio.to_thread(_looking_like_labels, rows)
    seen = {rule.attribute for rule in declared}
    return declared + [rule for rule in looked if rule.attribute not in seen]


def _looking_like_labels(rows: Sequence[Any]) -> list[ColumnRule]:
    found = []
    for name, values in attributes_of(rows).items():
        label = outcome_column.find_label([profile(name, as_text(values))])
        if label is not None:
            found.append(ColumnRule(name, label.leaving))
    return found


async def _counted_column(unit: Unit, rule: ColumnRule, own: list[UUID] | None) -> Choice:
    if not rule.leaving:
        return await _counted_days(unit, rule, own)
    word = QueryString("lower(trim(attributes ->> {}::text))", rule.attribute)
    leaving = [one.strip().lower() for one in rule.leaving]
    row = (
        await Customer.select(
            QueryString(
                "count(*) FILTER (WHERE {} = ANY({}::text[]))", word, leaving, alias="left"
            ),
            QueryString(
                "count(*) FILTER (WHERE {} <> '' AND {} <> ALL({}::text[]))",
                word,
                word,
                leaving,
                alias="stayed",
            ),
        )
        .where(Customer.business_id == unit.business_id, *_among(own))
        .first()
    )
    assert row
    return Choice(rule, in_words(rule), row["left"], row["stayed"])


async def _counted_days(unit: Unit, rule: ColumnRule, own: list[UUID] | None) -> Choice:
    """Customers whose day of leaving is past, and the others, by the days that occur."""
    day = QueryString("coalesce(attributes ->> {}::text, '')", rule.attribute)
    rows = (
        await Customer.select(QueryString("{}", day, alias="day"), Count().as_alias("number"))
        .where(Customer.business_id == unit.business_id, *_among(own))
        .group_by(QueryString("1"))
    )
    numbers = np.array([row["number"] for row in rows], dtype=np.int64)
    days = np.array([row["day"] for row in rows], dtype=object)
    found = by_leaving_date(days, clock.days_of(clock.now()))
    left = int(numbers[found.known & ~found.stayed].sum())
    return Choice(rule, in_words(rule), left, int(numbers[found.stayed].sum()))


async def _events(unit: Unit, whose: CustomersOf | None, own: list[UUID] | None) -> list[Choice]:
    """Two scans, whatever the number of kinds and windows.

    Where time moves customers between scorecards one scan a window: of those who belonged to the
    scorecard when the window began.
    """
    kinds = (
        await Event.select(
            Event.kind, Count().as_alias("number"), Max(Event.occurred_at).as_alias("last")
        )
        .where(Event.business_id == unit.business_id)
        .group_by(Event.kind)
    )
    names = [row["kind"] for row in sorted(kinds, key=lambda row: -row["number"])]
    good = [one for one in names if not one.lower().startswith(NOTHING_TO_STAY_FOR)][:MOST_KINDS]
    if not good:
        return []
    last = max(row["last"] for row in kinds)
    parts: list[tuple[Sequence[int], list[UUID] | None]] = [(WINDOWS, own)]
    if whose is not None and own is not None and await moves_by_time(unit, whose):
        parts = [
            ((days,), await _own(unit, whose, last - timedelta(days=days))) for days in WINDOWS
        ]
    counted: dict[tuple[str, int], Any] = {}
    for windows, those in parts:
        for row in await figures_sql.came_again(unit, good, last, windows, ACTIVE_TIMES, those):
            counted |= {(row["kind"], days): row for days in windows}
    return [
        _choice(EventsRule(kind, days, ACTIVE_TIMES * days), counted[kind, days])
        for kind in good
        for days in WINDOWS
        if (kind, days) in counted
    ]


def _choice(rule: EventsRule, row: Any) -> Choice:
    active, stayed = row[f"active_{rule.days}"], row[f"stayed_{rule.days}"]
    return Choice(rule, in_words(rule), active - stayed, stayed)
