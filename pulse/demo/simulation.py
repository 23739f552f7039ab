"""The simulation: lantern's customers order, cancel and share contexts, slowly enough to watch.

It uses only the public API over HTTP: orders with an API key as the shop's server would send them,
contexts with a customer's signed token as a widget would. It runs in the process that was asked to,
on the loopback address.
"""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import httpx

from pulse import clock, logs, settings, tasks
from pulse.auth.api_keys import create_api_key, list_api_keys, revoke_api_key
from pulse.auth.businesses import business_by_slug
from pulse.auth.scope import Scope
from pulse.demo import shop

KEY_NAME = "Demo simulation"
PAUSE_SECONDS = (1.0, 3.0)  # seconds between two steps, so that each can be followed on the screen
CALL_SECONDS = 10.0
MOST_FAILURES = 30  # failures in a row after which it stops
# Kinds of steps and their frequency in percent.
ORDER, CONTEXT = 60, 28  # the remaining percent are cancellations
CONTEXTS = ("busy", "stuck", "exploring", "frustrated", "own_words")
WORDS = (
    "Looking for something for a winter window.",
    "Waiting for my last parcel.",
    "We are moving to a bigger shop next month!",
)

_running: list[asyncio.Task[None]] = []


def running() -> bool:
    """Whether it runs in this process."""
    return any(not task.done() for task in _running)


async def start() -> None:
    """Start it, unless it is running."""
    if running():
        return
    await _revoke_keys()
    key = await create_api_key(await _scope(), KEY_NAME, ["ingest"])
    _running[:] = [tasks.spawn(_run_simulation(key), name="demo simulation")]


async def stop() -> None:
    """Stop it and revoke its key."""
    while _running:
        task = _running.pop()
        task.cancel()
        await asyncio.wait([task])
    await _revoke_keys()


async def _run_simulation(key: str) -> None:
    everybody = [customer.customer_id for customer in await shop.customers()]
    address = settings.current().public_url.rstrip("/")
    async with httpx.AsyncClient(base_url=address, timeout=CALL_SECONDS) as client:
        stage = Stage(client, key, everybody)
        failures = 0
        while failures < MOST_FAILURES:
            try:
                await stage.step()
                failures = 0
            except httpx.HTTPError as failed:
                failures += 1
                logs.event("simulation_step_failed", level="warning", reason=repr(failed))
            await asyncio.sleep(stage.chance.uniform(*PAUSE_SECONDS))
    logs.event("simulation_gave_up", level="error", failures=failures)


@dataclass
class Stage:
    """The customers, the connection and the random numbers of a run."""

    client: httpx.AsyncClient
    key: str
    customers: list[str]
    chance: Random = field(default_factory=Random)

    async def step(self) -> None:
        """Run one random step; raises httpx.HTTPError when the API refuses it."""
        customer = self.chance.choice(self.customers)
        drawn = self.chance.uniform(0, 100)
        if drawn < ORDER:
            await self.track(customer, "order", round(self.chance.uniform(15, 400), 2))
        elif drawn < ORDER + CONTEXT:
            await self.tap(customer)
        else:
            await self.track(customer, "cancellation", -round(self.chance.uniform(15, 200), 2))

    async def track(self, customer: str, event: str, amount: float) -> None:
        """Send an order or a cancellation as the shop's server would."""
        await self._post(
            "/api/track",
            self.key,
            {
                "customer_id": customer,
                "event": event,
                "message_id": f"simulation-{uuid4()}",
                "timestamp": clock.now().isoformat(),
                "amount": amount,
                "properties": {"items": self.chance.randint(1, 60)},
            },
        )

    async def tap(self, customer: str) -> None:
        """Share a context as the customer's widget would."""
        kind = self.chance.choice(CONTEXTS)
        note = self.chance.choice(WORDS) if kind == "own_words" else None
        body = {"context_type": kind, "note": note, "client_key": str(uuid4())}
        token = await shop.token_for(customer)
        await self._post(f"/api/customers/{customer}/contexts", token, body)

    async def _post(self, path: str, credential: str, body: dict[str, Any]) -> None:
        answer = await self.client.post(
            path, json=body, headers={"Authorization": f"Bearer {credential}"}
        )
        answer.raise_for_status()


async def _revoke_keys() -> None:
    """Revoke the keys of this run, and of one that ended without doing so."""
    scope = await _scope()
    for key in await list_api_keys(scope):
        if key.name == KEY_NAME and key.revoked_at is None:
            await revoke_api_key(scope, key.id)


async def _scope() -> Scope:
    return Scope.for_pulse((await business_by_slug(shop.SLUG)).id)
