"""A page of customers in SQL: an index scan in the list's order, or all matches sorted.

Raw SQL: keyset pages over a view, with SQL conditions and a plan chosen here.

Either way the wide rows are read last, only for the customers of the page. Rows whose sort value is
unknown come last, by id.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from pulse.auth.scope import Scope
from pulse.customers.filters import SCORED, CustomerFilter, conditions, given
from pulse.customers.listing.listing_types import (
    COLUMN_TYPES,
    SORTABLE,
    Cursor,
    CustomerRow,
    Page,
    Size,
    sort_column,
)
from pulse.customers.listing.query_planner import COUNTED_UP_TO, Plan, gathering, planned
from pulse.customers.listing.search_sql import Conditions, narrowed
from pulse.db import pagination
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid

COLUMNS = (
    "c.id, c.external_id, c.name, c.email, c.identity_strength, c.band, c.lifecycle, c.coverage, "
    "c.change_7d, c.change_30d, c.orders, c.last_order_at, c.usual_gap_days, c.yearly_value, "
    "c.value_at_risk, "
    "c.context_type, c.context_expires_at, c.segment, c.tags, c.owner_id, "
    "s.name AS owner, c.value, c.renewal_on, c.last_event_at, c.scored_at"
)
STAFF = "LEFT JOIN staff s ON s.business_id = c.business_id AND s.id = c.owner_id"
FROM = f"scored_customers c {STAFF}"
LONGEST_WALK = 40_000  # customers scanned in order before all matches are collected instead


class _Part(msgspec.Struct, frozen=True):
    """The requested part of the order."""

    descending: bool
    cursor: Cursor | None
    limit: int

    @property
    def way(self) -> str:
        return "DESC" if self.descending else "ASC"


async def page(
    unit: Unit,
    chosen: CustomerFilter | None,
    sort: str,
    descending: bool,
    after: str | None,
    limit: int,
) -> Page:
    """Like `repository.listing`, inside a unit of work."""
    if sort not in SORTABLE:
        raise Invalid(f"Cannot sort by “{sort}”: use one of {', '.join(SORTABLE)}.", field="sort")
    if not 1 <= limit <= pagination.MOST_ROWS:
        most = pagination.MOST_ROWS
        raise Invalid(f"The limit is {limit}: it must be from 1 to {most}.", field="limit")
    part = _Part(descending, pagination.decode(after, Cursor) if after else None, limit + 1)
    column = sort_column(sort)
    plan = await planned(unit, chosen, column)
    rows, size = await _read(unit, chosen, plan, part)
    kept = rows[:limit]
    more = len(rows) > limit
    following = pagination.encode(Cursor(kept[-1][column], kept[-1]["id"])) if more else None
    shown = [CustomerRow(**{name: row[name] for name in NAMES}) for row in kept]
    return Page(shown, following, size, plan.partial)


NAMES = CustomerRow.__struct_fields__


async def _read(
    unit: Unit, chosen: CustomerFilter | None, plan: Plan, part: _Part
) -> tuple[list[Any], Size]:
    if plan.walk and part.cursor and part.cursor.value is None:
        return await _unknown_rows(unit, plan, part), await _size(unit, plan)
    if plan.walk:
        rows = await _scan_page(unit, plan, part)
        at_end = len(rows) < part.limit and await _reached_end(unit, plan, part)
        if at_end:
            rows += await _unknown_rows(
                unit, plan, _Part(part.descending, None, part.limit - len(rows))
            )
        if at_end and len(rows) < part.limit and not part.cursor:
            return rows, Size(len(rows))
        if at_end or len(rows) == part.limit:
            return rows, await _size(unit, plan)
        # such rows are at the end of the order, so scanning on would find none
        asked = await narrowed(unit, chosen)
        plan = await gathering(unit, chosen or CustomerFilter(), asked, plan.sort, plan.sizes)
    rows, total = await _sorted_page(unit, plan, part)
    return rows, Size(total) if plan.about is None else Size(plan.about, exact=False)


async def _size(unit: Unit, plan: Plan) -> Size:
    """The plan's estimate; without a filter all customers are counted, up to the limit."""
    if plan.about is not None:
        return Size(plan.about, exact=False)
    found = await _count_rows(unit, EVERYBODY, [unit.business_id])
    return Size(found, exact=found <= COUNTED_UP_TO)


