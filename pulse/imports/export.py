"""What a filter shows, as a file: CSV for spreadsheets, Parquet with its types for programs."""

import io
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.customers.filters import CustomerFilter, conditions
from pulse.db.transaction import tenant
from pulse.imports.history import csv_line

CSV_STEP, PARQUET_STEP = 2_000, 20_000  # rows read at a time

SCHEMA: dict[str, Any] = {
    "external_id": pl.String,
    "name": pl.String,
    "email": pl.String,
    "segment": pl.String,
    "tags": pl.List(pl.String),
    "value": pl.Float64,
    "renewal_on": pl.Date,
    "identity_strength": pl.Float64,
    "band": pl.String,
    "coverage": pl.Float64,
    "change_7d": pl.Float64,
    "change_30d": pl.Float64,
    "context_type": pl.String,
    "first_seen_at": pl.Datetime("us", "UTC"),
    "last_event_at": pl.Datetime("us", "UTC"),
}
COLUMNS = (
    "external_id", "name", "email", "identity_strength", "band", "change_7d", "change_30d",
    "coverage", "value", "renewal_on", "segment", "tags", "context_type", "first_seen_at",
    "last_event_at",
)  # fmt: skip


async def list_as_csv(scope: Scope, chosen: CustomerFilter) -> AsyncIterator[bytes]:
    """In id order, streamed, formulas made harmless.

    Begins with a byte order mark, so that Excel reads the letters right.
    """
    await _allowed(scope, chosen)
    yield ("\ufeff" + csv_line(COLUMNS)).encode()
    async for rows in _in_steps(scope, chosen, COLUMNS, CSV_STEP):
        lines = [csv_line([_cell(row[name]) for name in COLUMNS]) for row in rows]
        yield "".join(lines).encode()


async def list_as_parquet(scope: Scope, chosen: CustomerFilter) -> AsyncIterator[bytes]:
    """The whole file in one piece; a million customers are some 60 MB of memory."""
    await _allowed(scope, chosen)
    frames = [
        pl.DataFrame({name: [row[name] for row in rows] for name in SCHEMA}, schema=SCHEMA)
        async for rows in _in_steps(scope, chosen, tuple(SCHEMA), PARQUET_STEP)
    ]
    body = io.BytesIO()
    (pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)).write_parquet(body)
    yield body.getvalue()


async def _allowed(scope: Scope, chosen: CustomerFilter) -> None:
    """A list leaves the house: for CSMs and above, and written down (not what was searched)."""
    scope.require(Role.csm)
    narrowed = msgspec.to_builtins(chosen)
    if "search" in narrowed:
        narrowed["search"] = "…"
    async with tenant(scope) as unit:
        await audit.record(unit, scope, "customer.list_exported", "customers", after=narrowed)


async def _in_steps(
    scope: Scope, chosen: CustomerFilter, columns: Sequence[str], size: int
) -> AsyncIterator[list[Any]]:
    """What the filter shows, `size` rows at a time, each step in a unit of work of its own."""
    last = UUID(int=0)
    while True:
        async with tenant(scope) as unit:
            where, values = conditions(unit.business_id, chosen)
            rows = await unit.fetch(
                f"SELECT c.id, {', '.join(f'c.{name}' for name in columns)} "
                f"FROM scored_customers c WHERE {where} "
                f"AND c.id > ${len(values) + 1} ORDER BY c.id LIMIT {size}",
                *values,
                last,
            )
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return ", ".join(value)
    return str(value)
