"""Which customer an id means: the id itself, a former id, an e-mail address in any case."""

from collections.abc import Iterable
from uuid import UUID

from pulse.customers.merging import ids_sql
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.tables.customer import Customer, CustomerAlias


async def resolve(unit: Unit, external_ids: Iterable[str]) -> dict[str, str]:
    """The ids among these that mean another one, and which: a customer's present id.

    An e-mail address is the same id in any case; one of nobody yet is written in small letters.
    """
    rows = await ids_sql.resolve_former_ids(unit, list(set(external_ids)))
    return {row["given"]: row["known"] for row in rows if row["given"] != row["known"]}


async def resolve_one(unit: Unit, external_id: str) -> str:
    """The id by which the customer is known now; the same where it means nobody else."""
    return (await resolve(unit, [external_id])).get(external_id, external_id)


async def find(unit: Unit, external_id: str) -> UUID | None:
    """The customer who has exactly this id now, or None."""
    found: UUID | None = await _FIND.value(
        unit, business_id=unit.business_id, external_id=external_id
    )
    return found


async def former_ids(unit: Unit, customer: UUID) -> list[str]:
    """The ids that mean this customer besides the present one."""
    rows = await CustomerAlias.select(CustomerAlias.external_id).where(
        CustomerAlias.business_id == unit.business_id, CustomerAlias.customer_id == customer
    )
    return [row["external_id"] for row in rows]


async def any_alias(unit: Unit) -> bool:
    """Whether the business has any former id at all."""
    return await CustomerAlias.exists().where(CustomerAlias.business_id == unit.business_id)


async def add_alias(unit: Unit, external_id: str, customer: UUID) -> None:
    """From now on this id means the customer."""
    await CustomerAlias.insert(
        CustomerAlias(business_id=unit.business_id, external_id=external_id, customer_id=customer)
    ).on_conflict(
        target=(CustomerAlias.business_id, CustomerAlias.external_id),
        action="DO UPDATE",
        values=[CustomerAlias.customer_id],
    )


async def drop_alias(unit: Unit, external_id: str) -> None:
    """This id no longer means another customer."""
    await CustomerAlias.delete().where(
        CustomerAlias.business_id == unit.business_id, CustomerAlias.external_id == external_id
    )


_FIND = prepared(
    Customer.select(Customer.id).where(
        Customer.business_id == Param("business_id"), Customer.external_id == Param("external_id")
    )
)
