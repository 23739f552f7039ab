"""The customers of a business: find one, list many, filtered, sorted and paged by key."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing.listing import count as count
from pulse.customers.listing.listing import count_exactly as count_exactly
from pulse.customers.listing.listing import page
from pulse.customers.listing.listing_types import COLUMNS, FROM
from pulse.customers.listing.listing_types import MOST_ROWS as MOST_ROWS
from pulse.customers.listing.listing_types import SORTABLE as SORTABLE
from pulse.customers.listing.listing_types import CustomerRow as CustomerRow
from pulse.customers.listing.listing_types import Page as Page
from pulse.customers.listing.listing_types import Size as Size
from pulse.customers.listing.listing_types import SortKey as SortKey
from pulse.customers.listing.query_planner import COUNTED_UP_TO as COUNTED_UP_TO
from pulse.customers.merging.aliases_sql import resolve_one
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound


async def listing(
    scope: Scope,
    chosen: CustomerFilter | None = None,
    *,
    sort: SortKey = "identity_strength",
    descending: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of customers; rows whose sort value is not known come last.

    Raises Invalid for an unknown sort key, a limit outside 1 … 200 or a cursor that is not ours.
    """
    async with tenant(scope) as unit:
        return await page(unit, chosen, sort, descending, after, limit)


async def number_of_customers(unit: Unit) -> int:
    """All customers of the business, counted."""
    found: int = await unit.fetchval(
        "SELECT count(*) FROM customers WHERE business_id = $1", unit.business_id
    )
    return found


async def in_chunks(
    scope: Scope, size: int, of: Sequence[UUID] | None = None
) -> AsyncIterator[list[UUID]]:
    """Everybody's id (or these), `size` at a time; each chunk is a unit of work of its own."""
    if of is not None:
        for at in range(0, len(of), size):
            yield [*of[at : at + size]]
        return
    last = UUID(int=0)
    while True:
        async with tenant(scope) as unit:
            rows = await unit.fetch(
                "SELECT id FROM customers WHERE business_id = $1 AND id > $2 "
                f"ORDER BY id LIMIT {size}",
                unit.business_id,
                last,
            )
        if not rows:
            return
        last = rows[-1]["id"]
        yield [row["id"] for row in rows]


async def sample(unit: Unit, most: int) -> list[UUID]:
    """Everybody's id, or a fair draw of about `most` where there are more; the same each time."""
    total = await number_of_customers(unit)
    every = max(1, -(-total // most))
    rows = await unit.fetch(
        "SELECT id FROM customers WHERE business_id = $1 AND hashtext(id::text) % $2 = 0",
        unit.business_id,
        every,
    )
    return [row["id"] for row in rows]


async def id_of(unit: Unit, external_id: str, scope: Scope | None = None) -> UUID:
    """The inner id of a customer, also by a former id or an e-mail address in any case.

    Raises NotFound, also when the scope may not see them.
    """
    found: UUID | None = await unit.fetchval(_FIND, unit.business_id, external_id)
    if found is None:
        known = await resolve_one(unit, external_id)
        found = await unit.fetchval(_FIND, unit.business_id, known)
    if found is None:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    if scope is not None:
        scope.require_customer(found)
    return found


async def external_id_of(unit: Unit, customer_id: UUID) -> str:
    """The id a customer has outside; raises NotFound."""
    found: str | None = await unit.fetchval(
        "SELECT external_id FROM customers WHERE business_id = $1 AND id = $2",
        unit.business_id,
        customer_id,
    )
    if found is None:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    return found


async def customer(scope: Scope, external_id: str) -> dict[str, Any]:
    """Everything staff may know about one customer, as a plain record."""
    async with tenant(scope) as unit:
        customer_id = await id_of(unit, external_id, scope)
        row = await unit.fetchrow(
            f"SELECT {COLUMNS}, c.attributes, c.locale, c.first_seen_at, c.recent_high, "
            "c.widget_seen_at, c.score_hidden, c.celebrations, c.pulse_rating, c.pulse_comment, "
            "c.pulse_rated_at, c.erasure_asked_at, t.due_on AS touch_on, "
            f"t.purpose AS touch_purpose FROM {FROM} LEFT JOIN customer_touches t "
            "ON t.business_id = c.business_id AND t.customer_id = c.id "
            "WHERE c.business_id = $1 AND c.id = $2",
            unit.business_id,
            customer_id,
        )
        return dict(row.items())


def is_live(context_expires_at: Any) -> bool:
    """Whether a declared state still holds."""
    return context_expires_at is not None and context_expires_at > clock.now()


async def get_or_create(scope: Scope, external_id: str) -> UUID:
    """The inner id of the customer whom a token names, made when there is none yet.

    The business signed the token, so the customer exists for it: they get the honest empty state
    ("we are getting to know you") instead of an error.
    """
    async with tenant(scope) as unit:
        known: UUID | None = await unit.fetchval(_FIND, unit.business_id, external_id)
        if known is None:
            present = await resolve_one(unit, external_id)
            await unit.execute(_MAKE, unit.business_id, present, clock.now())
            known = await unit.fetchval(_FIND, unit.business_id, present)
    assert known is not None
    return known


_FIND = "SELECT id FROM customers WHERE business_id = $1 AND external_id = $2"
_MAKE = """
INSERT INTO customers (business_id, external_id, first_seen_at) VALUES ($1, $2, $3)
ON CONFLICT (business_id, external_id) DO NOTHING"""
