"""A change in one process is visible in the other: scores, and what an id refers to."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from bench.stage import free_port, process
from pulse import settings
from pulse.auth.api_keys import create_api_key
from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from tests.fixtures.jobs import until
from tests.widget_api.conftest import bearer

pytestmark = pytest.mark.slow


@pytest.fixture
async def two(
    scored: Scope, database: dict[str, Any], chosen_settings: settings.Settings
) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Clients of two API processes on one database."""
    url = f"postgresql://{database['user']}@/{database['database']}?host={database['host']}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PULSE_SECRET": chosen_settings.secret,
        "PULSE_DATA_DIR": str(chosen_settings.data_dir),
    }
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(2):
            port = free_port()
            command = ["-m", "pulse", "serve", "--role", "api", "--port", str(port)]
            await stack.enter_async_context(process(command, environment, port, "/health/ready"))
            address = f"http://127.0.0.1:{port}"
            client = httpx.AsyncClient(base_url=address, timeout=60)
            clients.append(await stack.enter_async_context(client))
        yield clients


async def test_a_change_in_one_process_is_visible_in_the_other(
    two: list[httpx.AsyncClient], scored: Scope, api: object
) -> None:
    key = bearer(await create_api_key(scored, "tests", ["read", "write", "ingest"]))
    own = bearer(await sign_for("shop", "c2"))
    here, there = two

    async def read(client: httpx.AsyncClient, customer: str, credential: dict[str, str]) -> Any:
        answer = await client.get(f"/api/customers/{customer}/identity", headers=credential)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    for client in two:  # from now on each process may cache them
        assert (await read(client, "c2", own))["customer_id"] == "c2"
    before = await read(there, "c1", key)
    orders = [{"type": "track", "userId": "c1", "event": "order"} for _ in range(40)]
    await here.post("/api/batch", json={"batch": orders}, headers=key)

    async def is_scored() -> bool:
        now = await read(here, "c1", key)
        return bool(now["identity_strength"] != before["identity_strength"])

    await until(is_scored)  # by the batch itself, some time after its answer
    answer = await here.post("/api/customers/c1/identity/recalculate", headers=key)
    after = answer.json()["data"]
    assert after["identity_strength"] != before["identity_strength"]
    assert await read(there, "c1", key) == after

    merged = await here.post("/api/customers/c1/merge", json={"customer_id": "c2"}, headers=key)
    assert merged.status_code == 200, merged.text
    assert (await read(here, "c2", own))["customer_id"] == "c1"

    async def is_known_there() -> bool:
        await asyncio.sleep(0.3)  # no faster than the limit of a customer's requests
        answer = await there.get("/api/customers/c2/identity", headers=own)
        return answer.status_code == 200

    await until(is_known_there, 60)  # a message arrives within milliseconds
    assert (await read(there, "c2", own))["customer_id"] == "c1"
