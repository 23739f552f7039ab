"""Undo bulk changes of customers: owner, segment or tag.

An undoable change stores the previous values: one row per previous value, with the ids of all
customers who had it, so 100,000 customers take a few rows. Undo skips customers who have been
changed since. Stored for a day; the page offers undo for some seconds.
"""

from typing import NamedTuple
from uuid import UUID

from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import customers_sql
from pulse.db.transaction import tenant
from pulse.errors import NotFound
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged
from pulse.tables.imports import FormerValues


class TakenBack(NamedTuple):
    """The result of an undo: the number of restored customers, and of those changed since."""

    customers: int
    left: int


async def take_back(scope: Scope, change_id: UUID) -> TakenBack:
    """Restore the previous values of a bulk change, except where they were changed since.

    Only for the person who made the change, and only once. Raises NotFound when it is no longer
    stored.
    """
    async with tenant(scope) as unit:
        scope.require(Permission.edit_customers)
        former = (
            await FormerValues.select(FormerValues.what)
            .where(
                FormerValues.business_id == scope.business_id,
                FormerValues.change_id == change_id,
                FormerValues.staff_id == scope.actor.id,
            )
            .limit(1)
            .lock_rows()
            .first()
        )
        if former is None:
            raise NotFound("This can no longer be undone.", code="UNDO_GONE")
        what = former["what"]
        found = await customers_sql.put_back(unit, what, change_id)
        await FormerValues.delete().where(
            FormerValues.business_id == scope.business_id, FormerValues.change_id == change_id
        )
        done = TakenBack(found["number"], found["kept"] - found["number"])
        await audit.record(
            unit,
            scope,
            f"customer.{what}_change_undone",
            found["subject"] if done.customers == 1 else f"{done.customers:,} customers",
            before=found["value"],
        )
        record(unit, CustomersChanged(customers=found["few"] or []))
    return done
