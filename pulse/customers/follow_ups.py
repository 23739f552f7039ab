"""The next follow-up of a customer: a day and a purpose, at most one at a time.

A completed follow-up becomes a note in the timeline; open pages receive every change.
"""

from datetime import date, timedelta
from uuid import UUID

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository, staff_actions
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged
from pulse.i18n.sentences import Sentence
from pulse.tables.customer import CustomerTouch

LONGEST_PURPOSE = 200
FURTHEST = timedelta(days=3 * 366)


async def plan_follow_up(scope: Scope, customer_id: UUID, due_on: date, purpose: str = "") -> None:
    """Set the next follow-up, replacing the previous one.

    Raises Invalid for a day in the past or beyond three years, and for a purpose that is too long.
    """
    purpose, today = purpose.strip(), clock.today()
    if not today <= due_on <= today + FURTHEST:
        raise Invalid("The next follow-up is today or later, within three years.", field="due_on")
    if len(purpose) > LONGEST_PURPOSE:
        raise Invalid(
            Sentence("A purpose has up to {longest} characters.", longest=LONGEST_PURPOSE),
            field="purpose",
        )
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        await put(unit, scope, customer_id, due_on, purpose)


async def put(unit: Unit, scope: Scope, customer_id: UUID, due_on: date, purpose: str) -> None:
    """Write the next follow-up in the caller's transaction, replacing the previous one."""
    who = await repository.external_id_of(unit, customer_id)
    row = CustomerTouch(
        business_id=unit.business_id,
        customer_id=customer_id,
        due_on=due_on,
        purpose=purpose,
        staff_id=scope.actor.id,
    )
    await CustomerTouch.insert(row).on_conflict(
        target=(CustomerTouch.business_id, CustomerTouch.customer_id),
        action="DO UPDATE",
        values=[
            CustomerTouch.due_on,
            CustomerTouch.purpose,
            CustomerTouch.staff_id,
            CustomerTouch.created_at,
        ],
    )
    await audit.record(
        unit, scope, "customer.touch_planned", who, after=f"{due_on} {purpose}".strip()
    )
    record(unit, CustomersChanged(customers=[customer_id]))


async def close_follow_up(scope: Scope, customer_id: UUID, *, done: bool) -> None:
    """Complete the follow-up (adds a note) or cancel it; raises NotFound when none is planned."""
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        closed = (
            await CustomerTouch.delete()
            .where(
                CustomerTouch.business_id == unit.business_id,
                CustomerTouch.customer_id == customer_id,
            )
            .returning(CustomerTouch.purpose)
        )
        if not closed:
            raise NotFound("No follow-up is planned for this customer.")
        purpose = closed[0]["purpose"]
        who = await repository.external_id_of(unit, customer_id)
        what = "done" if done else "called_off"
        await audit.record(unit, scope, f"customer.touch_{what}", who, before=purpose)
        if done:
            await staff_actions.note_down(
                unit, scope, customer_id, f"In touch: {purpose or 'as planned'}"
            )
        record(unit, CustomersChanged(customers=[customer_id]))


async def due(scope: Scope, owner: str = "") -> int:
    """The number of follow-ups due today or overdue of an owner's customers (as in filters)."""
    async with tenant(scope) as unit:
        query = CustomerTouch.count().where(
            CustomerTouch.business_id == unit.business_id, CustomerTouch.due_on <= clock.today()
        )
        owned = repository.owned_by(CustomerTouch.customer_id.owner_id, owner)
        return int(await query.where(*owned))
