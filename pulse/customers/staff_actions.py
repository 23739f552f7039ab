"""Actions of staff on customers: owner, segment, tags, notes, CSM rating.

Each applies to one customer or to all that a filter matches, is audited, and is published to open
pages.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers.customers_sql import matching_ids, set_for_many
from pulse.customers.filters import CustomerFilter, conditions
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged
from pulse.i18n.sentences import Sentence
from pulse.tables.customer import Customer, CustomerNote
from pulse.tables.staff import Staff

MOST_AT_ONCE = 100_000
"""The maximum number of customers of one bulk action; use an import for more."""

LONGEST_NOTE = 4_000
LONGEST_TAG = 40
NOTES_AT_ONCE = 1_000
"""Rows per insert: PostgreSQL takes 32,767 arguments per statement."""
PUBLISHED = 500
"""Up to so many changed customers are published by id; with more, pages read everything again."""

Who = Sequence[UUID] | CustomerFilter
"""The customers selected in a list, or all that a filter matches."""


class Note(msgspec.Struct, frozen=True):
    """A note of staff; never shown to the customer."""

    id: UUID
    created_at: datetime
    author: str
    body: str


async def assign(
    scope: Scope, who: Who, owner_id: UUID | None, *, change_id: UUID | None = None
) -> int:
    """Set the owner of customers (None: unassigned). Returns how many changed.

    change_id, here and below: store the previous values under it, for `bulk_undo.take_back`.
    """
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        name = await _staff_name(unit, owner_id) if owner_id else None
        return await _change(unit, scope, who, "owner", owner_id, name, change_id)


async def put_in_segment(
    scope: Scope, who: Who, segment: str, *, change_id: UUID | None = None
) -> int:
    """Set the segment of customers ('' for none). Returns how many changed."""
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        name = segment.strip()[:80]
        return await _change(unit, scope, who, "segment", name, name, change_id)


async def tag(scope: Scope, who: Who, word: str, *, change_id: UUID | None = None) -> int:
    """Add a tag to customers without it. Returns how many changed; raises Invalid."""
    word = word.strip().lower()[:LONGEST_TAG]
    if not word:
        raise Invalid("A tag needs at least one letter.", field="tag")
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        return await _change(unit, scope, who, "tag", word, word, change_id)


async def untag(scope: Scope, customer_id: UUID, word: str) -> None:
    """Remove a tag from one customer."""
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        without = QueryString("array_remove(tags, {})", word)
        await Customer.update({Customer.tags: without}).where(
            Customer.business_id == scope.business_id, Customer.id == customer_id
        )
        record(unit, CustomersChanged(customers=[customer_id]))


async def rate(scope: Scope, customer_id: UUID, rating: int | None, comment: str = "") -> None:
    """Set the CSM rating, 1 (at risk) to 5 (healthy); it does not change the score."""
    if rating is not None and not 1 <= rating <= 5:
        raise Invalid("A rating is from 1 to 5.", field="rating")
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        old = (
            await Customer.select(Customer.pulse_rating, Customer.external_id)
            .where(Customer.business_id == scope.business_id, Customer.id == customer_id)
            .first()
        )
        if old is None:
            raise NotFound("There is no such customer.")
        await Customer.update(
            {
                Customer.pulse_rating: rating,
                Customer.pulse_comment: comment.strip()[:500],
                Customer.pulse_rated_at: clock.now(),
            }
        ).where(Customer.business_id == scope.business_id, Customer.id == customer_id)
        await audit.record(
            unit,
            scope,
            "customer.pulse_rated",
            old["external_id"],
            before=old["pulse_rating"],
            after=rating,
        )
        record(unit, CustomersChanged(customers=[customer_id]))


async def add_note(scope: Scope, customer_id: UUID, body: str) -> None:
    """Add a note; raises Invalid when it is empty or too long."""
    body = _note(body)
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        await note_down(unit, scope, customer_id, body)
        record(unit, CustomersChanged(customers=[customer_id]))


async def add_notes(scope: Scope, who: Who, body: str) -> int:
    """Add one note to the timelines of many customers, in one transaction.

    Args:
        who: customer ids, or a filter, which means all customers it matches.
        body: 1 to 4,000 characters.

    Returns how many customers have the note. Raises Invalid for an empty or too long note, and for
    more than 100,000 customers.
    """
    body = _note(body)
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        where, args = where_of(scope, who)
        ids = await matching_ids(unit, where, args)
        if len(ids) > MOST_AT_ONCE:
            raise Invalid(
                Sentence(
                    "{count} customers at once are too many: narrow the filter.", count=len(ids)
                )
            )
        written = [
            CustomerNote(
                business_id=scope.business_id,
                customer_id=customer_id,
                staff_id=scope.actor.id,
                body=body,
            )
            for customer_id in ids
        ]
        for start in range(0, len(written), NOTES_AT_ONCE):
            await CustomerNote.insert(*written[start : start + NOTES_AT_ONCE])
        await audit.record(unit, scope, "customer.noted", f"{len(written):,} customers")
        record(unit, CustomersChanged(customers=ids[:PUBLISHED]))
    return len(written)


def _note(body: str) -> str:
    body = body.strip()
    if not body or len(body) > LONGEST_NOTE:
        raise Invalid(
            Sentence("A note has 1 to {longest} characters.", longest=LONGEST_NOTE),
            field="note",
        )
    return body


async def note_down(unit: Unit, scope: Scope, customer_id: UUID, body: str) -> None:
    """Add a note to a customer's timeline, within a unit of work."""
    await CustomerNote.insert(
        CustomerNote(
            business_id=unit.business_id,
            customer_id=customer_id,
            staff_id=scope.actor.id,
            body=body,
        )
    )


async def _change(
    unit: Unit,
    scope: Scope,
    who: Who,
    what: str,
    value: Any,
    name: str | None,
    change_id: UUID | None,
) -> int:
    """Set one column of many customers where it differs, and audit it in one entry."""
    where, args = where_of(scope, who)
    found = await set_for_many(unit, what, where, args, value, change_id, scope.actor.id)
    number: int = found["number"]
    if number > MOST_AT_ONCE:
        raise Invalid(
            Sentence("{number} customers at once are too many: use an import.", number=number)
        )
    if number:
        subject = found["subject"] if number == 1 else f"{number:,} customers"
        await audit.record(unit, scope, f"customer.{what}_changed", subject, after=name)
        record(unit, CustomersChanged(customers=found["few"]))
    return number


def where_of(scope: Scope, who: Who) -> tuple[str, list[Any]]:
    """A WHERE clause over `scored_customers c`, and its arguments; $1 is the business."""
    if isinstance(who, CustomerFilter):
        return conditions(scope.business_id, who)
    return "c.business_id = $1 AND c.id = ANY($2)", [scope.business_id, list(who)]


async def _staff_name(unit: Unit, staff_id: UUID) -> str:
    row = (
        await Staff.select(Staff.name)
        .where(
            Staff.business_id == unit.business_id, Staff.id == staff_id, Staff.is_active.eq(True)
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such member of staff.")
    return str(row["name"])
