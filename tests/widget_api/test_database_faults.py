"""Faults of the database that pass answer 503 with Retry-After."""

import httpx
import pytest

from pulse.db import engine
from pulse.db.engine import DB, POOL_MAX
from tests.widget_api.conftest import bearer


async def test_no_free_connection_is_503_with_retry_after(
    client: httpx.AsyncClient, key: str, monkeypatch: pytest.MonkeyPatch
):
    assert DB.pool
    held = [await DB.pool.acquire() for _ in range(POOL_MAX)]
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    try:
        answer = await client.get("/api/customers", headers=bearer(key))
        ready = await client.get("/health/ready")
    finally:
        for connection in held:
            await DB.pool.release(connection)
    assert answer.status_code == 503, answer.text
    assert answer.json()["error_code"] == "DATABASE_BUSY"
    assert int(answer.headers["retry-after"]) > 0
    assert ready.status_code == 503
    assert (await client.get("/api/customers", headers=bearer(key))).status_code == 200
