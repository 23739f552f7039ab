"""A job of one business with ids of another does not affect the other, for every kind."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from loguru import logger

from pulse import server as server  # registers every kind of job
from pulse.errors import PulseError
from pulse.jobs.registry import HANDLERS, Job
from tests.isolation.principals import Principal, unharmed
from tests.isolation.requests import NOBODY
from tests.isolation.world import PLANTED, World, build

FERRY = Principal("a job of the ferry", {})


class Bait(dict[str, Any]):
    """A job's body that returns an id of the harbor for every name."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self._world, self._number = world, number

    def __missing__(self, name: str) -> str:
        self.asked.add(name)
        known = self._world.baits(name)
        assert known, f"no table for {name}: name it after its table"
        return [*known, NOBODY, "malformed"][self._number % (len(known) + 2)]


@pytest.mark.parametrize("name", sorted(HANDLERS))
async def test_a_job_with_ids_of_others_has_no_effect_on_them(
    name: str, database: dict[str, Any], counts: Counter[str]
):
    world = await build(database)
    lines: list[str] = []
    sink = logger.add(lines.append, level="DEBUG")
    try:
        for number in range(3):
            bait = Bait(world, number)
            async with unharmed(world, FERRY):
                with suppress(PulseError, ValueError):  # no such import; no UUID
                    await HANDLERS[name].handle(Job(1, name, world.ferry.business_id, bait))
            counts["isolation: jobs"] += 1
    finally:
        logger.remove(sink)
    assert not await world.taken_over()
    assert PLANTED not in "".join(lines)
    await world.owner.close()
