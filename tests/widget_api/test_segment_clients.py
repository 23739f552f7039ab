"""Unmodified clients of Segment and RudderStack with a whole server: host and key only."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.stage import free_port, process
from pulse import settings
from pulse.auth.api_keys import create_api_key
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant

pytestmark = pytest.mark.slow

CLIENTS = Path(__file__).parents[2] / "examples" / "segment-clients"
COUNT = 1000
COMMANDS = {
    "segment-python": [sys.executable, "segment_client.py"],
    "rudderstack-python": [sys.executable, "rudderstack_client.py"],
    "segment-node": ["node", "segment.mjs"],
    "rudderstack-node": ["node", "rudderstack.mjs"],
}


@pytest.fixture(scope="module")
def node_clients() -> None:
    """The Node clients, installed once and cached beside their scripts."""
    import subprocess

    if not (CLIENTS / "node_modules" / "@segment").exists():
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=CLIENTS, check=True, timeout=280)


@pytest.fixture
async def served(
    shop: Scope, database: dict[str, Any], chosen_settings: settings.Settings
) -> AsyncIterator[str]:
    """The URL of `pulse serve` in a separate process, on the test's database."""
    port = free_port()
    url = f"postgresql://{database['user']}@/{database['database']}?host={database['host']}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PULSE_SECRET": chosen_settings.secret,
        "PULSE_DATA_DIR": str(chosen_settings.data_dir),
    }
    command = ["-m", "pulse", "serve", "--port", str(port)]
    async with process(command, environment, port, "/health/ready"):
        yield f"http://127.0.0.1:{port}"


async def run(command: list[str], url: str, key: str) -> None:
    ran = await asyncio.create_subprocess_exec(
        *[*command, url, key, str(COUNT)],
        cwd=CLIENTS,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await ran.communicate()
    assert ran.returncode == 0, printed.decode()[-2000:]


async def test_each_client_delivers_its_events_exactly_once(
    node_clients: None, served: str, shop: Scope
) -> None:
    key = await create_api_key(shop, "clients", ["ingest"])
    await asyncio.gather(*(run(command, served, key) for command in COMMANDS.values()))
    async with tenant(shop) as unit:
        counted = await unit.fetch("SELECT kind, count(*) FROM events GROUP BY kind")
        revenue = await unit.fetchval("SELECT sum(amount) FROM events WHERE kind = 'segment-node'")
        known = {
            row["external_id"]: row
            for row in await unit.fetch(
                "SELECT external_id, name, email, attributes, first_seen_at FROM customers"
            )
        }
    assert dict(counted) == {**dict.fromkeys(COMMANDS, COUNT), "page": 2}
    assert revenue == sum(range(COUNT))
    assert known["python-0"]["attributes"] == {
        "address_city": "Rome",
        "company": "Acme",
        "company_id": "g1",
    }
    assert known["python-0"]["first_seen_at"].isoformat() == "2023-01-05T00:00:00+00:00"
    assert known["node-0"]["name"] == "Ann Lee"
    assert [known[one]["email"] for one in ("python-1", "node-1")] == ["bo@x.example"] * 2


async def test_head_is_answered_wherever_get_is(served: str, shop: Scope) -> None:
    key = await create_api_key(shop, "clients", ["read"])
    paths = ("/api/customers", "/health/ready", "/widget/pulse.js", "/sign-in", "/api/docs")
    async with httpx.AsyncClient(base_url=served, auth=(key, ""), timeout=60) as client:
        for path in paths:
            got, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (got.status_code, b""), path
            assert head.headers["content-type"] == got.headers["content-type"], path
