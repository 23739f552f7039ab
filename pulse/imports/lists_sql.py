"""Aggregates over an import's chunks and over all attributes, which Piccolo cannot express."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pulse.db.transaction import Unit

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


async def undo_counts(unit: Unit, import_id: UUID, kind: str) -> Any:
    """made, removed and restored: what an undo of the import would do."""
    statement = _COUNT_EVENTS if kind == "events" else _COUNT_CUSTOMERS
    return await unit.fetchrow(statement, unit.business_id, import_id)


async def attribute_keys(unit: Unit, where: str, values: Sequence[Any], most: int) -> list[str]:
    """The keys of the attributes of the customers `c` for whom `where` holds."""
    rows = await unit.fetch(
        "SELECT DISTINCT jsonb_object_keys(c.attributes) AS key "
        f"FROM scored_customers c WHERE {where} ORDER BY key LIMIT {most}",
        *values,
    )
    return [row["key"] for row in rows]


async def customers_after(
    unit: Unit, columns: str, where: str, values: Sequence[Any], last: UUID, size: int
) -> list[Any]:
    """A page of the customers `c` for whom `where` holds, by id."""
    found: list[Any] = await unit.fetch(
        f"SELECT c.id, c.attributes, {columns} FROM scored_customers c WHERE {where} "
        f"AND c.id > ${len(values) + 1} ORDER BY c.id LIMIT {size}",
        *values,
        last,
    )
    return found
