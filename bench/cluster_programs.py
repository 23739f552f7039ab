"""Programs on /ws/dashboard of one process of a cluster, and the contexts they hear of."""

import asyncio
import json
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bench.cluster_scene import Cluster
from bench.fanout import KINDS, connect_dashboard
from bench.reads import token_of
from pulse.auth.api_keys import create_api_key
from pulse.tasks import spawn

SETTLE_SECONDS = 20.0  # seconds to wait until both have heard everything


class Program:
    """A program that stores all messages, and the time it heard of each context."""

    def __init__(self, socket: ClientConnection) -> None:
        self.messages: list[tuple[float, dict[str, Any]]] = []
        self._socket = socket
        self._times: dict[str, float] = {}
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        """Receive messages until the socket closes."""
        with suppress(ConnectionClosed):
            async for said in self._socket:
                message = json.loads(said)
                if message["type"] == "ready":
                    continue
                async with self._news:
                    now = time.perf_counter()
                    self.messages.append((now, message))
                    if message["type"] == "context_shared":
                        self._times[message["payload"]["context"]["id"]] = now
                    self._news.notify_all()

    async def heard(self, context: str, within: float = 30.0) -> float:
        """The time this context was heard of, by time.perf_counter."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: context in self._times)
            return self._times[context]

    def counted(self, since: float = 0.0) -> Counter[str]:
        """How often each message was heard since then."""
        told = (one for moment, one in self.messages if moment >= since)
        return Counter(json.dumps(one, sort_keys=True) for one in told)


async def listening_at(stack: AsyncExitStack, running: Cluster, port: int) -> Program:
    """A program that is connected to this process until the stack closes."""
    key = await create_api_key(running.stage.business, f"cluster {port}", ["read"])
    socket = await connect_dashboard(stack, port, key)
    program = Program(socket)
    await socket.recv()  # the message `ready`
    task = spawn(program.listen(), name="program")
    stack.callback(task.cancel)
    return program


async def tap(http: httpx.AsyncClient, running: Cluster, port: int, number: int) -> str:
    """Share a context with the process at this port; returns its id.

    Each has a different note, because the same words within a minute count as one context.
    """
    customer = running.stage.customers[number * 7 % len(running.stage.customers)]
    answer = await http.post(
        f"http://127.0.0.1:{port}/api/customers/{customer}/contexts",
        json={"context_type": KINDS[number % 4], "note": f"at {time.time_ns()}"},
        headers={"Authorization": f"Bearer {token_of(running.stage, customer)}"},
    )
    answer.raise_for_status()
    return str(answer.json()["data"]["id"])


async def same(programs: list[Program], since: float) -> bool:
    """Whether both have heard the same messages since then, once all have arrived."""
    one, other = programs

    def alike() -> bool:
        return one.counted(since) <= other.counted() and other.counted(since) <= one.counted()

    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_SECONDS):
            quiet = 0
            while quiet < 5:
                before = [len(program.messages) for program in programs]
                await asyncio.sleep(0.1)
                still = before == [len(program.messages) for program in programs]
                quiet = quiet + 1 if alike() and still else 0
    return alike()
