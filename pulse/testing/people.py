"""Fixtures that make staff and change customers of a business."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from piccolo.columns import Column

from pulse.auth.scope import Scope
from pulse.db.transaction import system, tenant
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged
from pulse.tables.customer import Customer, CustomerScore
from pulse.testing.database import SCORE_COLUMNS, add_person

MakeStaff = Callable[..., Awaitable[UUID]]
ChangeCustomer = Callable[..., Awaitable[None]]


@pytest.fixture
def make_staff(database: dict[str, Any]) -> MakeStaff:
    """`await make_staff(scope, "Ben", role="csm")` returns the id, for example for `owner_id`."""

    async def make(scope: Scope, name: str = "Ben", role: str = "csm") -> UUID:
        email = f"{name.lower().replace(' ', '.')}@staff.example"
        async with system():
            person = await add_person(scope.business_id, email, name, role)
        made: UUID = person["id"]
        return made

    return make


@pytest.fixture
def change_customer(database: dict[str, Any]) -> ChangeCustomer:
    """`await change_customer(scope, id, renewal_on=day)` sets columns, and live pages hear of it.

    Takes the columns that `make_customer` takes; those of a score need a customer who has one.
    """

    async def change(scope: Scope, customer_id: UUID, **changed: Any) -> None:
        columns: dict[Column | str, Any] = dict(changed.items())
        score: dict[Column | str, Any] = {
            name: columns.pop(name) for name in SCORE_COLUMNS if name in columns
        }
        async with tenant(scope) as unit:
            if columns:
                await Customer.update(columns).where(
                    Customer.business_id == scope.business_id, Customer.id == customer_id
                )
            if score:
                await CustomerScore.update(score).where(
                    CustomerScore.business_id == scope.business_id,
                    CustomerScore.customer_id == customer_id,
                )
            record(unit, CustomersChanged(customers=[customer_id]))

    return change
