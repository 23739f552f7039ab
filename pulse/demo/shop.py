"""The shop's own server, as /demo/shop plays it: signs its customers in, takes their orders."""

from datetime import timedelta
from uuid import uuid4

import msgspec

from pulse import clock, workflows
from pulse.auth.businesses import business_by_slug
from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.events import NewEvent
from pulse.db.transaction import tenant
from pulse.errors import Invalid, NotFound
from pulse.tables.activity import Event

SLUG = "lantern"
LARGEST_ORDER = 10_000.0  # GBP; the demo is open to whoever finds it
TOKEN_MINUTES = 15
REGULAR = "17850"  # the customer of the data's first invoice, whom the documents name


class ShopCustomer(msgspec.Struct, frozen=True):
    """Somebody the switch on the shop page offers, and why."""

    customer_id: str
    name: str
    note: str


async def customers() -> list[ShopCustomer]:
    """A dozen and a half of different kinds: strong, fragile, falling, new, other languages."""
    async with tenant(await _scope()) as unit:
        rows = await unit.fetch(CAST, unit.business_id, REGULAR, clock.now() - timedelta(days=30))
    return [ShopCustomer(row["external_id"], row["name"], row["note"]) for row in rows]


async def token_for(external_id: str) -> str:
    """A token for the widget, as the shop's server would sign it; raises NotFound."""
    async with tenant(await _scope()) as unit:
        await repository.id_of(unit, external_id)
    return await sign_for(SLUG, external_id, minutes=TOKEN_MINUTES)


async def order(external_id: str, sku: str, amount: float) -> None:
    """The customer orders for this much; a negative amount takes an order back."""
    if not 0 < abs(amount) <= LARGEST_ORDER:
        raise Invalid(f"An order is worth up to {LARGEST_ORDER:,.0f}.", field="amount")
    await _happened(external_id, "order" if amount > 0 else "cancellation", amount, {"sku": sku})


async def cancel(external_id: str) -> None:
    """The customer's last order is cancelled; raises NotFound when there is none."""
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
    await _happened(external_id, "cancellation", -abs(last["amount"] or 0), last["properties"])


async def _happened(external_id: str, kind: str, amount: float, about: dict[str, object]) -> None:
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


# The regular first, then a few of each kind; who is of two kinds stands in the first of them.
CAST = """
SELECT DISTINCT ON (min_place, external_id) external_id, name, note FROM (
  SELECT *, min(place) OVER (PARTITION BY external_id) AS min_place FROM (
    SELECT external_id, name, coalesce(band, lifecycle, 'new') AS note, 0 AS place
    FROM scored_customers WHERE business_id = $1 AND external_id = $2
    UNION ALL (SELECT external_id, name, 'strong', 2 FROM scored_customers
      WHERE business_id = $1 AND band = 'strong' ORDER BY value DESC NULLS LAST, id LIMIT 3)
    UNION ALL (SELECT external_id, name, 'steady', 3 FROM scored_customers
      WHERE business_id = $1 AND band = 'steady' ORDER BY last_event_at DESC, id LIMIT 3)
    UNION ALL (SELECT external_id, name, 'falling', 4 FROM scored_customers
      WHERE business_id = $1 AND change_30d < 0 ORDER BY change_30d, id LIMIT 3)
    UNION ALL (SELECT external_id, name, 'fragile', 5 FROM scored_customers
      WHERE business_id = $1 AND band = 'fragile' ORDER BY last_event_at DESC, id LIMIT 3)
    UNION ALL (SELECT external_id, name, 'new', 1 FROM scored_customers
      WHERE business_id = $1 AND first_seen_at > $3 AND locale IN ('', 'en')
      ORDER BY first_seen_at DESC, id LIMIT 2)
    UNION ALL (SELECT DISTINCT ON (locale) external_id, name, locale, 6 FROM scored_customers
      WHERE business_id = $1 AND locale <> 'en' ORDER BY locale, value DESC NULLS LAST, id)
  ) everybody
) placed WHERE place = min_place ORDER BY min_place, external_id"""
