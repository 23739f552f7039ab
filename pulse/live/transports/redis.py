"""Hints over Redis or Valkey pub/sub, for deployments on several machines."""

import asyncio
from contextlib import suppress
from typing import Any

from redis import asyncio as redis
from redis.exceptions import RedisError

from pulse.live.transports import CHANNEL
from pulse.live.transports.reconnecting import Supervised
from pulse.tasks import spawn

SOCKET_SECONDS = 5


class RedisTransport(Supervised):
    """A publishing client and a reader task; a failure of either rebuilds both."""

    name = "redis"
    failures = (OSError, RedisError, asyncio.TimeoutError)

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._client: Any = None
        self._pubsub: Any = None
        self._reader: asyncio.Task[None] | None = None

    async def _connect(self) -> None:
        self._client = redis.Redis.from_url(
            self._url, socket_connect_timeout=SOCKET_SECONDS, retry=None, health_check_interval=0
        )
        self._pubsub = self._client.pubsub()
        await self._pubsub.subscribe(CHANNEL)
        await self._client.ping()
        self._reader = spawn(self._read(self._pubsub), name="live-redis-reader")
        self._reader.add_done_callback(lambda _: self._wake.set())

    async def _read(self, pubsub: Any) -> None:
        with suppress(*self.failures):
            while True:
                said = await pubsub.get_message(ignore_subscribe_messages=True, timeout=None)
                if said is not None and said["type"] == "message":
                    self._receive(said["data"])

    async def _send(self, batch: list[bytes]) -> None:
        async with asyncio.timeout(SOCKET_SECONDS):
            for hint in batch:
                await self._client.publish(CHANNEL, hint)
            if not batch:
                await self._client.ping()

    async def _disconnect(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader
        for part in (self._pubsub, self._client):
            if part is not None:
                with suppress(*self.failures):
                    await part.aclose()
        self._client = self._pubsub = None

    def _check(self) -> None:
        if self._reader is None or self._reader.done():
            raise ConnectionError("the subscription ended")
