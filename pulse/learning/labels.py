"""The customers of a business with their outcomes, to learn from and to evaluate on.

A rule defines the outcome: an attribute that names those who left, or events ("no order in the next
90 days"). With events everything is point-in-time: the metrics are those at the start of these
days, and only what came after decides the outcome.
"""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.learning import outcomes
from pulse.learning.known_flags import predictive_flags
from pulse.learning.membership import Membership, read_membership
from pulse.scoring import scorecard_store
from pulse.scoring.metrics.candidate_metrics import candidates, customer_since
from pulse.scoring.metrics.catalogue import MetricDefinition, measure
from pulse.scoring.metrics.event_features import Bools, Facts, Floats, Ints, Objects, Past
from pulse.scoring.metrics.feature_loader import Gathered, gather, joined
from pulse.scoring.named.assignment import CustomersOf, moves_by_time, own_customers

MOST_LEARNED = 50_000
"""The maximum number of customers learned from; more do not change the third decimal."""
# customers read in one transaction, which must be short so that live requests stay fast
AT_ONCE = 2_000


class ColumnRule(msgspec.Struct, frozen=True, tag="column"):
    """A customer has left when the attribute has one of these values; a blank means not known.

    Without values the attribute is the day of leaving, and a blank means stayed.
    """

    attribute: str
    leaving: tuple[str, ...] = ()


class EventsRule(msgspec.Struct, frozen=True, tag="events"):
    """A customer active before has left when there is no such event in so many days."""

    event: str
    days: int = 90
    active_days: int = 180
    """Only customers with such an event in so many days before are counted."""


LabelRule = ColumnRule | EventsRule


@dataclass(frozen=True)
class CustomerFeatures:
    """All customers of a business (or an even sample), read once; arrays in the order of `ids`."""

    ids: tuple[UUID, ...]
    external_ids: tuple[str, ...]
    names: tuple[str, ...]
    facts: Facts
    catalogue: tuple[MetricDefinition, ...]
    """The business's own metrics, then attributes without a declared metric."""
    declared: int
    """The number of the business's own metrics in the catalogue."""
    membership: Membership | None = None
    """Who belonged to the scorecard at which date; None: everybody read, at any date."""

    def belonged(self, as_of: float) -> Bools:
        """[N] whether they belonged to the scorecard at that moment (days since epoch)."""
        if self.membership is None:
            return np.ones(self.facts.size, dtype=bool)
        return self.membership.at(as_of)


@dataclass(frozen=True)
class Labelled:
    """N customers whose outcome is known, measured as of `as_of`."""

    everybody: CustomerFeatures
    rows: Ints
    """[N] their indexes among all customers."""
    as_of: float
    """Days since epoch: the date of the metrics."""
    catalogue: tuple[MetricDefinition, ...]
    measured: dict[str, Floats | Objects]
    """Each [N]."""
    stayed: Bools
    """[N]"""
    dates: tuple[float, ...] = ()
    """The dates whose outcomes are pooled, the latest first; empty: only `as_of`."""

    @property
    def facts(self) -> Facts:
        """All data of all customers, labelled or not."""
        return self.everybody.facts

    @property
    def customer_ids(self) -> list[UUID]:
        """[N]"""
        return [self.everybody.ids[row] for row in self.rows.tolist()]

    @property
    def external_ids(self) -> list[str]:
        """[N]"""
        return [self.everybody.external_ids[row] for row in self.rows.tolist()]


async def labelled(scope: Scope, rule: LabelRule) -> Labelled:
    """The business's customers with their outcomes by this rule, at the latest known date.

    Raises Invalid when the events end too soon, or when no outcome is known.
    """
    everybody = await read_features(scope, rule)
    return await asyncio.to_thread(label, everybody, rule, latest_known(everybody, rule))


async def labelled_pooled(
    scope: Scope, rule: LabelRule, whose: CustomersOf | None = None
) -> Labelled:
    """Like `labelled`, with the outcomes of several past dates: see `label_pooled`."""
    everybody = await read_features(scope, rule, whose)
    return await asyncio.to_thread(label_pooled, everybody, rule)


async def read_features(
    scope: Scope, rule: LabelRule, whose: CustomersOf | None = None
) -> CustomerFeatures:
    """Read the customers in small transactions, without the metrics that decide the rule.

    `whose`: only the customers of this scorecard; where time moves customers between scorecards and
    events decide, everybody with their membership at past dates.
    """
    timed = None
    async with tenant(scope, replica=True) as unit:
        customers = await repository.sample(unit, MOST_LEARNED)
        if whose is not None:
            if isinstance(rule, EventsRule) and await moves_by_time(unit, whose):
                timed = whose
            else:
                customers = await own_customers(unit, customers, whose)
        declared = await scorecard_store.catalogue(unit)
    parts = []
    for start in range(0, len(customers), AT_ONCE):
        async with tenant(scope, replica=True) as unit:
            parts.append(await gather(unit, customers[start : start + AT_ONCE]))
    together = await asyncio.to_thread(joined, parts)
    own = tuple(one for one in declared if not _decides(rule, one))
    left_out = {_attribute(one) for one in declared} | {getattr(rule, "attribute", "")}
    found = await asyncio.to_thread(candidates, together.facts, left_out)
    if isinstance(rule, ColumnRule):
        found += customer_since(together.facts, own)
    return CustomerFeatures(
        ids=tuple(together.ids),
        external_ids=tuple(person["external_id"] for person in together.people),
        names=tuple(person["name"] for person in together.people),
        facts=together.facts,
        catalogue=(*own, *found),
        declared=len(own),
        membership=await _membership(scope, together, rule, timed),
    )


