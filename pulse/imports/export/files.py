"""A filtered list as a file: CSV for spreadsheets, Parquet with types for programs."""

import io
import math
from collections.abc import AsyncIterator
from typing import Any

import polars as pl

from pulse.auth.scope import Scope
from pulse.customers.filters import CustomerFilter
from pulse.imports.export.rows import (
    COLUMNS,
    ROUNDED,
    SCORECARD,
    ListOrder,
    begin,
    columns_for,
    ids_of,
    in_steps,
    text_of,
)
from pulse.outbound.csv_lines import csv_line
from pulse.tabular.guesses.own_files import ATTRIBUTE

CSV_STEP, PARQUET_STEP = 2_000, 20_000  # rows read at a time

_TYPES: dict[str, Any] = {
    "tags": pl.List(pl.String),
    "value": pl.Float64,
    "renewal_on": pl.Date,
    **dict.fromkeys(ROUNDED, pl.Float64),
    **dict.fromkeys(
        ("first_seen_at", "last_event_at", "last_order_at", "last_touch"), pl.Datetime("us", "UTC")
    ),
}
SCHEMA: dict[str, Any] = {name: _TYPES.get(name, pl.String) for name in COLUMNS}


async def list_as_csv(
    scope: Scope, chosen: CustomerFilter, order: ListOrder | None = None
) -> AsyncIterator[bytes]:
    """The list as CSV, streamed, in the order of the list, with a column per attribute.

    Formulas are escaped. Begins with a byte order mark, so that Excel shows all letters correctly.
    The file can be imported again unchanged.
    """
    keys = await begin(scope, chosen)
    columns = await columns_for(scope)
    ids = await ids_of(scope, chosen, order or ListOrder())
    yield ("\ufeff" + csv_line([*columns, *(f"{ATTRIBUTE}{key}" for key in keys)])).encode()
    async for rows in in_steps(scope, ids, CSV_STEP):
        lines = [
            csv_line(
                [
                    *(_cell(row[name], rounded=name in ROUNDED) for name in columns),
                    *(_cell(row["attributes"].get(key)) for key in keys),
                ]
            )
            for row in rows
        ]
        yield "".join(lines).encode()


async def list_as_parquet(
    scope: Scope, chosen: CustomerFilter, order: ListOrder | None = None
) -> AsyncIterator[bytes]:
    """The whole list as Parquet in one piece; a million customers take about 60 MB of memory."""
    keys = await begin(scope, chosen)
    columns = await columns_for(scope)
    ids = await ids_of(scope, chosen, order or ListOrder())
    own = {**SCHEMA, SCORECARD: pl.String}
    schema = {
        **{name: own[name] for name in columns},
        **{f"{ATTRIBUTE}{key}": pl.String for key in keys},
    }
    frames = [
        pl.DataFrame(
            {name: [row[name] for row in rows] for name in columns}
            | {
                f"{ATTRIBUTE}{k}": [text_of(row["attributes"].get(k)) for row in rows] for k in keys
            },
            schema=schema,
        )
        async for rows in in_steps(scope, ids, PARQUET_STEP)
    ]
    whole = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    body = io.BytesIO()
    whole.with_columns(*(_typed(whole[f"{ATTRIBUTE}{key}"]) for key in keys)).write_parquet(body)
    yield body.getvalue()


def _typed(column: pl.Series) -> pl.Series:
    """The column as numbers or booleans, where all values have that type in its usual form."""
    known = column.drop_nulls()
    if known.is_in(["true", "false"]).all() and len(known):
        return (column == "true").alias(column.name)
    numbers = column.cast(pl.Float64, strict=False)
    exact = known.str.contains(r"^-?(?:0|[1-9]\d{0,14})(?:\.\d*[1-9])?$").all()
    return (
        numbers if len(known) and exact and numbers.null_count() == column.null_count() else column
    )


def _cell(value: Any, *, rounded: bool = False) -> str:
    if isinstance(value, float) and math.isclose(value, round(value, 2), rel_tol=1e-12):
        value = round(value, 2)  # 425.4 for the 425.40000000000003 of a sum
    if rounded and isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return text_of(value) or ""
