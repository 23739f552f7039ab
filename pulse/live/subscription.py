"""A subscriber's bounded queue; a subscriber that falls behind is disconnected."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Protocol
from uuid import UUID

from pulse.live.messages import Message


class SlowConsumer(Exception):
    """The queue overflowed: close with 1013, so that the client reconnects and reads the state."""


class Deliverer(Protocol):
    """What a subscription needs of the hub: to begin and to end the delivery of messages."""

    def add(self, subscription: "Subscription") -> None:
        """Start delivering to this subscription."""

    def remove(self, subscription: "Subscription") -> None:
        """Stop delivering to this subscription."""


class Subscription:
    """An asynchronous stream of messages: use `async with` and `async for`.

    Ends when the hub stops. Raises SlowConsumer once more than `limit` messages wait; the queue is
    dropped, because a listener that lost one message has to read the state again anyway.
    """

    __slots__ = (
        *("_ended", "_hub", "_overflowed", "_sleeper", "_waiting"),
        *("business_id", "customer_id", "limit"),
    )

    def __init__(
        self, hub: Deliverer, business_id: UUID, customer_id: UUID | None, limit: int
    ) -> None:
        self.business_id = business_id
        self.customer_id = customer_id
        self.limit = limit
        self._hub = hub
        # None while nothing waits: an empty deque takes 0.6 kB, for every open widget.
        self._waiting: deque[Message] | None = None
        self._sleeper: asyncio.Future[None] | None = None
        self._overflowed = False
        self._ended = False

    async def __aenter__(self) -> "Subscription":
        self._hub.add(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._hub.remove(self)
        self.end()

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> Message:
        while not self._waiting:
            if self._overflowed:
                raise SlowConsumer(f"more than {self.limit} messages waited")
            if self._ended:
                raise StopAsyncIteration
            self._sleeper = asyncio.get_running_loop().create_future()
            try:
                await self._sleeper
            finally:
                self._sleeper = None
        message = self._waiting.popleft()
        if not self._waiting:
            self._waiting = None
        return message

    def drain(self) -> list[Message]:
        """Remove and return the waiting messages; reading the state again covers them all."""
        waiting, self._waiting = self._waiting, None
        return list(waiting or ())

    def put(self, message: Message) -> bool:
        """Queue a message; False when the listener is (or just became) too slow."""
        if self._overflowed or self._ended:
            return False
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) >= self.limit:
            self._overflowed = True
            self._waiting = None
        else:
            self._waiting.append(message)
        self._wake()
        return not self._overflowed

    def end(self) -> None:
        """Let the listener read the waiting messages and then stop."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)
