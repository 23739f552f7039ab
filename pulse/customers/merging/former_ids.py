"""Which customer an id refers to: the id itself, a former id, an e-mail address in any case."""

from collections.abc import Iterable
from uuid import UUID

from pulse.customers.merging import ids_sql
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.tables.customer import Customer, CustomerAlias


async def resolve(unit: Unit, external_ids: Iterable[str]) -> dict[str, str]:
    """Those of these ids that refer to a customer with another id, and that present id.

    An e-mail address is the same id in any case; an unknown one is stored in lower case.
    """
    rows = await ids_sql.resolve_former_ids(unit, list(set(external_ids)))
    return {row["given"]: row["known"] for row in rows if row["given"] != row["known"]}


async def resolve_one(unit: Unit, external_id: str) -> str:
    """The present id of the customer to whom this id refers; the id itself if there is no other."""
    return (await resolve(unit, [external_id])).get(external_id, external_id)


async def find(unit: Unit, external_id: str) -> UUID | None:
    """The customer who has exactly this id now, or None."""
    found: UUID | None = await _FIND.value(
        unit, business_id=unit.business_id, external_id=external_id
    )
    return found


async def former_ids(unit: Unit, customer: UUID) -> list[str]:
    """The former ids of this customer."""
    rows = await CustomerAlias.select(CustomerAlias.external_id).where(
        CustomerAlias.business_id == unit.business_id, CustomerAlias.customer_id == customer
    )
    return [row["external_id"] for row in rows]


async def any_alias(unit: Unit) -> bool:
    """Whether the business has any former ids."""
    return await CustomerAlias.exists().where(CustomerAlias.business_id == unit.business_id)


async def add_alias(unit: Unit, external_id: str, customer: UUID) -> None:
    """Make this id refer to the customer."""
    await CustomerAlias.insert(
        CustomerAlias(business_id=unit.business_id, external_id=external_id, customer_id=customer)
    ).on_conflict(
        target=(CustomerAlias.business_id, CustomerAlias.external_id),
        action="DO UPDATE",
        values=[CustomerAlias.customer_id],
    )


async def drop_alias(unit: Unit, external_id: str) -> None:
    """Stop this id from referring to another customer."""
    await CustomerAlias.delete().where(
        CustomerAlias.business_id == unit.business_id, CustomerAlias.external_id == external_id
    )


_FIND = prepared(
    Customer.select(Customer.id).where(
        Customer.business_id == Param("business_id"), Customer.external_id == Param("external_id")
    )
)
