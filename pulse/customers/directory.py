"""The customers of a business: find one, list many, filtered, sorted and paged by key."""

from collections.abc import AsyncIterator
from typing import Any, Literal
from uuid import UUID

import msgspec

from pulse import clock
from pulse.access.scope import Scope
from pulse.customers.counting import COUNTED_UP_TO as COUNTED_UP_TO
from pulse.customers.counting import count as count
from pulse.customers.filters import CustomerFilter
from pulse.customers.searching import narrowed
from pulse.database.tenancy import Unit, tenant
from pulse.errors import Invalid, NotFound

MOST_ROWS = 200  # a page, for programs and for the dashboard

SortKey = Literal[
    "name", "external_id", "identity_strength", "change_7d", "value", "last_event_at", "renewal_on"
]
SORTABLE: dict[str, str] = {
    "name": "text",
    "external_id": "text",
    "identity_strength": "float8",
    "change_7d": "float8",
    "value": "float8",
    "last_event_at": "timestamptz",
    "renewal_on": "date",
}


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. Strength and changes in points, value in money a year."""

    id: UUID
    external_id: str
    name: str
    email: str
    identity_strength: float | None
    band: str | None
    coverage: float | None
    change_7d: float | None
    change_30d: float | None
    context_type: str | None
    context_expires_at: Any
    segment: str
    tags: list[str]
    owner_id: UUID | None
    owner: str | None
    value: float | None
    renewal_on: Any
    last_event_at: Any
    scored_at: Any


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page begins: the last row's sort value (None: in the unknown tail) and id."""

    value: Any
    id: UUID


class Page(msgspec.Struct, frozen=True):
    """At most `limit` rows, and the cursor of the next page if there is one.

    partial: a broad search in an order by name or id is made of its first matches only.
    """

    rows: list[CustomerRow]
    next: str | None
    partial: bool = False


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


async def page(
    unit: Unit,
    chosen: CustomerFilter | None,
    sort: str,
    descending: bool,
    after: str | None,
    limit: int,
) -> Page:
    """As `listing`, inside a unit of work."""
    if sort not in SORTABLE:
        raise Invalid(f"Cannot sort by “{sort}”: use one of {', '.join(SORTABLE)}.", field="sort")
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid(f"The limit is {limit}: it must be from 1 to {MOST_ROWS}.", field="limit")
    cursor = _decode(after) if after else None
    asked = await narrowed(unit, chosen, sort)
    where, args = asked.where, asked.args
    rows: list[Any] = []
    if cursor is None or cursor.value is not None:
        rows = await _known(unit, where, args, sort, descending, cursor, limit + 1)
    if len(rows) <= limit:
        in_tail = cursor if cursor is not None and cursor.value is None else None
        rows += await _unknown(unit, where, args, sort, in_tail, limit + 1 - len(rows))
    kept = rows[:limit]
    more = len(rows) > limit
    following = _encode(Cursor(kept[-1][sort], kept[-1]["id"])) if more else None
    return Page([CustomerRow(**dict(row.items())) for row in kept], following, asked.partial)


async def number_of_customers(unit: Unit) -> int:
    """All customers of the business, counted."""
    found: int = await unit.fetchval(
        "SELECT count(*) FROM customers WHERE business_id = $1", unit.business_id
    )
    return found


async def in_chunks(scope: Scope, size: int) -> AsyncIterator[list[UUID]]:
    """Everybody's id, `size` at a time, each chunk read in a unit of work of its own."""
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
    """The inner id of a customer; raises NotFound, also when the scope may not see them."""
    found: UUID | None = await unit.fetchval(
        "SELECT id FROM customers WHERE business_id = $1 AND external_id = $2",
        unit.business_id,
        external_id,
    )
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
        await id_of(unit, external_id, scope)
        row = await unit.fetchrow(
            f"SELECT {COLUMNS}, c.attributes, c.locale, c.first_seen_at, c.recent_high, "
            "c.widget_seen_at, c.score_hidden, c.celebrations, c.pulse_rating, c.pulse_comment, "
            f"c.pulse_rated_at, c.erasure_asked_at FROM {FROM} "
            "WHERE c.business_id = $1 AND c.external_id = $2",
            unit.business_id,
            external_id,
        )
        return dict(row.items())


COLUMNS = (
    "c.id, c.external_id, c.name, c.email, c.identity_strength, c.band, c.coverage, c.change_7d, "
    "c.change_30d, c.context_type, c.context_expires_at, c.segment, c.tags, c.owner_id, "
    "s.name AS owner, c.value, c.renewal_on, c.last_event_at, c.scored_at"
)
FROM = "scored_customers c LEFT JOIN staff s ON s.business_id = c.business_id AND s.id = c.owner_id"


async def _known(
    unit: Unit,
    where: str,
    args: list[Any],
    sort: str,
    descending: bool,
    cursor: Cursor | None,
    limit: int,
) -> list[Any]:
    order = "DESC" if descending else "ASC"
    key, values = "", []
    if cursor is not None:
        comparison = "<" if descending else ">"
        first = len(args) + 1
        key = (
            f"AND (c.{sort}, c.id) {comparison} "
            f"(${first}::text::{SORTABLE[sort]}, ${first + 1}::uuid)"
        )
        values = [str(cursor.value), cursor.id]
    return await unit.fetch(
        f"SELECT {COLUMNS} FROM {FROM} WHERE {where} AND c.{sort} IS NOT NULL {key} "
        f"ORDER BY c.{sort} {order}, c.id {order} LIMIT {limit}",
        *args,
        *values,
    )


async def _unknown(
    unit: Unit, where: str, args: list[Any], sort: str, cursor: Cursor | None, limit: int
) -> list[Any]:
    key, values = ("", []) if cursor is None else (f"AND c.id > ${len(args) + 1}", [cursor.id])
    return await unit.fetch(
        f"SELECT {COLUMNS} FROM {FROM} WHERE {where} AND c.{sort} IS NULL {key} "
        f"ORDER BY c.id LIMIT {limit}",
        *args,
        *values,
    )


def _encode(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).hex()


def _decode(text: str) -> Cursor:
    try:
        return msgspec.json.decode(bytes.fromhex(text), type=Cursor)
    except (ValueError, msgspec.DecodeError) as wrong:
        raise Invalid("This page cursor is not one of ours.", field="after") from wrong


def is_live(context_expires_at: Any) -> bool:
    """Whether a declared state still holds."""
    return context_expires_at is not None and context_expires_at > clock.now()
