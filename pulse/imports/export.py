"""What a filter shows, as a file: CSV for spreadsheets, Parquet with its types for programs."""

import io
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers.filters import CustomerFilter, conditions
from pulse.db.transaction import tenant
from pulse.imports import lists_sql
from pulse.imports.history import csv_line
from pulse.tabular.guesses.own_files import ATTRIBUTE

CSV_STEP, PARQUET_STEP = 2_000, 20_000  # rows read at a time

SCHEMA: dict[str, Any] = {
    "external_id": pl.String,
    "name": pl.String,
    "email": pl.String,
    "locale": pl.String,
    "owner": pl.String,
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
    "coverage", "value", "renewal_on", "owner", "segment", "tags", "locale", "context_type",
    "first_seen_at", "last_event_at",
)  # fmt: skip
_ROUNDED = ("identity_strength", "coverage", "change_7d", "change_30d")
_SELECTED = {
    "owner": "(SELECT s.email FROM staff s WHERE s.business_id = c.business_id "
    "AND s.id = c.owner_id) AS owner"
}
MOST_ATTRIBUTES = 500  # columns; more keys than that are no fields that somebody keeps


async def list_as_csv(scope: Scope, chosen: CustomerFilter) -> AsyncIterator[bytes]:
    """In id order, streamed, formulas made harmless; every attribute has a column of its own.

    Begins with a byte order mark, so that Excel reads the letters right. The file can be imported
    again as it is.
    """
    await _allowed(scope, chosen)
    keys = await _attribute_keys(scope, chosen)
    yield ("\ufeff" + csv_line([*COLUMNS, *(f"{ATTRIBUTE}{key}" for key in keys)])).encode()
    async for rows in _in_steps(scope, chosen, COLUMNS, CSV_STEP):
        lines = [
            csv_line(
                [
                    *(_cell(row[name], rounded=name in _ROUNDED) for name in COLUMNS),
                    *(_cell(row["attributes"].get(key)) for key in keys),
                ]
            )
            for row in rows
        ]
        yield "".join(lines).encode()


async def list_as_parquet(scope: Scope, chosen: CustomerFilter) -> AsyncIterator[bytes]:
    """The whole file in one piece; a million customers are some 60 MB of memory."""
    await _allowed(scope, chosen)
    keys = await _attribute_keys(scope, chosen)
    schema = {**SCHEMA, **{f"{ATTRIBUTE}{key}": pl.String for key in keys}}
    frames = [
        pl.DataFrame(
            {name: [row[name] for row in rows] for name in SCHEMA}
            | {f"{ATTRIBUTE}{k}": [_text(row["attributes"].get(k)) for row in rows] for k in keys},
            schema=schema,
        )
        async for rows in _in_steps(scope, chosen, tuple(SCHEMA), PARQUET_STEP)
    ]
    whole = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    body = io.BytesIO()
    whole.with_columns(*(_typed(whole[f"{ATTRIBUTE}{key}"]) for key in keys)).write_parquet(body)
    yield body.getvalue()


async def _attribute_keys(scope: Scope, chosen: CustomerFilter) -> list[str]:
    """The attributes that the chosen customers have, by name."""
    async with tenant(scope, replica=True) as unit:
        where, values = conditions(unit.business_id, chosen)
        return await lists_sql.attribute_keys(unit, where, values, MOST_ATTRIBUTES)


def _typed(column: pl.Series) -> pl.Series:
    """Numbers and yes/no with their type, where all values have it and are written so."""
    known = column.drop_nulls()
    if known.is_in(["true", "false"]).all() and len(known):
        return (column == "true").alias(column.name)
    numbers = column.cast(pl.Float64, strict=False)
    exact = known.str.contains(r"^-?(?:0|[1-9]\d{0,14})(?:\.\d*[1-9])?$").all()
    return (
        numbers if len(known) and exact and numbers.null_count() == column.null_count() else column
    )


async def _allowed(scope: Scope, chosen: CustomerFilter) -> None:
    """Export a list: for CSMs and above, audited (without the search words)."""
    scope.require(Permission.export_data)
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
        async with tenant(scope, replica=True) as unit:
            where, values = conditions(unit.business_id, chosen)
            selected = ", ".join(_selected(name) for name in columns)
            rows = await lists_sql.customers_after(unit, selected, where, values, last, size)
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def _selected(name: str) -> str:
    return _SELECTED.get(name, f"c.{name}")


def _cell(value: Any, *, rounded: bool = False) -> str:
    if rounded and isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return _text(value) or ""


def _text(value: Any) -> str | None:
    """A value as text that reads back as the same value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, list | dict):
        return msgspec.json.encode(value).decode()
    return str(value)
