"""Moving everything that hangs on a customer to another customer, and moving it back.

The tables are found in the catalogue, so that a new table with a customer_id moves too. A row that
has no place beside one of the other customer (the snapshot of the same day) is kept as JSON.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse.db.transaction import Unit

DERIVED = (
    *("customer_scores", "customer_words", "scores_due", "customer_clusters", "churn_opinions"),
    "customer_trait_times",
)
"""Made anew from the rest, or merged by themselves."""

CLOSED_BECAUSE = "Joined with the open card of the other customer."

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
_CLOSE_CARDS = """
UPDATE conversation_cards k SET status = 'dismissed', dismissed_reason = $4,
  revision = k.revision + 1, updated_at = now()
WHERE k.business_id = $1 AND k.customer_id = $2 AND k.status IN ('pending', 'snoozed')
  AND EXISTS (SELECT FROM conversation_cards o WHERE o.business_id = $1 AND o.customer_id = $3
              AND o.status IN ('pending', 'snoozed'))
RETURNING k.id::text AS id, old.status
"""
_REOPEN_CARDS = """
UPDATE conversation_cards k SET status = c.status, dismissed_reason = '',
  revision = k.revision + 1, updated_at = now()
FROM jsonb_to_recordset($2::jsonb) AS c (id uuid, status text)
WHERE k.business_id = $1 AND k.id = c.id AND k.status = 'dismissed' AND k.dismissed_reason = $3
"""


class Moved(msgspec.Struct):
    """By table: the keys of the rows that went over, and the rows that had no place.

    cards: which open cards were closed, and what they were before.
    """

    keys: dict[str, list[dict[str, Any]]] = {}
    dropped: dict[str, list[dict[str, Any]]] = {}
    cards: list[dict[str, Any]] = []


async def move(unit: Unit, goes: UUID, stays: UUID) -> Moved:
    """Move all rows of one customer to the other, inside the unit of work."""
    closed = await unit.fetch(_CLOSE_CARDS, unit.business_id, goes, stays, CLOSED_BECAUSE)
    moved = Moved(cards=[dict(row.items()) for row in closed])
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
    """Give a customer back the rows that a merge took; rows of later days stay."""
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
    await unit.execute(_REOPEN_CARDS, unit.business_id, moved.cards, CLOSED_BECAUSE)


_OWNERS = ("business_id", "customer_id")


def _gathered(statement: str) -> str:
    return f"WITH done AS ({statement}) SELECT coalesce(jsonb_agg(r), '[]') FROM done"


def _conflict(name: str, uniques: list[dict[str, Any]], key: list[str]) -> str:
    """The condition under which a row of `t` has no place at the other customer ($3)."""
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