async def _membership(
    scope: Scope, read: Gathered, rule: LabelRule, whose: CustomersOf | None
) -> Membership | None:
    if whose is None or not isinstance(rule, EventsRule):
        return None
    return await read_membership(scope, read.ids, whose, last_moment(read.facts), rule.days)


def latest_known(everybody: CustomerFeatures, rule: LabelRule, earlier: float = 0.0) -> float:
    """The latest moment whose outcomes are known, or one `earlier` days before it."""
    if isinstance(rule, ColumnRule):
        return clock.days_of(clock.now()) - earlier
    return last_moment(everybody.facts) - rule.days - earlier


def label(
    everybody: CustomerFeatures, rule: LabelRule, outcome_from: float, days_before: float = 0.0
) -> Labelled:
    """Outcomes from `outcome_from` on, with the metrics of `days_before` days earlier. Blocking.

    Customers who did not exist at that earlier moment are left out.
    """
    known, stayed = _outcomes(everybody.facts, rule, outcome_from)
    as_of = outcome_from - days_before
    if isinstance(rule, EventsRule):
        known = known & Past(everybody.facts, as_of).present & everybody.belonged(as_of)
    rows = np.flatnonzero(known)
    if not rows.size:
        raise Invalid("No outcome of any customer is known yet.", code="TOO_FEW_OUTCOMES")
    measured = measure(everybody.facts, everybody.catalogue, as_of)
    return Labelled(
        everybody,
        rows,
        as_of,
        everybody.catalogue,
        {key: values[rows] for key, values in measured.items()},
        stayed[rows],
    )


def label_pooled(
    everybody: CustomerFeatures, rule: LabelRule, until: float | None = None
) -> Labelled:
    """Outcomes of several past dates together, so that no single season dominates. Blocking.

    Uses the latest date whose outcomes are known, and up to two more, each a third of the window
    earlier, while half the window before them is known. A customer occurs once per date, so folds
    must be grouped by `rows`. until (days since epoch): an upper limit for the latest date.
    """
    latest = latest_known(everybody, rule) if until is None else until
    if isinstance(rule, ColumnRule):
        return _with_flags(label(everybody, rule, latest))
    begin = float(everybody.facts.events.at.min()) + rule.active_days / 2
    steps = [latest - step * rule.days / 3 for step in range(POOLED_DATES)]
    parts = [label(everybody, rule, date) for date in steps if date == latest or date >= begin]
    pooled = Labelled(
        everybody,
        np.concatenate([part.rows for part in parts]),
        latest,
        everybody.catalogue,
        {key: np.concatenate([part.measured[key] for part in parts]) for key in parts[0].measured},
        np.concatenate([part.stayed for part in parts]),
        tuple(part.as_of for part in parts),
    )
    return _with_flags(pooled)


def add_flags_of(seen: Labelled, asked: Labelled) -> dict[str, Floats | Objects]:
    """The values of `asked`, with the "is it known" metrics that `seen` has."""
    missing = [one for one in seen.catalogue if one.key not in asked.measured]
    flags = measure(asked.facts, missing, asked.as_of) if missing else {}
    return {**asked.measured, **{key: values[asked.rows] for key, values in flags.items()}}


def _with_flags(found: Labelled) -> Labelled:
    """With "is it known" metrics where blanks predict the outcome, as in `pulse evaluate`."""
    flags = predictive_flags(found.catalogue, found.measured, found.stayed)
    return replace(
        found,
        catalogue=(*found.catalogue, *(one for one, _ in flags)),
        measured={**found.measured, **{one.key: values for one, values in flags}},
    )


POOLED_DATES = 3


def last_moment(facts: Facts) -> float:
    """The time of the last event (days since epoch)."""
    if not facts.events.at.size:
        raise Invalid("There are no events to learn from.", code="TOO_FEW_OUTCOMES")
    return float(facts.events.at.max())


def _outcomes(facts: Facts, rule: LabelRule, as_of: float) -> tuple[Bools, Bools]:
    if isinstance(rule, ColumnRule):
        if rule.attribute not in facts.attributes:
            raise Invalid(
                Sentence("No customer has “{attribute}”.", attribute=rule.attribute),
                code="TOO_FEW_OUTCOMES",
            )
        values = facts.attributes[rule.attribute]
        if rule.leaving:
            found = outcomes.by_attribute(values, rule.leaving)
        else:
            found = outcomes.by_leaving_date(values, as_of)
    else:
        found = outcomes.by_events(
            facts,
            as_of,
            event=rule.event,
            within_days=rule.days,
            active_days=rule.active_days,
        )
    return found.known, found.stayed


def _decides(rule: LabelRule, definition: MetricDefinition) -> bool:
    return isinstance(rule, ColumnRule) and _attribute(definition) == rule.attribute


def _attribute(definition: MetricDefinition) -> str:
    return str(definition.parameters.get("attribute", ""))
