"""Batch requests that arrive at the same moment, and answer each of them.

A single request runs at once. Requests that arrive during a round, or for a moment after it, wait
for the next round: under load the work runs a few times a second, however many requests there are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Batcher(Generic[T]):
    """Rounds of `work(items)`: one at a time for each key, at least `apart` seconds apart.

    A round runs in the task of the request that has waited longest. When a round fails, each item
    is tried alone, so that one bad item does not affect the others: `work` must change all or
    nothing.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[None]], apart: float) -> None:
        self._work = work
        self._apart = apart
        self._queues: dict[Hashable, _Queue[T]] = {}

    async def submit(self, key: Hashable, item: T) -> None:
        """Return when a round with this item has finished; raises what `work` raises for it."""
        queue = self._queues.setdefault(key, _Queue())
        mine = _Request(item)
        queue.waiting.append(mine)
        try:
            async with queue.turn:
                if not mine.done:
                    await self._round(queue, mine)
        finally:
            queue.waiting.remove(mine)

    async def _round(self, queue: "_Queue[T]", mine: "_Request[T]") -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, queue.ended + self._apart - loop.time()))
        try:
            if not mine.tried and await self._run_together(queue.waiting):
                return
            await self._work([mine.item])
        finally:
            queue.ended = loop.time()

    async def _run_together(self, waiting: "Sequence[_Request[T]]") -> bool:
        """Whether all waiting items could be processed together."""
        together = [one for one in waiting if not one.tried]
        for one in together:
            one.tried = True
        try:
            await self._work([one.item for one in together])
        except Exception:
            if len(together) == 1:
                raise
            return False
        for one in together:
            one.done = True
        return True


class _Request(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item = item
        self.tried = self.done = False


class _Queue(Generic[T]):
    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.waiting: list[_Request[T]] = []
        self.ended = 0.0
