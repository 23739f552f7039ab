"""SQL for the effects of an import, for its undo, and for exported lists.

Raw SQL: chunks store ids in arrays and former values in JSON, which are unpacked for all rows at
once; exports are lists selected by a filter's conditions.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.customers.customers_sql import select_customers
from pulse.db.transaction import Unit
from pulse.tabular.validation import Rejected

UNTOUCHED = """c.updated_at <= k.created_at
  AND NOT EXISTS (SELECT FROM events e WHERE e.business_id = $1 AND e.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM customer_contexts x WHERE x.business_id = $1 AND x.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM customer_notes n WHERE n.business_id = $1 AND n.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM customer_touches t WHERE t.business_id = $1 AND t.customer_id = c.id)
"""
_COUNT_CUSTOMERS = f"""
SELECT coalesce(sum(cardinality(k.created_ids)), 0)::int AS made,
       coalesce(sum(jsonb_array_length(k.before)), 0)::int AS restored,
       (SELECT count(*)::int FROM import_chunks k JOIN customers c ON c.id = ANY(k.created_ids)
        WHERE k.business_id = $1 AND k.import_id = $2 AND c.business_id = $1 AND {UNTOUCHED}
       ) AS removed
FROM import_chunks k WHERE k.business_id = $1 AND k.import_id = $2
"""
_COUNT_EVENTS = """
SELECT coalesce(sum(cardinality(created_ids)), 0)::int AS made, 0 AS restored,
       coalesce(sum(cardinality(created_ids)), 0)::int AS removed
FROM import_chunks WHERE business_id = $1 AND import_id = $2
"""

_OLD = """id uuid, name text, email text, locale text, value float8, renewal_on date,
  first_seen_at timestamptz, tags text[], owner_id uuid, segment text, attributes jsonb,
  updated_at timestamptz"""
_FIELDS = ("name", "email", "locale", "value", "renewal_on", "first_seen_at", "tags", "owner_id",
           "segment")  # fmt: skip
_BACK = ", ".join(
    f"{field} = CASE WHEN c.{field} IS NOT DISTINCT FROM n.{field} THEN o.{field} "
    f"ELSE c.{field} END"
    for field in _FIELDS
)
_RESTORE = f"""
UPDATE customers c
SET {_BACK}, attributes = (c.attributes - a.written) || a.former,
    updated_at = CASE WHEN c.updated_at <= k.created_at THEN o.updated_at ELSE $3 END
FROM import_chunks k,
     jsonb_array_elements(k.before) AS e,
     jsonb_to_record(e) AS o({_OLD}),
     jsonb_to_record(coalesce(e -> 'new', e)) AS n({_OLD}),
     LATERAL (
       SELECT coalesce(array_agg(key), '{{}}') AS written,
              coalesce(jsonb_object_agg(key, o.attributes -> key)
                         FILTER (WHERE o.attributes ? key), '{{}}') AS former
       FROM (SELECT jsonb_object_keys(o.attributes || n.attributes) AS key) keys
       WHERE o.attributes -> key IS DISTINCT FROM n.attributes -> key
         AND EXISTS (SELECT FROM customers now WHERE now.business_id = $1 AND now.id = o.id
                     AND now.attributes -> key IS NOT DISTINCT FROM n.attributes -> key)
     ) a
WHERE k.business_id = $1 AND k.id = $2 AND c.business_id = $1 AND c.id = o.id
"""
_REMOVE_CUSTOMERS = f"""
DELETE FROM customers c USING import_chunks k
WHERE k.business_id = $1 AND k.id = $2 AND c.business_id = $1 AND c.id = ANY(k.created_ids)
  AND {UNTOUCHED}
RETURNING c.id
"""
_REMOVE_EVENTS = """
DELETE FROM events e USING import_chunks k
WHERE k.business_id = $1 AND k.id = $2 AND e.business_id = $1 AND e.id = ANY(k.created_ids)
RETURNING e.customer_id
"""
_LAST_EVENT = """
UPDATE customers c
SET last_event_at = (SELECT max(e.occurred_at) FROM events e
                     WHERE e.business_id = $1 AND e.customer_id = c.id), updated_at = $3
