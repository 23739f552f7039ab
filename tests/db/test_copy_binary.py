"""Columns in PostgreSQL's binary COPY format arrive in the table unchanged."""

from uuid import uuid4

import numpy as np
import pytest

from pulse.db import copy
from pulse.db.copy_binary import copy_rows, uuids
from pulse.db.transaction import tenant

SHAPE = {"id": "uuid", "points": "float8", "code": "int2", "factors": "float8[]"}


@pytest.mark.parametrize("many", [0, 1, 3])
async def test_columns_arrive_as_they_are(shop, many):
    ids = [uuid4() for _ in range(5)]
    points = np.array([0.0, -1.5, 1e300, 0.1 + 0.2, np.nan])
    codes = np.array([0, 1, 2, -3, 32_000], dtype=np.int16)
    factors = np.random.default_rng(1).normal(size=(5, many))
    columns = {"id": uuids(ids), "points": points, "code": codes, "factors": factors}
    async with tenant(shop) as unit:
        staging = await copy.stage_columns(unit, SHAPE, columns)
        rows = await unit.fetch(f"SELECT * FROM {staging}")
    assert [row["id"] for row in rows] == ids
    assert np.array_equal([row["points"] for row in rows], points, equal_nan=True)
    assert [row["code"] for row in rows] == codes.tolist()
    assert [row["factors"] for row in rows] == factors.tolist()


async def test_copying_no_rows_inserts_none(shop):
    columns = {"id": uuids([]), "points": np.empty(0)}
    async with tenant(shop) as unit:
        staging = await copy.stage_columns(unit, {"id": "uuid", "points": "float8"}, columns)
        assert await unit.fetchval(f"SELECT count(*) FROM {staging}") == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"a": np.zeros(2), "b": np.zeros(3)},
        {"a": np.array(["x", "y"])},
        {"a": np.zeros((2, 2, 2))},
        {"a": np.zeros((2, 2), dtype=np.int16)},
    ],
)
def test_types_without_a_binary_format_are_refused(columns):
    with pytest.raises(ValueError, match="column"):
        copy_rows(columns)
