"""Customers who may be one person: the same e-mail address, phone number or nearly the same id."""

from typing import Any
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.customers.merging import ids_sql
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.i18n.sentences import marked
from pulse.tables.customer import Customer, CustomerScore

MOST_GROUPS = 100
MOST_IN_A_GROUP = 10
REASONS = marked(
    {
        "email": "same e-mail address",
        "phone": "same phone number",
        "id": "ids that differ in case, spaces or leading zeros only",
    }
)


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """One of the customers who may be the same person."""

    customer_id: str
    name: str
    email: str
    value: float | None
    identity_strength: float | None


class Duplicates(msgspec.Struct, frozen=True):
    """Customers who may be one person, the oldest first, and why."""

    reason: str
    customers: list[Alike]


async def possible_duplicates(scope: Scope) -> list[Duplicates]:
    """Up to 100 groups of customers who may be the same person."""
    async with tenant(scope) as unit:
        groups = await ids_sql.alike(unit, MOST_GROUPS, MOST_IN_A_GROUP)
        wanted = list({each for group in groups for each in group["ids"]})
        people = await _people(unit, wanted)
    found: dict[tuple[UUID, ...], Duplicates] = {}
    for group in groups:
        ids = tuple(sorted(group["ids"]))
        found.setdefault(ids, _group(REASONS[group["reason"]], [people[each] for each in ids]))
    return list(found.values())


async def _people(unit: Unit, customers: list[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = await Customer.select(
        *(Customer.id, Customer.external_id, Customer.name, Customer.email),
        Customer.yearly_value.as_alias("value"),
    ).where(Customer.business_id == unit.business_id, any_of(Customer.id, customers))
    scores = await CustomerScore.select(
        CustomerScore.customer_id, CustomerScore.identity_strength
    ).where(
        CustomerScore.business_id == unit.business_id,
        any_of(CustomerScore.customer_id, customers),
    )
    strengths = {row["customer_id"]: row["identity_strength"] for row in scores}
    return {row["id"]: {**row, "identity_strength": strengths.get(row["id"])} for row in rows}


def _group(reason: str, rows: list[Any]) -> Duplicates:
    names = ("name", "email", "value", "identity_strength")
    return Duplicates(
        reason,
        [
            Alike(customer_id=row["external_id"], **{name: row[name] for name in names})
            for row in rows
        ],
    )
