"""SQL for one chunk of an import: from its staged rows to the tables, and what changed.

Raw SQL because a chunk's rows are copied into a temporary table and processed there in one
statement each; no row passes through Python.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pulse import clock
from pulse.db.transaction import Unit

_EMPTY = {"name": "''", "email": "''", "locale": "''", "tags": "'{}'::text[]", "segment": "''"}
"""The value of fields that cannot be null, when nothing is known."""
_INSERT_CUSTOMERS = """
INSERT INTO customers (id, business_id, external_id, name, email, locale, value, yearly_value,
                       renewal_on, first_seen_at, tags, owner_id, segment, attributes, created_at,
                       updated_at)
SELECT s.id, $1, s.external_id, coalesce(s.name, ''), coalesce(s.email, ''), coalesce(s.locale, ''),
       s.value, s.value, s.renewal_on, s.first_seen_at,
       coalesce(string_to_array(s.tags, ','), '{}'), s.owner_id, coalesce(s.segment, ''),
       s.attributes, $2, $2
FROM staged_customers s"""
_NEW_CUSTOMERS = f"""{_INSERT_CUSTOMERS}
ON CONFLICT (business_id, external_id) DO NOTHING RETURNING id::text AS id"""
_MISSING_CUSTOMERS = """
INSERT INTO customers (business_id, external_id, first_seen_at, created_at, updated_at)
SELECT $1, s.external_id, min(s.occurred_at), $2, $2 FROM staged_events s GROUP BY s.external_id
ON CONFLICT (business_id, external_id) DO NOTHING
RETURNING id
"""
_INSERT_EVENTS = """
INSERT INTO events (business_id, customer_id, kind, occurred_at, amount, properties, message_id)
SELECT $1, c.id, s.kind, s.occurred_at, s.amount, s.properties, s.message_id
FROM staged_events s JOIN customers c USING (external_id)
WHERE c.business_id = $1
ON CONFLICT (business_id, message_id) DO NOTHING
RETURNING id::text AS id
"""
_SIGNS_OF_LIFE = """
UPDATE customers c
SET last_event_at = greatest(c.last_event_at, s.last),
    first_seen_at = least(c.first_seen_at, s.first), updated_at = $2
FROM (SELECT external_id, max(occurred_at) AS last, min(occurred_at) AS first
      FROM staged_events GROUP BY external_id) s
WHERE c.business_id = $1 AND c.external_id = s.external_id
  AND (c.last_event_at IS NULL OR c.last_event_at < s.last
       OR c.first_seen_at IS NULL OR c.first_seen_at > s.first)
"""
FIELDS = ("name", "email", "locale", "value", "renewal_on", "first_seen_at", "tags", "owner_id",
          "segment", "attributes")  # fmt: skip
"""The customer fields that an import may change."""


def _update(cleared: frozenset[str], keys_cleared: bool) -> str:
    """The statement that updates known customers; $3: the attribute keys of the list.

    cleared: fields whose blank cells delete the value; other fields keep it.
    """
    wanted = [_wanted(field, cleared) for field in FIELDS if field != "attributes"]
    kept = "c.attributes - $3::text[]" if keys_cleared else "c.attributes"
    record = {
        name: ", ".join(f"'{field}', {name}.{field}" for field in FIELDS) for name in ("old", "w")
    }
    return f"""
WITH wanted AS (
  SELECT c.id, {", ".join(wanted)}, ({kept}) || s.attributes AS attributes
  FROM staged_customers s JOIN customers c USING (external_id)
  WHERE c.business_id = $1 AND NOT (c.id = ANY($2::uuid[])) AND $3::text[] IS NOT NULL
), changed AS (
  UPDATE customers c
  SET {", ".join(f"{field} = w.{field}" for field in FIELDS)}, updated_at = $4
  FROM wanted w
  WHERE c.business_id = $1 AND c.id = w.id
    AND ({", ".join(f"c.{field}" for field in FIELDS)})
        IS DISTINCT FROM ({", ".join(f"w.{field}" for field in FIELDS)})
  RETURNING jsonb_build_object('id', c.id, 'updated_at', old.updated_at, {record["old"]},
    'new', jsonb_build_object({record["w"]})) AS before
)
SELECT coalesce(jsonb_agg(before), '[]')::text AS before, count(*) AS changed FROM changed
"""


def _wanted(field: str, cleared: frozenset[str]) -> str:
    staged = "string_to_array(s.tags, ',')" if field == "tags" else f"s.{field}"
    otherwise = _EMPTY.get(field, "NULL") if field in cleared else f"c.{field}"
    return f"coalesce({staged}, {otherwise}) AS {field}"


class Written(NamedTuple):
    """What one chunk changed."""

    new: int
    changed: int
    same: int
    created_ids: list[str]
    before: str


async def insert_customers(unit: Unit, *, some_known: bool) -> list[str]:
    """Insert the staged customers; returns the ids of the inserted ones.

    some_known: some may already exist and are skipped. Without it the result is empty (all were
    inserted), and UniqueViolationError is raised if one exists.
    """
    sql = _NEW_CUSTOMERS if some_known else _INSERT_CUSTOMERS
    return [row["id"] for row in await unit.fetch(sql, unit.business_id, clock.now())]


async def update_customers(
    unit: Unit, created: Sequence[str], keys: Sequence[str], cleared: frozenset[str] | None
) -> tuple[str, int]:
    """Update the staged customers except the created ones; returns old and new values as JSON.

    keys: attribute keys of the list. cleared: fields whose blank cells delete the value.
    """
    statement = _update(cleared or frozenset(), cleared is not None)
    found = await unit.fetchrow(statement, unit.business_id, created, keys, clock.now())
    return found["before"], found["changed"]


async def insert_events(unit: Unit) -> list[str]:
    """Insert the staged events that do not exist yet, and unknown customers; returns event ids."""
    now = clock.now()
    await unit.execute(_MISSING_CUSTOMERS, unit.business_id, now)
    created = [row["id"] for row in await unit.fetch(_INSERT_EVENTS, unit.business_id)]
    await unit.execute(_SIGNS_OF_LIFE, unit.business_id, now)
    return created
