"""Batching: work requested at the same time is done once, with a result for each."""

import asyncio
from collections.abc import Sequence

import pytest

from pulse import tasks
from pulse.batching import Batcher


class Kitchen:
    """Observable work: calls, their number, and refused inputs."""

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def cook(self, items: Sequence[str]) -> None:
        await self.open.wait()
        if "stone" in items:
            raise ValueError("nobody can cook a stone")
        self.rounds.append(list(items))


async def waiting_for(kitchen: Kitchen, *items: str) -> list[asyncio.Task[None]]:
    """Submit all; the first is being processed, nothing is done yet."""
    together = Batcher(kitchen.cook, apart=0.0)
    kitchen.open.clear()
    asked = [tasks.spawn(together.submit("here", item), name="asked") for item in items]
    for _ in range(10):
        await asyncio.sleep(0)
    return asked


async def test_requests_during_a_batch_share_the_next():
    kitchen = Kitchen()
    together = Batcher(kitchen.cook, apart=0.0)
    kitchen.open.clear()
    first = tasks.spawn(together.submit("here", "soup"), name="asked")
    for _ in range(10):
        await asyncio.sleep(0)
    others = [tasks.spawn(together.submit("here", item), name="asked") for item in ("bread", "tea")]
    elsewhere = tasks.spawn(together.submit("there", "cake"), name="asked")
    for _ in range(10):
        await asyncio.sleep(0)
    kitchen.open.set()
    await asyncio.gather(first, *others, elsewhere)
    assert sorted(kitchen.rounds) == [["bread", "tea"], ["cake"], ["soup"]]


async def test_a_failing_item_gets_its_error_and_blocks_nobody():
    kitchen = Kitchen()
    asked = await waiting_for(kitchen, "soup", "stone", "tea")
    kitchen.open.set()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert found[0] is None
    assert isinstance(found[1], ValueError)
    assert found[2] is None
    assert sorted(kitchen.rounds) == [["soup"], ["tea"]]


async def test_a_cancelled_request_does_not_affect_others():
    kitchen = Kitchen()
    asked = await waiting_for(kitchen, "soup", "bread", "tea")
    asked[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked[0]
    kitchen.open.set()
    await asyncio.gather(*asked[1:])
    assert sorted(item for items in kitchen.rounds for item in items) == ["bread", "tea"]
