"""Copy all rows of one business, table by table, between databases, with COPY.

Everything runs as `pulse_tenant` under row-level security: rows of other businesses are neither
read nor written. Rows are written in the order of the primary key, with UTC and ISO dates, so that
equal rows give equal bytes.

Raw SQL: tables and columns are read from the catalogue, and whole tables are copied.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import msgspec

from pulse.db import copy
from pulse.db.copy import Sink
from pulse.db.transaction import Unit

KEPT_BY_TRIGGERS = ("customer_words", "directory_entries")
OF_ONE_INSTALLATION = ("staff_sessions",)
SEALED = "_sealed"  # suffix of columns sealed with PULSE_SECRET
LONGEST = 3600.0  # seconds for one table


class TenantTable(msgspec.Struct, frozen=True):
    """A table with rows of a business; `own` is the column with the business."""

    name: str
    columns: list[str]
    key: list[str]
    own: str = "business_id"

    @property
    def sealed(self) -> list[str]:
        """Columns whose text can only be decrypted with PULSE_SECRET."""
        return [column for column in self.columns if column.endswith(SEALED)]

    @property
    def plain(self) -> list[str]:
        """The other columns, which are included in the checksum."""
        return [column for column in self.columns if not column.endswith(SEALED)]


_TABLES = """
SELECT c.relname AS name,
  (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  ) AS columns,
  (SELECT array_agg(a.attname::text ORDER BY k.place)
   FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(number, place)
   JOIN pg_attribute a ON a.attnum = k.number
   WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid) AS key,
  (SELECT coalesce(array_agg(DISTINCT f.confrelid::regclass::text), '{}') FROM pg_constraint f
   WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS needs
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND (c.relname = 'businesses' OR EXISTS (SELECT FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname = 'business_id' AND NOT a.attisdropped))
ORDER BY c.relname
"""


async def tables(unit: Unit) -> list[TenantTable]:
    """The tables of a business; each after the tables it references."""
    left_out = (*KEPT_BY_TRIGGERS, *OF_ONE_INSTALLATION)
    found = {row["name"]: row for row in await unit.fetch(_TABLES) if row["name"] not in left_out}
    order = TopologicalSorter({name: set(row["needs"]) & set(found) for name, row in found.items()})
    return [
        TenantTable(
            name=name,
            columns=list(found[name]["columns"]),
            key=list(found[name]["key"]),
            own="id" if name == "businesses" else "business_id",
        )
        for name in order.static_order()
    ]


async def fix_formats(unit: Unit) -> None:
    """Fix the session's formats, so that values are always written the same way."""
    await unit.set_local(
        TimeZone="UTC", DateStyle="ISO, YMD", IntervalStyle="postgres", bytea_output="hex"
    )


async def copy_out(unit: Unit, table: TenantTable, columns: Sequence[str], sink: Sink) -> int:
    """Write the rows of the business as COPY text to `sink`; returns how many."""
    query = (
        f"SELECT {_names(columns)} FROM {table.name} WHERE {table.own} = $1 "
        f"ORDER BY {_names(table.key)}"
    )
    return await copy.copy_out(unit, query, sink)


async def checksum(unit: Unit, table: TenantTable) -> tuple[int, str]:
    """(number of rows, SHA-256 of them without the sealed columns)."""
    digest = hashlib.sha256()

    async def add(data: bytes) -> None:
        digest.update(data)

    return await copy_out(unit, table, table.plain, add), digest.hexdigest()


async def copy_into(unit: Unit, table: TenantTable, columns: Sequence[str], source: Any) -> int:
    """Insert rows given as COPY text (a file or an asynchronous iterable); returns how many."""
    return await copy.add_copied(unit, table.name, columns, table.key, source)


async def reseal(unit: Unit, table: TenantTable, anew: Callable[[str], str]) -> None:
    """Replace the values of the sealed columns by `anew(value)`."""
    keys = " AND ".join(f'"{column}" = ${n}' for n, column in enumerate(table.key, start=2))
    for column in table.sealed:
        rows = await unit.fetch(
            f"SELECT {_names([*table.key, column])} FROM {table.name} "
            f"WHERE {table.own} = $1 AND {column} IS NOT NULL",
            unit.business_id,
        )
        await unit.executemany(
            f"UPDATE {table.name} SET {column} = $1 WHERE {keys}",
            [(anew(row[column]), *(row[key] for key in table.key)) for row in rows],
        )


def shape(found: Sequence[TenantTable]) -> Mapping[str, list[str]]:
    """The columns of each table, which must be equal on both sides."""
    return {table.name: table.columns for table in found}


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
