"""The customers of a business: find one; list many, filtered, sorted and paged by keyset."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.custom_types import Combinable

from pulse import clock
from pulse.auth.scope import Scope
from pulse.batching import Batcher
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing.listing_sql import count as count
from pulse.customers.listing.listing_sql import count_exactly as count_exactly
from pulse.customers.listing.listing_sql import page
from pulse.customers.listing.listing_types import SORTABLE as SORTABLE
from pulse.customers.listing.listing_types import CustomerRow as CustomerRow
from pulse.customers.listing.listing_types import Page as Page
from pulse.customers.listing.listing_types import Size as Size
from pulse.customers.listing.listing_types import SortKey as SortKey
from pulse.customers.listing.listing_types import sort_column as sort_column
from pulse.customers.listing.query_planner import COUNTED_UP_TO as COUNTED_UP_TO
from pulse.customers.merging.former_ids import resolve_one
from pulse.db.pagination import MOST_ROWS as MOST_ROWS
from pulse.db.prepared import Param, Prepared, any_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.tables.customer import Customer, CustomerScore, CustomerTouch


async def listing(
    scope: Scope,
    chosen: CustomerFilter | None = None,
    *,
    sort: SortKey = "identity_strength",
    descending: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """A page of customers; rows with an unknown sort value come last.

    Raises Invalid for an unknown sort key, a limit outside 1–200, or an invalid cursor.
    """
    async with tenant(scope) as unit:
        return await page(unit, chosen, sort, descending, after, limit)


async def number_of_customers(unit: Unit) -> int:
    """The exact number of customers of the business."""
    return int(await Customer.count().where(Customer.business_id == unit.business_id))


async def in_chunks(
    scope: Scope, size: int, of: Sequence[UUID] | None = None
) -> AsyncIterator[list[UUID]]:
    """The ids of all customers (or of these), `size` at a time, each in its own unit of work."""
    if of is not None:
        for at in range(0, len(of), size):
            yield [*of[at : at + size]]
        return
    last = UUID(int=0)
    while True:
        async with tenant(scope) as unit:
            ids = await _after(size).column(unit, business_id=scope.business_id, last=last)
        if not ids:
            return
        last = ids[-1]
        yield ids


@cache
def _after(size: int) -> Prepared:
    """The next ids, without a dict for each, because there may be millions."""
    return prepared(
        Customer.select(Customer.id)
        .where(Customer.business_id == Param("business_id"), Customer.id > Param("last"))
        .order_by(Customer.id)
        .limit(size)
    )


async def sample(unit: Unit, most: int) -> list[UUID]:
    """The ids of all customers, or an even sample of about `most`; the same at each call."""
    total = await number_of_customers(unit)
    every = max(1, -(-total // most))
    return await _DRAWN.column(unit, business_id=unit.business_id, every=every)


_DRAWN = prepared(
    Customer.select(Customer.id).where(
        Customer.business_id == Param("business_id"),
        WhereRaw("hashtext(id::text) % {}::int = 0", Param("every")),
    )
)


async def id_of(unit: Unit, external_id: str, scope: Scope | None = None) -> UUID:
    """The internal id of a customer; accepts former ids and e-mail addresses in any case.

    Raises NotFound, also when the scope may not see the customer.
    """
    found = await _find(unit, external_id)
    if found is None:
        found = await _find(unit, await resolve_one(unit, external_id))
    if found is None:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    if scope is not None:
        scope.require_customer(found)
    return found


async def seen_among(scope: Scope, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these customers that the scope may see (own book, the team's, all)."""
    if not customer_ids:
        return set()
    async with tenant(scope) as unit:
        rows = await _SEEN.rows(unit, business_id=scope.business_id, ids=list(customer_ids))
    return {row["id"] for row in rows}


async def external_id_of(unit: Unit, customer_id: UUID) -> str:
    """The external id of a customer; raises NotFound."""
    found: str | None = await _EXTERNAL_ID.value(unit, business_id=unit.business_id, id=customer_id)
    if found is None:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    return found


async def customer(scope: Scope, external_id: str) -> dict[str, Any]:
    """All that staff may know about one customer, as a plain record."""
    async with tenant(scope) as unit:
        customer_id = await id_of(unit, external_id, scope)
        whom = {"business_id": unit.business_id, "customer_id": customer_id}
        person = await _PERSON.row(unit, **whom)
        score = await _SCORE.row(unit, **whom)
        touch = await _TOUCH.row(unit, **whom)
        known = score or dict.fromkeys(_SCORED)
        planned = touch or {"touch_on": None, "touch_purpose": None}
        return {**(person or {}), **known, **planned}


