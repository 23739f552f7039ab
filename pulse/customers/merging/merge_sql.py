"""What a merge reads and writes: whole rows as JSON, whatever columns they have.

Piccolo names each column; a merge must not lose those that are added later.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.customers.merging.profile import COLUMNS
from pulse.db.transaction import Unit

_RECORD = "id, created_at, external_id, name, merged_by, undone_at"


async def lock(unit: Unit, customers: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The rows of these customers, locked in one order."""
    rows = await unit.fetch(
        "SELECT c.id, to_jsonb(c) AS row FROM customers c "
        "WHERE c.business_id = $1 AND c.id = ANY($2::uuid[]) ORDER BY c.id FOR UPDATE",
        unit.business_id,
        list(customers),
    )
    return {row["id"]: row["row"] for row in rows}


async def join_times(unit: Unit, goes: UUID, stays: UUID) -> dict[str, float]:
    """Take over when traits were said; what the one who goes had."""
    times: dict[str, float] | None = await unit.fetchval(
        "SELECT times FROM customer_trait_times WHERE business_id = $1 AND customer_id = $2",
        unit.business_id,
        goes,
    )
    await unit.execute(
        "INSERT INTO customer_trait_times AS t (business_id, customer_id, times) "
        "VALUES ($1, $2, $3) ON CONFLICT (business_id, customer_id) "
        "DO UPDATE SET times = excluded.times || t.times",
        unit.business_id,
        stays,
        times or {},
    )
    return times or {}


async def remove(unit: Unit, customer: UUID) -> None:
    """Delete the customer whose rows have moved."""
    await unit.execute(
        "DELETE FROM customers WHERE business_id = $1 AND id = $2", unit.business_id, customer
    )


async def put_back(unit: Unit, row: dict[str, Any], times: dict[str, float]) -> None:
    """Insert a removed customer again, as it was."""
    await unit.execute(
        "INSERT INTO customers SELECT * FROM jsonb_populate_record(NULL::customers, $1::jsonb)", row
    )
    await unit.execute(
        "INSERT INTO customer_trait_times (business_id, customer_id, times) VALUES ($1, $2, $3)",
        unit.business_id,
        UUID(row["id"]),
        times,
    )


async def write_columns(unit: Unit, customer: UUID, columns: dict[str, Any]) -> None:
    """Set these columns of a customer; the values are as JSON has them."""
    if not columns:
        return
    pairs = ", ".join(f"{name} = k.{name}" for name in COLUMNS if name in columns)
    await unit.execute(
        f"UPDATE customers c SET {pairs}, updated_at = now() "
        "FROM jsonb_populate_record(NULL::customers, $3::jsonb) k "
        "WHERE c.business_id = $1 AND c.id = $2",
        unit.business_id,
        customer,
        columns,
    )


async def add_alias(unit: Unit, external_id: str, customer: UUID) -> None:
    """From now on this id means the customer."""
    await unit.execute(
        "INSERT INTO customer_aliases (business_id, external_id, customer_id) VALUES ($1, $2, $3) "
        "ON CONFLICT (business_id, external_id) DO UPDATE SET customer_id = excluded.customer_id",
        unit.business_id,
        external_id,
        customer,
    )


async def drop_alias(unit: Unit, external_id: str) -> None:
    """This id no longer means another customer."""
    await unit.execute(
        "DELETE FROM customer_aliases WHERE business_id = $1 AND external_id = $2",
        unit.business_id,
        external_id,
    )


async def is_taken(unit: Unit, external_id: str) -> bool:
    """Whether a customer has this id."""
    found: bool = await unit.fetchval(
        "SELECT EXISTS (SELECT FROM customers WHERE business_id = $1 AND external_id = $2)",
        unit.business_id,
        external_id,
    )
    return found


async def record(unit: Unit, customer: UUID, **columns: Any) -> dict[str, Any]:
    """Write a merge down."""
    names = ", ".join(columns)
    places = ", ".join(f"${number}" for number in range(4, 4 + len(columns)))
    row = await unit.fetchrow(
        f"INSERT INTO customer_merges (business_id, customer_id, created_at, {names}) "
        f"VALUES ($1, $2, $3, {places}) RETURNING {_RECORD}",
        *(unit.business_id, customer, clock.now()),
        *columns.values(),
    )
    return dict(row.items())


async def records(unit: Unit, customer: UUID) -> list[dict[str, Any]]:
    """The merges of a customer, the newest first."""
    rows = await unit.fetch(
        f"SELECT {_RECORD} FROM customer_merges WHERE business_id = $1 AND customer_id = $2 "
        "ORDER BY created_at DESC",
        unit.business_id,
        customer,
    )
    return [dict(row.items()) for row in rows]


async def lock_record(unit: Unit, customer: UUID, merge_id: UUID) -> dict[str, Any] | None:
    """A merge with all that its undo needs."""
    row = await unit.fetchrow(
        f"SELECT {_RECORD}, merged, former, moved FROM customer_merges "
        "WHERE business_id = $1 AND customer_id = $2 AND id = $3 FOR UPDATE",
        *(unit.business_id, customer, merge_id),
    )
    return None if row is None else dict(row.items())


async def mark_undone(unit: Unit, merge_id: UUID, at: datetime) -> None:
    """The merge no longer holds; what its undo needed is forgotten."""
    await unit.execute(
        "UPDATE customer_merges SET undone_at = $3, merged = '{}', former = '{}', moved = '{}', "
        "updated_at = now() WHERE business_id = $1 AND id = $2",
        *(unit.business_id, merge_id, at),
    )
