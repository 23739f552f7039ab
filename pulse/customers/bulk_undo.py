"""Taking back what was done to many customers at once: owner, segment or tag.

A change that is to be taken back keeps what each customer had before, one row for each former
value with the ids of all who had it, so that 100,000 customers are a few rows. Taking it back
leaves alone whoever has been changed since. Kept for a day; the page offers it for some seconds.
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
    """customers: who have what they had before. left: changed by others since, left as they are."""

    customers: int
    left: int


async def take_back(scope: Scope, change_id: UUID) -> TakenBack:
    """Give everybody of a bulk change what they had before, unless it was changed again since.

    For whoever made the change, once. Raises NotFound where nothing is kept of it any more.
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