def is_live(context_expires_at: Any) -> bool:
    """Whether a declared context is still active."""
    return context_expires_at is not None and context_expires_at > clock.now()


async def get_or_create(scope: Scope, external_id: str) -> UUID:
    """The internal id of the customer named by a token; creates the customer if unknown.

    The business signed the token, so the customer exists for the business and gets an empty state
    ("we are getting to know you") instead of an error. Calls at the same moment are looked up
    together.
    """
    sought = _Sought(scope, external_id)
    await _LOOKUPS.submit(scope.business_id, sought)
    return sought.found or await _create(scope, external_id)


@dataclass
class _Sought:
    scope: Scope
    external_id: str
    found: UUID | None = None


async def _look_up(several: Sequence[_Sought]) -> None:
    """The present ids of customers of one business; creates none."""
    async with tenant(several[0].scope) as unit:
        names = list({one.external_id for one in several})
        rows = await _IDS.rows(unit, business_id=unit.business_id, external_ids=names)
    known = {row["external_id"]: row["id"] for row in rows}
    for one in several:
        one.found = known.get(one.external_id)


_LOOKUPS: Batcher[_Sought] = Batcher(_look_up, 0.002)


async def _create(scope: Scope, external_id: str) -> UUID:
    async with tenant(scope) as unit:
        known = await _find(unit, external_id)
        if known is None:
            present = await resolve_one(unit, external_id)
            new = Customer(
                business_id=unit.business_id, external_id=present, first_seen_at=clock.now()
            )
            await Customer.insert(new).on_conflict(
                target=(Customer.business_id, Customer.external_id), action="DO NOTHING"
            )
            known = await _find(unit, present)
    assert known is not None
    return known


async def _find(unit: Unit, external_id: str) -> UUID | None:
    found: UUID | None = await _ID.value(
        unit, business_id=unit.business_id, external_id=external_id
    )
    return found


_ID = prepared(
    Customer.select(Customer.id).where(
        Customer.business_id == Param("business_id"),
        Customer.external_id == Param("external_id"),
    )
)
_IDS = prepared(
    Customer.select(Customer.id, Customer.external_id).where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.external_id, Param("external_ids")),
    )
)
_SEEN = prepared(
    Customer.select(Customer.id).where(
        Customer.business_id == Param("business_id"), any_of(Customer.id, Param("ids"))
    )
)
_EXTERNAL_ID = prepared(
    Customer.select(Customer.external_id).where(
        Customer.business_id == Param("business_id"), Customer.id == Param("id")
    )
)
_PERSON = prepared(
    Customer.select(
        *(
            getattr(Customer, name)
            for name in (
                *("id", "external_id", "name", "email", "context_type", "context_expires_at"),
                *("segment", "tags", "owner_id", "value", "yearly_value", "renewal_on"),
                "last_event_at",
                *("attributes", "locale", "first_seen_at", "widget_seen_at", "score_hidden"),
                *("celebrations", "pulse_rating", "pulse_comment", "pulse_rated_at"),
                "erasure_asked_at",
            )
        ),
        Customer.owner_id.name.as_alias("owner"),
    ).where(Customer.business_id == Param("business_id"), Customer.id == Param("customer_id"))
)
_SCORED = (
    *("identity_strength", "band", "lifecycle", "coverage", "change_7d", "change_30d", "orders"),
    *("last_order_at", "usual_gap_days", "habitual", "value_at_risk", "scored_at"),
    "recent_high",
)
_SCORE = prepared(
    CustomerScore.select(*(getattr(CustomerScore, name) for name in _SCORED)).where(
        CustomerScore.business_id == Param("business_id"),
        CustomerScore.customer_id == Param("customer_id"),
    )
)
_TOUCH = prepared(
    CustomerTouch.select(
        CustomerTouch.due_on.as_alias("touch_on"), CustomerTouch.purpose.as_alias("touch_purpose")
    ).where(
        CustomerTouch.business_id == Param("business_id"),
        CustomerTouch.customer_id == Param("customer_id"),
    )
)


def owned_by(whose: Column, owner: str) -> list[Combinable]:
    """Return conditions on the column of a customer's owner.

    owner: a staff id, nobody, anybody, or "" for all, as in the customer filter.
    """
    if owner in ("nobody", "anybody"):
        return [whose.is_null() if owner == "nobody" else whose.is_not_null()]
    try:
        return [whose == UUID(owner)] if owner else []
    except ValueError:
        return [WhereRaw("false")]
