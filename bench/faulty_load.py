"""Clients that keep sending during faults, and record what was acknowledged."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx

from bench.fanout import KINDS
from bench.invariants import Acknowledged, stamp
from bench.stage import Stage
from pulse.auth.api_keys import create_api_key
from pulse.customers.staff_actions import add_note
from pulse.db.transaction import tenant
from pulse.tasks import spawn

PAUSE = 0.1  # seconds between two calls of each client
PATIENCE = 5.0  # seconds; time-out of one call
Step = Callable[[], Awaitable[None]]


class Load:
    """Four clients of one business: events, contexts, outcomes over the API, notes in process.

    Events and contexts are sent again with the same id until they are accepted. A note or an
    outcome is sent once, and counts only if it was acknowledged.
    """

    def __init__(self, made: Stage, port: int, pause: float = PAUSE) -> None:
        self.acknowledged = Acknowledged()
        self.attempts = 0
        self._pause = pause
        self._made = made
        self._base = f"http://127.0.0.1:{port}"
        self._customers = itertools.cycle(made.customers)
        self._ids: list[UUID] = []
        self._headers: dict[str, str] = {}
        self._running: list[asyncio.Task[Any]] = []
        self._may_send = asyncio.Event()
        self._busy = 0

    async def __aenter__(self) -> "Load":
        """Start sending."""
        rights = ["read", "write", "ingest"]
        key = await create_api_key(self._made.business, "faults", rights)
        self._headers = {"Authorization": f"Bearer {key}"}
        async with tenant(self._made.business) as unit:
            self._ids = [row["id"] for row in await unit.fetch("SELECT id FROM customers")]
        self._may_send.set()
        steps: tuple[Step, ...] = (self._event, self._context, self._note, self._outcome)
        self._running = [spawn(self._repeat(step), name=step.__name__) for step in steps]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        for task in self._running:
            task.cancel()
        await asyncio.wait(self._running)

    async def pause(self) -> None:
        """Stop sending; returns when every running call is acknowledged or given up."""
        self._may_send.clear()
        while self._busy:  # noqa: ASYNC110 - calls end by themselves
            await asyncio.sleep(0.05)

    def go_on(self) -> None:
        """Continue sending."""
        self._may_send.set()

    async def next_acknowledged(self) -> None:
        """Return when another event and another context have been accepted."""
        events, contexts = len(self.acknowledged.events), len(self.acknowledged.contexts)
        now = self.acknowledged
        while len(now.events) == events or len(now.contexts) == contexts:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def is_ready(self) -> bool:
        """Whether the server reports itself ready."""
        try:
            async with httpx.AsyncClient(timeout=PATIENCE) as http:
                return (await http.get(f"{self._base}/health/ready")).status_code == 200
        except httpx.HTTPError:
            return False

    async def _repeat(self, step: Step) -> None:
        while True:
            await self._may_send.wait()
            self._busy += 1
            try:
                await step()
            finally:
                self._busy -= 1
            await asyncio.sleep(self._pause)

    async def _event(self) -> None:
        event = stamp()
        body = {"messageId": event, "userId": next(self._customers), "event": "order"}
        while not await self._call("POST", "/api/track", body):  # noqa: ASYNC110 - a client's pace
            await asyncio.sleep(PAUSE)
        self.acknowledged.events.add(event)

    async def _context(self) -> None:
        key, customer = stamp(), next(self._customers)
        # a different note each time, because the same words within a minute are one entry
        body = {"context_type": KINDS[self.attempts % 4], "note": key, "client_key": key}
        path = f"/api/customers/{customer}/contexts"
        while not await self._call("POST", path, body):  # noqa: ASYNC110 - a client's pace
            await asyncio.sleep(PAUSE)
        self.acknowledged.contexts.add(key)

    async def _note(self) -> None:
        text = stamp()
        with suppress(Exception):
            async with asyncio.timeout(PATIENCE):
                await add_note(self._made.business, self._ids[self.attempts % len(self._ids)], text)
            self.acknowledged.notes.add(text)

    async def _outcome(self) -> None:
        cards = await self._call("GET", "/api/conversation-cards?status=pending", None)
        if not cards or not cards["data"]:
            return
        path = f"/api/conversation-cards/{cards['data'][0]['id']}"
        if await self._call("POST", f"{path}/action", {"channel": "phone"}) and await self._call(
            "PUT", f"{path}/outcome", {"outcome": "responded"}
        ):
            self.acknowledged.outcomes[cards["data"][0]["id"]] = "responded"

    async def _call(self, method: str, path: str, body: Any) -> Any:
        """The answer if it is a success, else None; each call has its own connection."""
        self.attempts += 1
        try:
            async with httpx.AsyncClient(timeout=PATIENCE) as http:
                answer = await http.request(
                    method, self._base + path, json=body, headers=self._headers
                )
            return answer.json() if answer.is_success else None
        except (httpx.HTTPError, ValueError):
            return None
