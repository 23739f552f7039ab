"""Three attacks at once on a server in use: a far cell, a gzip bomb and a form of 500 MB."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx

from pulse import settings
from pulse.auth.api_keys import create_api_key
from pulse.db.engine import app_connection, pool
from pulse.tasks import spawn
from pulse.testing.database import SECRET, make_business
from tests.fixtures.pulse_process import PulseProcess
from tests.tabular.test_decoding_limits import far_cell, gzip_bomb

PATIENCE = 240.0  # seconds; on a quiet machine all three are answered within a few


async def test_three_attacks_at_once_are_answered_while_another_business_is_served(
    dashboard_process: PulseProcess, counts: Counter[str]
):
    url = dashboard_process.url
    settings.choose(settings.Settings(secret=SECRET))
    async with pool(app_connection(settings.current(), dashboard_process.database)):
        keys = [
            await create_api_key(
                await make_business(f"{name}-{uuid4().hex[:8]}"), "all", ["read", "write"]
            )
            for name in ("attacker", "served")
        ]
        attacker, served = ({"Authorization": f"Bearer {key}"} for key in keys)
        waits: list[float] = []
        serving = spawn(_read(url, served | {"X-Forwarded-For": "203.0.113.9"}, waits), name="read")
        async with asyncio.TaskGroup() as attacks:
            far = attacks.create_task(_upload(url, attacker, "far.xlsx", far_cell("XFD1048576")))
            bomb = attacks.create_task(_upload(url, attacker, "bomb.csv.gz", gzip_bomb()))
            form = attacks.create_task(_endless_form(url))
        assert not serving.done()  # it ends with the first unsuccessful answer
        serving.cancel()
        await asyncio.wait([serving])
    for task in (far, bomb):
        assert task.result().status_code == 400, task.result().text
        assert task.result().json()["error_code"] == "FILE_TOO_LARGE"
    assert form.result() < 500  # megabytes accepted: the rest was not read
    assert max(waits) < PATIENCE
    counts["answers to others during three attacks"] += len(waits)


async def _read(url: str, headers: dict[str, str], waits: list[float]) -> None:
    """Read the other business's customers until cancelled; each answer must be a success."""
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE) as http:
        while True:
            begun = time.monotonic()
            (await http.get("/api/customers")).raise_for_status()
            waits.append(time.monotonic() - begun)
            await asyncio.sleep(0.02)


async def _upload(url: str, headers: dict[str, str], name: str, content: bytes) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE) as http:
        return await http.post("/api/imports/examination", files={"file": (name, content)})


async def _endless_form(url: str) -> int:
    """Return how many megabytes were sent before the server refused the rest."""
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(500):
            sent += 1
            yield b"x" * (1 << 20)

    kind = {"content-type": "multipart/form-data; boundary=x"}
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as http:
        try:
            answer = await http.post("/sign-in", headers=kind, content=pieces())
            assert answer.status_code in (400, 413)
        except httpx.TransportError:
            pass  # closed by the server while sending
    return sent
