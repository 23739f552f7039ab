"""Two businesses with the same kinds of data; texts and ids of one must never leak.

Every text of the business under attack begins with PLANTED, which no attacker sends, and every
tenant table has a second row whose id no attacker sends: either in an answer is a leak.
"""

import re
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from pulse import workflows
from pulse.auth.encryption import seal
from pulse.auth.scope import Scope
from pulse.customers import events
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.testing.database import make_business
from tests.fixtures.orders import CATALOGUE, order

PLANTED = "planted-harbor"
OF_PERSON = "planted-harbor-person"
"""Beginning of every text about the one customer hidden from others of the business."""

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname = 'business_id'
  AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull AS required,
  pg_get_expr(d.adbin, d.adrelid) AS given,
  (SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k
   WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND a.attnum = ANY (k.conkey)) AS checks,
  (SELECT k.confrelid::regclass::text FROM pg_constraint k
   WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)
     AND a.attname <> 'business_id' LIMIT 1) AS points_to
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = ''
"""
SCORED = {"scorecards", "metrics", "identity_snapshots", "customer_scores", "scores_due"}
"""Tables filled by scoring."""
UNLIKE_TENANTS = {"directory_entries"}
"""The index from secrets' hashes to businesses: it is only queried with whole keys."""
FILLERS = {
    "boolean": "false",
    "date": "current_date",
    "timestamp with time zone": "now() + interval '3 days'",
    "tsvector": "''::tsvector",
    "bytea": "''::bytea",
    "jsonb": "'{}'",
}


class World(msgspec.Struct):
    """The business under attack, that of the attackers, and ids of the first by table."""

    harbor: Scope
    ferry: Scope
    owner: asyncpg.Connection
    ids: dict[str, list[UUID]]
    person: UUID

    def baits(self, name: str) -> list[str]:
        """Return ids of the harbor that fit a parameter of this name: `card_id`, `import_id`."""
        stem = re.sub(r"(_id|Id)$", "", name)
        ends = (stem, f"{stem}s", f"{stem.removesuffix('y')}ies")  # staff_id refers to staff
        return [
            str(ids[0])
            for table, ids in self.ids.items()
            if table.endswith(tuple(f"_{end}" for end in ends)) or table in ends
        ]

    @property
    def silent(self) -> list[str]:
        """Return ids that no attacker sends."""
        return [str(one) for ids in self.ids.values() for one in ids[1:]]

    async def fingerprint(self, *, of_person: bool = False) -> dict[str, str]:
        """Return one hash per table of the harbor's rows, or of those about the person."""
        parts = []
        for table in [*await _names(self.owner), "businesses"]:
            column = "id" if table == "businesses" else "business_id"
            where = f"{column} = '{self.harbor.business_id}'"
            if of_person:
                person = "id" if table == "customers" else "customer_id"
                known = await self.owner.fetchval(HAS_COLUMN, table, person)
                if not known or table == "businesses":
                    continue
                where += f" AND {person} = '{self.person}'"
            parts.append(
                f"SELECT '{table}' AS name, coalesce(md5(string_agg(md5(t::text), '' "
                f"ORDER BY md5(t::text))), '') AS hash FROM {table} t WHERE {where}"
            )
        return {
            row["name"]: row["hash"] for row in await self.owner.fetch(" UNION ALL ".join(parts))
        }

    async def taken_over(self) -> list[str]:
        """Return tables in which a row of the ferry contains a text of the harbor."""
        found = []
        for table in await _names(self.owner):
            holds = f"SELECT true FROM {table} t WHERE business_id = $1 AND t::text LIKE $2 LIMIT 1"
            if await self.owner.fetchval(holds, self.ferry.business_id, f"%{PLANTED}%"):
                found.append(table)
        return found


HAS_COLUMN = """
SELECT true FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attname = $2 AND NOT attisdropped
"""


async def build(database: dict[str, Any]) -> World:
    """Create both businesses with scores; every tenant table of the harbor gets two rows."""
    harbor = await make_business("harbor", f"{PLANTED} business")
    ferry = await make_business("ferry", "Ferry")
    for scope in (harbor, ferry):
        async with tenant(scope) as unit:
            await scorecard_store.save_catalogue(unit, CATALOGUE)
            people = [order(f"{name}-{n}", 7 * n) for name in ("p", "q", "r") for n in range(9)]
            await events.append(unit, people)
        await workflows.rescore(scope)
    owner = await asyncpg.connect(**database)
    await owner.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
    person = await owner.fetchval(
        "SELECT id FROM customers WHERE business_id = $1 AND external_id = 'p-1'",
        harbor.business_id,
    )
    made = World(harbor, ferry, owner, {}, person)
    await _plant(made)
    return made


async def _names(owner: asyncpg.Connection) -> list[str]:
    names = [str(row[0]) for row in await owner.fetch(TABLES)]
    return [name for name in names if name not in UNLIKE_TENANTS]


async def _plant(made: World) -> None:
    names = await _names(made.owner)
    for text in ("name", "email"):
        await made.owner.execute(
            f"UPDATE customers SET {text} = CASE WHEN id = $2 THEN $4 ELSE $3 END "
            "|| external_id WHERE business_id = $1",
            made.harbor.business_id,
            made.person,
            f"{PLANTED}-",
            f"{OF_PERSON}-",
        )
    for table in names:
        if table not in SCORED | {"customers"}:
            for number in range(2):
                await _add(made, table, number)
    for table in names:
        if await made.owner.fetchval(HAS_COLUMN, table, "id"):
            rows = await made.owner.fetch(
                f"SELECT id FROM {table} WHERE business_id = $1 ORDER BY id",
                made.harbor.business_id,
            )
            if rows:
                made.ids[table] = [row["id"] for row in rows]
    made.ids["customers"].sort(key=lambda one: one != made.person)


async def _add(made: World, table: str, number: int) -> None:
    """Insert one row about the person, with a marked text in every text column."""
    columns = await made.owner.fetch(COLUMNS, table)
    about_person = any(column["name"] == "customer_id" for column in columns)
    text = f"'{OF_PERSON if about_person else PLANTED}-{table}-{number}'"
    values = {"business_id": f"'{made.harbor.business_id}'"}
    for column in columns:
        if (value := _value(made, column, text)) is not None:
            values.setdefault(column["name"], value)
    if about_person:
        values["customer_id"] = f"'{made.person}'"
    await made.owner.execute(
        f"INSERT INTO {table} ({', '.join(values)}) "
        f"VALUES ({', '.join(values.values())}) ON CONFLICT DO NOTHING"
    )


def _value(made: World, column: asyncpg.Record, text: str) -> str | None:
    """Return an SQL expression for the column, or None where its default is sufficient."""
    kind, allowed = column["type"], re.search(r"'(\w+)'::text", column["checks"] or "")
    if column["name"].endswith("_sealed"):
        return f"'{seal(text.strip(chr(39)))}'"
    if kind == "text" and not (allowed and "ANY" in column["checks"]):
        return text if column["given"] in (None, "''::text") else None
    if not column["required"] or column["given"] is not None:
        return None
    if kind == "uuid":
        known = made.ids.get(column["points_to"] or "")
        return f"'{known[0]}'" if known else "uuidv7()"
    if allowed:
        return f"'{allowed[1]}'"
    return FILLERS.get(kind, "'{}'" if kind.endswith("[]") else "0")
