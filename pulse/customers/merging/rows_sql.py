"""Move all rows of a customer to another customer, and back.

Raw SQL: whole rows are handled as JSON, whatever columns they have. Piccolo names each column, and
a merge must not lose columns or tables that are added later. The tables are read from the
catalogue, so a new table with a customer_id is moved too. A row that conflicts with one of the
other customer (a snapshot of the same day) is stored as JSON.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.customers.merging import merge_store
from pulse.customers.merging.profile import COLUMNS
from pulse.db.transaction import Unit

DERIVED = (
    *("customer_scores", "customer_words", "scores_due", "customer_clusters", "churn_opinions"),
    "customer_trait_times",
)
"""Tables that are recomputed from others, or merged separately."""

_TABLES = """
SELECT c.relname::text AS name,
  (SELECT array_agg(a.attname::text) FROM pg_index i
   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
   WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('columns',
     (SELECT jsonb_agg(a.attname) FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum = ANY(i.indkey)),
     'where', coalesce(pg_get_expr(i.indpred, c.oid), 'true'))), '[]')
   FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indexprs IS NULL) AS uniques
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND 2 = (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
           AND a.attname IN ('business_id', 'customer_id'))
  AND c.relname <> ALL($1::text[])
ORDER BY 1
"""


class Moved(msgspec.Struct):
    """By table: the keys of the moved rows, and the rows that conflicted.

    cards: which open cards were closed, and their former status.
    """

    keys: dict[str, list[dict[str, Any]]] = {}
    dropped: dict[str, list[dict[str, Any]]] = {}
    cards: list[dict[str, Any]] = []


async def move(unit: Unit, goes: UUID, stays: UUID) -> Moved:
    """Move all rows of one customer to the other, inside the unit of work."""
    moved = Moved(cards=await merge_store.close_cards(unit, goes, stays))
    for table in await unit.fetch(_TABLES, list(DERIVED)):
        name, key = table["name"], [c for c in table["key"] if c not in _OWNERS]
        places = (unit.business_id, goes, stays)
        if conflict := _conflict(name, table["uniques"], key):
            statement = _gathered(
                f'DELETE FROM "{name}" t WHERE t.business_id = $1 AND t.customer_id = $2 '
                f"AND $3::uuid IS NOT NULL AND ({conflict}) RETURNING to_jsonb(t) AS r"
            )
            if dropped := await unit.fetchval(statement, *places):
                moved.dropped[name] = dropped
        pairs = ", ".join(f"'{column}', t.\"{column}\"" for column in key)
        statement = _gathered(
            f'UPDATE "{name}" t SET customer_id = $3 WHERE t.business_id = $1 '
            f"AND t.customer_id = $2 RETURNING jsonb_build_object({pairs}) AS r"
        )
        if keys := await unit.fetchval(statement, *places):
            moved.keys[name] = keys
    return moved


async def move_back(unit: Unit, moved: Moved, goes_back: UUID, stays: UUID) -> None:
    """Move back the rows that a merge took; rows added later stay."""
    for name, keys in moved.keys.items():
        same = " AND ".join(f't."{column}" = k."{column}"' for column in keys[0]) or "true"
        await unit.execute(
            f'UPDATE "{name}" t SET customer_id = $3 '
            f'FROM jsonb_populate_recordset(NULL::"{name}", $4::jsonb) k '
            f"WHERE t.business_id = $1 AND t.customer_id = $2 AND {same}",
            *(unit.business_id, stays, goes_back, keys),
        )
    for name, rows in moved.dropped.items():
        await unit.execute(
            f'INSERT INTO "{name}" SELECT * FROM '
            f'jsonb_populate_recordset(NULL::"{name}", $1::jsonb) ON CONFLICT DO NOTHING',
            rows,
        )
    await merge_store.reopen_cards(unit, moved.cards)


async def insert_again(unit: Unit, row: dict[str, Any]) -> None:
    """Insert a removed customer again with its former values."""
    await unit.execute(
        "INSERT INTO customers SELECT * FROM jsonb_populate_record(NULL::customers, $1::jsonb)", row
    )


async def write_columns(unit: Unit, customer: UUID, columns: dict[str, Any]) -> None:
    """Set these columns of a customer, given as JSON values."""
    if not columns:
        return
    pairs = ", ".join(f"{name} = k.{name}" for name in COLUMNS if name in columns)
    await unit.execute(
        f"UPDATE customers c SET {pairs}, updated_at = $4 "
        "FROM jsonb_populate_record(NULL::customers, $3::jsonb) k "
        "WHERE c.business_id = $1 AND c.id = $2",
        unit.business_id,
        customer,
        columns,
        clock.now(),
    )


_OWNERS = ("business_id", "customer_id")


def _gathered(statement: str) -> str:
    return f"WITH done AS ({statement}) SELECT coalesce(jsonb_agg(r), '[]') FROM done"


def _conflict(name: str, uniques: list[dict[str, Any]], key: list[str]) -> str:
    """The condition under which a row of `t` conflicts with one of the other customer ($3)."""
    found = []
    for unique in uniques:
        if "customer_id" not in unique["columns"]:
            continue
        columns = [column for column in unique["columns"] if column not in _OWNERS]
        same = " AND ".join(f'b."{c}" = a."{c}"' for c in columns) or "true"
        mine = " AND ".join(f't."{c}" = a."{c}"' for c in key) or "true"
        rows = f'SELECT * FROM "{name}" WHERE business_id = $1 AND ({unique["where"]})'
        found.append(
            f"EXISTS (SELECT FROM ({rows} AND customer_id = $2) a "
            f"JOIN ({rows} AND customer_id = $3) b ON {same} WHERE {mine})"
        )
    return " OR ".join(found)
