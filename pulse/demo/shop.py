"""The shop's own server, played by /demo/shop: signs its customers in, takes their orders."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from piccolo.columns import Column
from piccolo.custom_types import Combinable
from piccolo.query import OrderByRaw

from pulse import clock, workflows
from pulse.auth.businesses import business_by_slug
from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.events import NewEvent
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound
from pulse.tables.activity import Event
from pulse.tables.customer import Customer, CustomerScore

SLUG = "lantern"
LARGEST_ORDER = 10_000.0  # GBP; the demo is open to everyone who can reach it
TOKEN_MINUTES = 15
REGULAR = "17850"  # the customer of the data's first invoice, mentioned in the documents


class ShopCustomer(msgspec.Struct, frozen=True):
    """A customer offered by the switch on the shop page, and why."""

    customer_id: str
    name: str
    note: str


async def customers() -> list[ShopCustomer]:
    """About eighteen different customers: strong, fragile, falling, new, other languages."""
    async with tenant(await _scope()) as unit:
        kinds = [
            await _regular_customers(unit),
            await _new_customers(unit),
            await _scored(unit, "strong", _BAND == "strong", _VALUE, best=True),
            await _scored(unit, "steady", _BAND == "steady", _SEEN, best=True),
            await _scored(unit, "falling", _CHANGE < 0, _CHANGE, best=False),
            await _scored(unit, "fragile", _BAND == "fragile", _SEEN, best=True),
            await _of_other_languages(unit),
        ]
    cast: dict[str, ShopCustomer] = {}
    for kind in kinds:
        for one in sorted(kind, key=lambda one: one.customer_id):
            cast.setdefault(one.customer_id, one)  # a customer in two groups is listed in the first
    return list(cast.values())


async def _regular_customers(unit: Unit) -> list[ShopCustomer]:
    person = await _PERSON.row(unit, business_id=unit.business_id, external_id=REGULAR)
    if person is None:
        return []
    score = (
        await CustomerScore.select(CustomerScore.band, CustomerScore.lifecycle)
        .where(
            CustomerScore.business_id == unit.business_id,
            CustomerScore.customer_id == person["id"],
        )
        .first()
    )
    note = (score["band"] or score["lifecycle"]) if score else "new"
    return [ShopCustomer(REGULAR, person["name"], note)]


async def _new_customers(unit: Unit) -> list[ShopCustomer]:
    rows = (
        await Customer.select(Customer.external_id, Customer.name)
        .where(
            Customer.business_id == unit.business_id,
            Customer.first_seen_at > clock.now() - timedelta(days=30),
            Customer.locale.is_in(["", "en"]),
        )
        .order_by(Customer.first_seen_at, Customer.id, ascending=False)
        .limit(2)
    )
    return [ShopCustomer(row["external_id"], row["name"], "new") for row in rows]


async def _scored(
    unit: Unit, note: str, which: Combinable, order: Column, *, best: bool
) -> list[ShopCustomer]:
    """Three customers of a kind: the first in this order, or the highest with `best`."""
    rows: list[dict[str, Any]] = []
    for known in (order.is_not_null(), order.is_null()):  # PostgreSQL sorts null as the highest
        rows += (
            await CustomerScore.select(
                CustomerScore.customer_id.external_id.as_alias("external_id"),
                CustomerScore.customer_id.name.as_alias("name"),
            )
            .where(CustomerScore.business_id == unit.business_id, which, known)
            .order_by(order, ascending=not best)
            .order_by(CustomerScore.customer_id)
            .limit(3)
        )
    return [ShopCustomer(row["external_id"], row["name"], note) for row in rows[:3]]


async def _of_other_languages(unit: Unit) -> list[ShopCustomer]:
    """The customer who spends most in each language except English."""
    rows = (
        await Customer.select(Customer.external_id, Customer.name, Customer.locale)
        .where(Customer.business_id == unit.business_id, Customer.locale != "en")
        .order_by(OrderByRaw("locale, value DESC NULLS LAST, id"))
    )
    first = {row["locale"]: row for row in reversed(rows)}
    return [ShopCustomer(row["external_id"], row["name"], row["locale"]) for row in first.values()]


async def token_for(external_id: str) -> str:
    """A token for the widget, as the shop's server would sign it; raises NotFound."""
    async with tenant(await _scope()) as unit:
        await repository.id_of(unit, external_id)
    return await sign_for(SLUG, external_id, minutes=TOKEN_MINUTES)


async def order(external_id: str, sku: str, amount: float) -> None:
    """Place an order of this amount; a negative amount is a return."""
    if not 0 < abs(amount) <= LARGEST_ORDER:
        raise Invalid(f"An order is worth up to {LARGEST_ORDER:,.0f}.", field="amount")
    await _record_event(
        external_id, "order" if amount > 0 else "cancellation", amount, {"sku": sku}
    )


async def cancel(external_id: str) -> None:
    """Cancel the customer's last order; raises NotFound when there is none."""
    async with tenant(await _scope()) as unit:
        customer_id = await repository.id_of(unit, external_id)
        last = (
            await Event.select(Event.amount, Event.properties)
            .where(
                Event.business_id == unit.business_id,
                Event.customer_id == customer_id,
                Event.kind == "order",
            )
            .order_by(Event.occurred_at, Event.id, ascending=False)
            .first()
        )
    if last is None:
        raise NotFound("There is no order to cancel.")
    await _record_event(external_id, "cancellation", -abs(last["amount"] or 0), last["properties"])


async def _record_event(
    external_id: str, kind: str, amount: float, about: dict[str, object]
) -> None:
    scope = await _scope()
    async with tenant(scope) as unit:
        await repository.id_of(unit, external_id)
    event = NewEvent(
        external_id=external_id,
        kind=kind,
        occurred_at=clock.now(),
        message_id=f"shop-{uuid4()}",
        amount=round(amount, 2),
        properties=about,
    )
    await workflows.record_events(scope, [event])


async def _scope() -> Scope:
    return Scope.for_pulse((await business_by_slug(SLUG)).id)


_PERSON = prepared(
    Customer.select(Customer.id, Customer.name).where(
        Customer.business_id == Param("business_id"), Customer.external_id == Param("external_id")
    )
)
_BAND, _CHANGE = CustomerScore.band, CustomerScore.change_30d
_VALUE: Any = CustomerScore.customer_id.value
_SEEN: Any = CustomerScore.customer_id.last_event_at
