"""The customer's right of reply: dispute one fact ("This is not right") until staff answer.

While a dispute is open its metric counts as not known for this customer (neutral, no points). The
answer ends that; if staff agreed, they have corrected the data by then.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.customers.repository import owned_by
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.errors import Invalid, NotFound
from pulse.i18n.sentences import Sentence
from pulse.scoring.formatting import format_value
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.queries import Picture
from pulse.tables.customer import CustomerDispute

LONGEST_NOTE = 280  # characters; the widget counts down from it
LONGEST_ANSWER = 500
SHOWN_FOR = timedelta(days=60)  # how long an answered dispute stays in the widget
MOST_SHOWN = 10
MOST_READ = 50


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that a customer disputes; `note` is the customer's text: never log it, escape it."""

    id: UUID
    metric: str
    fact: str
    """The fact as the customer read it, in their language."""
    told: str
    """The fact as staff read it, in English."""
    note: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    corrected: bool

    @property
    def is_open(self) -> bool:
        """Whether staff have not answered yet."""
        return self.answered_at is None


class ShownDispute(msgspec.Struct, frozen=True):
    """A dispute as the widget shows it; an empty answer means it is being looked into."""

    id: UUID
    feature: str
    fact: str
    note: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    corrected: bool


class OpenDispute(msgspec.Struct, frozen=True):
    """A fact that waits for an answer of staff. told: the fact as staff read it, in English."""

    id: UUID
    external_id: str
    name: str
    told: str
    asked_at: datetime


def fact_of(seen: Picture, catalogue: Iterable[MetricDefinition], metric: str) -> tuple[str, str]:
    """The fact about this metric as the customer reads it, and as staff do (in English).

    Raises NotFound for a metric that is hidden from the customer or whose value is not known.
    """
    factor = next((one for one in seen.factors if one.feature == metric), None)
    if factor is None or not factor.customer_visible or factor.value is None:
        raise NotFound("There is no such fact about this customer.", code="FACT_NOT_FOUND")
    shown = seen.words.say("reason", label=factor.customer_label, value=factor.spoken_value)
    definition = next((one for one in catalogue if one.key == metric), None)
    label = definition.label if definition else factor.label
    told = format_value(definition, factor.value, habitual=seen.habit is not None)
    return shown, f"{label}: {told}"


async def open_dispute(
    unit: Unit, customer_id: UUID, metric: str, facts: tuple[str, str], note: str | None
) -> Dispute:
    """Store a dispute; disputing the same fact again replaces the note."""
    tidy = _trimmed(note, LONGEST_NOTE, "note")
    fact, told = facts
    known = [one for one in await of_customer(unit, customer_id) if one.metric == metric]
    still = next((one for one in known if one.is_open), None)
    if still is not None:
        await (
            CustomerDispute.update({CustomerDispute.note: tidy or still.note})
            .where(CustomerDispute.business_id == unit.business_id)
            .where(CustomerDispute.id == still.id)
        )
        return msgspec.structs.replace(still, note=tidy or still.note)
    row = CustomerDispute(
        business_id=unit.business_id,
        customer_id=customer_id,
        metric=metric,
        fact=fact,
        told=told,
        note=tidy,
        created_at=clock.now(),
    )
    await CustomerDispute.insert(row)
    return next(one for one in await of_customer(unit, customer_id) if one.id == row.id)


async def answer_dispute(
    unit: Unit, dispute_id: UUID, text: str, *, corrected: bool, staff_id: UUID | None
) -> UUID:
    """Answer an open dispute; the answer is shown in the widget. Returns the customer's id.

    Raises Invalid for an empty or too long answer, NotFound when no dispute is open.
    """
    tidy = _trimmed(text, LONGEST_ANSWER, "answer")
    if not tidy:
        raise Invalid("Write an answer: the customer reads it in the widget.", field="answer")
    rows = (
        await CustomerDispute.update(
            {
                CustomerDispute.answer: tidy,
                CustomerDispute.answered_at: clock.now(),
                CustomerDispute.corrected: corrected,
                CustomerDispute.staff_id: staff_id,
            }
        )
        .where(CustomerDispute.business_id == unit.business_id)
        .where(CustomerDispute.id == dispute_id)
        .where(CustomerDispute.answered_at.is_null())
        .returning(CustomerDispute.customer_id.as_alias("customer"))
    )
    if not rows:
        raise NotFound("There is no open dispute with this id.", code="DISPUTE_NOT_FOUND")
    customer_id: UUID = rows[0]["customer"]
    return customer_id


async def of_customer(unit: Unit, customer_id: UUID) -> list[Dispute]:
    """All disputes of this customer, newest first."""
    return (await of_customers(unit, [customer_id])).get(customer_id, [])


async def of_customers(unit: Unit, customer_ids: Sequence[UUID]) -> dict[UUID, list[Dispute]]:
    """All disputes of these customers, newest first; customers without any are left out."""
    found: dict[UUID, list[Dispute]] = {}
    of = {"business_id": unit.business_id, "ids": list(customer_ids)}
    for row in await _OF_CUSTOMERS.rows(unit, **of):
        found.setdefault(row.pop("who"), []).append(Dispute(**row))
    return {one: disputed[:MOST_READ] for one, disputed in found.items()}


async def open_disputes(unit: Unit, owner: str, limit: int) -> list[OpenDispute]:
    """Return facts that wait for an answer, the oldest first; owner: as in the customer filter."""
    whose = CustomerDispute.customer_id
    rows = (
        await CustomerDispute.select(
            CustomerDispute.id,
            whose.external_id.as_alias("external_id"),
            whose.name.as_alias("name"),
            CustomerDispute.told,
            CustomerDispute.created_at.as_alias("asked_at"),
        )
        .where(
            CustomerDispute.business_id == unit.business_id, CustomerDispute.answered_at.is_null()
        )
        .where(*owned_by(whose.owner_id, owner))
        .order_by(CustomerDispute.created_at)
        .limit(limit)
    )
    return [OpenDispute(**row) for row in rows]


def shown_to_customer(disputed: Iterable[Dispute]) -> list[ShownDispute]:
    """The disputes that the widget shows: open ones, and recently answered ones."""
    since = clock.now() - SHOWN_FOR
    return [
        ShownDispute(
            id=one.id,
            feature=one.metric,
            fact=one.fact,
            note=one.note,
            asked_at=one.asked_at,
            answer=one.answer,
            answered_at=one.answered_at,
            corrected=one.corrected,
        )
        for one in disputed
        if one.answered_at is None or one.answered_at > since
    ][:MOST_SHOWN]


_OF_CUSTOMERS = prepared(
    CustomerDispute.select(
        CustomerDispute.customer_id.as_alias("who"),
        CustomerDispute.id,
        CustomerDispute.metric,
        CustomerDispute.fact,
        CustomerDispute.told,
        CustomerDispute.note,
        CustomerDispute.created_at.as_alias("asked_at"),
        CustomerDispute.answer,
        CustomerDispute.answered_at,
        CustomerDispute.corrected,
    )
    .where(
        CustomerDispute.business_id == Param("business_id"),
        any_of(CustomerDispute.customer_id, Param("ids")),
    )
    .order_by(CustomerDispute.created_at, ascending=False)
)


def _trimmed(text: str | None, longest: int, field: str) -> str:
    tidy = (text or "").replace("\x00", "").strip()
    if len(tidy) > longest:
        raise Invalid(
            Sentence(
                "The text has {count} characters: at most {longest} are allowed.",
                count=len(tidy),
                longest=longest,
            ),
            field=field,
        )
    return tidy
