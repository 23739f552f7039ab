"""What a filter shows, as a Parquet file with its types: for programs and notebooks."""

import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import polars as pl

from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.customers.filters import CustomerFilter, conditions
from pulse.database.tenancy import tenant

ROWS_A_STEP = 20_000

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


async def list_as_parquet(scope: Scope, chosen: CustomerFilter) -> AsyncIterator[bytes]:
    """The whole file in one piece; a million customers are some 60 MB of memory."""
    scope.require(Role.csm)
    frames = [frame async for frame in _frames(scope, chosen)]
    body = io.BytesIO()
    (pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)).write_parquet(body)
    yield body.getvalue()


async def _frames(scope: Scope, chosen: CustomerFilter) -> AsyncIterator[pl.DataFrame]:
    last = UUID(int=0)
    while True:
        async with tenant(scope) as unit:
            where, values = conditions(unit.business_id, chosen)
            rows = await unit.fetch(
                f"SELECT c.id, {', '.join(f'c.{name}' for name in SCHEMA)} FROM customers c "
                f"WHERE {where} AND c.id > ${len(values) + 1} ORDER BY c.id LIMIT {ROWS_A_STEP}",
                *values,
                last,
            )
        if not rows:
            return
        last = rows[-1]["id"]
        columns = {name: [row[name] for row in rows] for name in SCHEMA}
        yield pl.DataFrame(columns, schema=SCHEMA)
