"""The access log: how many staff opened a customer's page on which days."""

from datetime import date, timedelta

import msgspec
from piccolo.query.functions import Count

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.tables.customer import CustomerView

SHOWN_FOR = timedelta(days=90)


class DayOfViews(msgspec.Struct, frozen=True):
    """A day on which staff opened the page, and how many people did."""

    day: date
    people: int


async def record_view(scope: Scope, external_id: str) -> None:
    """Record that a member of staff opened this customer's page, once per day and person."""
    if scope.actor.kind != "staff" or scope.actor.id is None:
        return
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        row = CustomerView(
            business_id=unit.business_id,
            customer_id=customer_id,
            viewed_on=clock.today(),
            staff_id=scope.actor.id,
        )
        await CustomerView.insert(row).on_conflict(action="DO NOTHING")


async def views_of(scope: Scope, external_id: str) -> list[DayOfViews]:
    """The days of the last 90 on which the customer's page was opened, newest first.

    Contains the number of people, without names, as the customer's widget shows it.
    """
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        rows = (
            await CustomerView.select(
                CustomerView.viewed_on, Count(CustomerView.staff_id, alias="people")
            )
            .where(CustomerView.business_id == unit.business_id)
            .where(CustomerView.customer_id == customer_id)
            .where(CustomerView.viewed_on > clock.today() - SHOWN_FOR)
            .group_by(CustomerView.viewed_on)
            .order_by(CustomerView.viewed_on, ascending=False)
        )
    return [DayOfViews(row["viewed_on"], row["people"]) for row in rows]