async def _scan_page(unit: Unit, plan: Plan, part: _Part) -> list[Any]:
    """The first rows with a known sort value, from at most LONGEST_WALK rows in their order."""
    asked, sort = plan.asked, plan.sort
    walk, args = _scan_query(plan, part)
    walk += f" LIMIT {LONGEST_WALK}"
    if plan.about is None or plan.source == plan.table:
        met = (
            f"SELECT c.id, c.{sort} AS key FROM ({walk.format(what='c.*')}) c WHERE {asked.where} "
        )
    else:
        met = (
            f"SELECT w.id, w.key FROM ({walk.format(what=f'c.id, c.{sort} AS key')}) w "
            f"JOIN {plan.source} c ON c.business_id = $1 AND c.id = w.id WHERE {asked.where} "
        )
    order = f"ORDER BY key {part.way}, id {part.way}"
    return await unit.fetch(
        f"SELECT {COLUMNS} FROM ({met} {order} LIMIT {part.limit}) p "
        f"JOIN scored_customers c ON c.business_id = $1 AND c.id = p.id {STAFF} "
        f"ORDER BY p.key {part.way}, p.id {part.way}",
        *args,
    )


def _scan_query(plan: Plan, part: _Part) -> tuple[str, list[Any]]:
    """The order after the cursor, as far as it has values, and all arguments."""
    sort = plan.sort
    after, args = _after(plan, part, f"c.{sort}", "c.id")
    return (
        f"SELECT {{what}} FROM {plan.table} c WHERE c.business_id = $1 AND c.{sort} IS NOT NULL"
        f"{''.join(f' AND {clause}' for clause in plan.in_order)}{after} "
        f"ORDER BY c.{sort} {part.way}, c.id {part.way}"
    ), args


async def _reached_end(unit: Unit, plan: Plan, part: _Part) -> bool:
    """Whether a scan with too few rows reached the end of the order rather than its limit."""
    if plan.about is None:
        return True
    asked = Conditions(plan.asked.clauses[:1], plan.asked.args[:1])
    for clause in plan.in_order:
        number = int(clause.partition("$")[2].partition(":")[0])
        asked = asked.also(clause.replace(f"${number}", "$"), plan.asked.args[number - 1])
    walk, args = _scan_query(msgspec.structs.replace(plan, asked=asked), part)
    further: bool = await unit.fetchval(
        f"SELECT EXISTS ({walk.format(what='c.id')} OFFSET {LONGEST_WALK} LIMIT 1)", *args
    )
    return not further


async def _sorted_page(unit: Unit, plan: Plan, part: _Part) -> tuple[list[Any], int]:
    """The rows after the cursor of all matches in their order, and the number of matches."""
    after, args = _after(plan, part, "f.key", "f.id")
    order = f"{{0}}.key IS NULL, {{0}}.key {part.way}, {{0}}.turn {part.way}, {{0}}.id"
    rows = await unit.fetch(
        f"WITH {_matches_query(plan)}, page AS MATERIALIZED (SELECT * FROM ("
        "SELECT id, key, CASE WHEN key IS NOT NULL THEN id END AS turn FROM found) f "
        f"WHERE true{after} ORDER BY {order.format('f')} LIMIT {part.limit}) "
        f"SELECT t.total, {COLUMNS} FROM (SELECT count(*) AS total FROM found) t "
        f"LEFT JOIN page p ON true LEFT JOIN scored_customers c "
        f"ON c.business_id = $1 AND c.id = p.id {STAFF} ORDER BY {order.format('p')}",
        *args,
    )
    return [row for row in rows if row["id"] is not None], rows[0]["total"]