WHERE c.business_id = $1 AND c.id = ANY($2::uuid[])
"""
_AFFECTED = """
SELECT unnest(created_ids) AS id FROM import_chunks WHERE business_id = $1 AND import_id = $2
UNION SELECT (o ->> 'id')::uuid FROM import_chunks, jsonb_array_elements(before) AS o
WHERE business_id = $1 AND import_id = $2"""
_AFFECTED_BY_EVENTS = """
SELECT DISTINCT e.customer_id AS id
FROM import_chunks k CROSS JOIN unnest(k.created_ids) AS made (id)
JOIN events e ON e.business_id = k.business_id AND e.id = made.id
WHERE k.business_id = $1 AND k.import_id = $2"""


async def undo_counts(unit: Unit, import_id: UUID, kind: str) -> Any:
    """The counts made, removed and restored: what an undo of the import would do."""
    statement = _COUNT_EVENTS if kind == "events" else _COUNT_CUSTOMERS
    return await unit.fetchrow(statement, unit.business_id, import_id)


async def restore_customers(unit: Unit, chunk_id: UUID) -> list[UUID]:
    """Restore what a chunk changed, then remove the customers it created; returns their ids.

    Raw SQL because each field's old and new value are in one JSON array, for all rows at once.
    """
    await unit.execute(_RESTORE, unit.business_id, chunk_id, clock.now())
    return [row["id"] for row in await unit.fetch(_REMOVE_CUSTOMERS, unit.business_id, chunk_id)]


async def remove_events(unit: Unit, chunk_id: UUID) -> None:
    """Delete a chunk's events; their customers' last event becomes the newest that is left.

    Raw SQL because the ids stay in the database, and each customer gets a different date.
    """
    rows = await unit.fetch(_REMOVE_EVENTS, unit.business_id, chunk_id)
    customers = list({row["customer_id"] for row in rows})
    await unit.execute(_LAST_EVENT, unit.business_id, customers, clock.now())


async def affected_customers(unit: Unit, import_id: UUID, kind: str, most: int) -> list[UUID]:
    """Up to `most` customers that the chunks of an import have created or changed.

    Raw SQL because their ids are in arrays and JSON.
    """
    statement = _AFFECTED_BY_EVENTS if kind == "events" else _AFFECTED
    rows = await unit.fetch(f"{statement} LIMIT {most}", unit.business_id, import_id)
    return [row["id"] for row in rows]


async def insert_rejects(unit: Unit, import_id: UUID, rejected: Sequence[Rejected]) -> None:
    """Insert rejected rows. Raw SQL because there may be a million: they are pipelined."""
    await unit.executemany(
        "INSERT INTO import_rejects (business_id, import_id, line, reason, cells) "
        "VALUES ($1, $2, $3, $4, $5)",
        [(unit.business_id, import_id, row.line, row.reason, row.cells) for row in rejected],
    )


async def attribute_keys(unit: Unit, where: str, values: Sequence[Any], most: int) -> list[str]:
    """The keys of the attributes of the customers `c` for whom `where` holds."""
    what = "DISTINCT jsonb_object_keys(c.attributes) AS key"
    rows = await select_customers(unit, what, where, values, f"ORDER BY key LIMIT {most}")
    return [row["key"] for row in rows]


async def ids_in_order(
    unit: Unit, where: str, values: Sequence[Any], sort: str, *, descending: bool
) -> list[UUID]:
    """The ids of the customers `c` for whom `where` holds, in the order of the list on screen.

    sort: the column of an order. Customers without a value in that column come last, by id.
    """
    way = "DESC" if descending else "ASC"
    rest = (
        f"ORDER BY c.{sort} IS NULL, c.{sort} {way}, "
        f"CASE WHEN c.{sort} IS NOT NULL THEN c.id END {way}, c.id"
    )
    rows = await select_customers(unit, "c.id", where, values, rest)
    return [row["id"] for row in rows]


async def customers_of_ids(unit: Unit, columns: str, ids: Sequence[UUID]) -> list[Any]:
    """The rows of these customers `c`, in any order; columns: SQL."""
    what = f"c.id, c.attributes, {columns}"
    where = "c.business_id = $1 AND c.id = ANY($2::uuid[])"
    return await select_customers(unit, what, where, [unit.business_id, list(ids)])
