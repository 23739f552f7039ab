"""Temporary database faults answer 503 with Retry-After."""

import errno

import asyncpg
import httpx
import pytest

from pulse.db import engine, transient
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


FAULTS = [
    asyncpg.AdminShutdownError("terminating connection"),
    asyncpg.DiskFullError("could not extend file"),
    asyncpg.DeadlockDetectedError("deadlock detected"),
    asyncpg.SerializationError("could not serialize access"),
    asyncpg.InternalClientError("got result for unknown protocol state"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    ConnectionResetError("reset"),
    OSError(errno.ENOSPC, "No space left on device"),
    ExceptionGroup("two", [asyncpg.DeadlockDetectedError("deadlock detected")]),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_temporary_faults_are_503_with_retry_after(
    client: httpx.AsyncClient, key: str, monkeypatch: pytest.MonkeyPatch, fault: Exception
):
    async def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(transient, "DISK_FULL_SECONDS", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr("pulse.db.transaction.Unit.fetch", fail)
        answer = await client.get("/api/customers", headers=bearer(key))
    assert answer.status_code == 503, answer.text
    assert answer.json()["error_code"] == "UNAVAILABLE"
    assert int(answer.headers["retry-after"]) > 0


async def test_a_full_disk_is_not_ready_until_freed(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    assert transient.is_transient(asyncpg.DiskFullError("could not extend file"))
    full = await client.get("/health/ready")
    assert full.status_code == 503
    assert full.json()["data"]["parts"]["disk"] is False
    monkeypatch.setattr(transient, "DISK_FULL_SECONDS", 0.0)
    assert (await client.get("/health/ready")).status_code == 200