def _matches_query(plan: Plan) -> str:
    """All matches with their sort values, which are looked up last if they are in another table.

    Often an index alone tells which customers match; the value would require reading every row.
    """
    matches = f"FROM {plan.source} c WHERE {plan.asked.where}"
    if plan.source == plan.table:
        return f"found AS MATERIALIZED (SELECT c.id, c.{plan.sort} AS key {matches})"
    return (
        f"matches AS MATERIALIZED (SELECT c.id {matches}), found AS MATERIALIZED ("
        f"SELECT m.id, x.{plan.sort} AS key FROM matches m LEFT JOIN {plan.table} x "
        "ON x.business_id = $1 AND x.id = m.id)"
    )


async def _unknown_rows(unit: Unit, plan: Plan, part: _Part) -> list[Any]:
    """Rows with an unknown sort value, by id."""
    asked = plan.asked.also("c.id > $", part.cursor.id) if part.cursor else plan.asked
    return await unit.fetch(
        f"SELECT {COLUMNS} FROM {FROM} WHERE {asked.where} AND c.{plan.sort} IS NULL "
        f"ORDER BY c.id LIMIT {part.limit}",
        *asked.args,
    )


def _after(plan: Plan, part: _Part, key: str, id_: str) -> tuple[str, list[Any]]:
    """The condition that a row comes after the cursor, and all arguments."""
    args = plan.asked.args
    cursor, place = part.cursor, len(args) + 1
    if cursor is None:
        return "", args
    if cursor.value is None:
        return f" AND {key} IS NULL AND {id_} > ${place}", [*args, cursor.id]
    value = f"${place}::text::{COLUMN_TYPES[plan.sort]}"
    later = f"({key}, {id_}) {'<' if part.descending else '>'} ({value}, ${place + 1}::uuid)"
    unknown = f" OR {key} IS NULL" if not plan.walk else ""
    return f" AND ({later}{unknown})", [*args, str(cursor.value), cursor.id]


EVERYBODY = (
    "SELECT count(*) FROM (SELECT FROM customers WHERE business_id = $1 "
    f"LIMIT {COUNTED_UP_TO + 1}) t"
)


MANY = COUNTED_UP_TO + 1


async def count(scope: Scope, chosen: CustomerFilter | None = None) -> int:
    """The number of customers the filter matches, up to COUNTED_UP_TO; MANY for any more."""
    async with tenant(scope) as unit:
        plan = await planned(unit, chosen, "")
        if (plan.about or 0) >= 2 * MANY:
            return MANY
        asked = plan.asked
        return await _count_rows(unit, COUNT.format(where=asked.where), asked.args)


async def count_exactly(scope: Scope, chosen: CustomerFilter | None = None) -> int:
    """The exact number of customers the filter matches; takes seconds for a million."""
    async with tenant(scope) as unit:
        return await exactly(unit, chosen)


async def exactly(unit: Unit, chosen: CustomerFilter | None) -> int:
    """Like `count_exactly`, inside a unit of work."""
    names = given(chosen)
    table = "customer_scores" if names and names <= SCORED else "scored_customers"
    where, args = conditions(unit.business_id, chosen)
    await unit.set_local(plan_cache_mode="force_custom_plan")
    return await _count_rows(unit, f"SELECT count(*) FROM {table} c WHERE {where}", args)


async def _count_rows(unit: Unit, sql: str, args: Sequence[Any]) -> int:
    """How many rows a statement counts: of a view, or up to a limit."""
    found: int = await unit.fetchval(sql, *args)
    return found


COUNT = f"SELECT count(*) FROM (SELECT 1 FROM scored_customers c WHERE {{where}} LIMIT {MANY}) t"
