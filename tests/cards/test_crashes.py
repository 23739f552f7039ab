"""kill -9 at every point between a trigger and its card: none is lost or doubled."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec
import pytest

from pulse import settings
from pulse.auth.scope import Scope
from pulse.cards.drafting import draft_job
from pulse.cards.drafting.guardrails import problems
from pulse.db.transaction import tenant
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import cards, opened, picture, settings_of_cards
from tests.fixtures.jobs import jobs_by_status, queue_is_empty, working
from tests.fixtures.mortal import Mortals, mortals
from tests.fixtures.openai_server import OpenAIServer, openai_server

pytestmark = pytest.mark.slow

__all__ = ["openai_server"]

ROUNDS = 100
POINTS = ("before the commit", "after the commit", "during the model call", "after the write")


class Story:
    """Rounds in which a customer falls and a process dies at the chosen point."""

    def __init__(self, scope: Scope, beings: Mortals, server: OpenAIServer) -> None:
        self.scope, self.beings, self.server = scope, beings, server

    async def die(self, point: str, who: UUID, external_id: str) -> None:
        order = {"do": "open", "customer_id": str(who), "external_id": external_id}
        if point == "before the commit":
            pid = await self.beings.order(**order, until="opened")
            await self.beings.news("opened")
            self.beings.kill(pid)
            await opened(self.scope, picture(self.scope, who, external_id))  # the loop's next turn
            return
        pid = await self.beings.order(**order, until="committed")
        await self.beings.news("committed")
        self.beings.kill(pid)
        if point == "during the model call":
            await self.die_during_the_call()
        elif point == "after the write":
            pid = await self.beings.order(do="work", until="wrote")
            await self.beings.news("wrote")
            self.beings.kill(pid)

    async def die_during_the_call(self) -> None:
        self.server.mode = "slow"
        self.server.asked.clear()
        self.server.release.clear()
        pid = await self.beings.order(do="work", until="")
        assert await asyncio.to_thread(self.server.asked.wait, 60)
        self.beings.kill(pid)
        self.server.mode = "normal"
        self.server.release.set()


@pytest.mark.timeout(300)
async def test_a_hundred_kills_lose_no_card_and_double_none(
    shop: Scope,
    database: dict[str, Any],
    make_customer: MakeCustomer,
    openai_server: OpenAIServer,
    chosen_settings: settings.Settings,
) -> None:
    await settings_of_cards(shop, cards_per_day=10_000)
    settings.choose(
        msgspec.structs.replace(
            chosen_settings, openai_api_key="test", openai_base_url=openai_server.url
        )
    )
    everybody = {
        f"c{n}": await make_customer(shop, f"c{n}", name="Rosa Lind") for n in range(ROUNDS)
    }
    async with mortals(database, shop, openai_server.url) as beings:
        story = Story(shop, beings, openai_server)
        for n, (external_id, who) in enumerate(everybody.items()):
            await story.die(POINTS[n % len(POINTS)], who, external_id)
    async with working(heartbeat=1.0):
        await queue_is_empty(within=120)
    await draft_job.close()

    rows = await cards(shop)
    assert Counter(row["customer_id"] for row in rows) == dict.fromkeys(everybody.values(), 1)
    assert {row["status"] for row in rows} == {"pending"}
    assert {row["writer"] for row in rows} == {"model"}
    assert {row["revision"] for row in rows} == {2}, "each draft was rewritten exactly once"
    assert await jobs_by_status() == {}
    for row in rows:
        opener = row["ai_generated_opener"]
        assert problems(opener, language="en") == [], opener
    async with tenant(shop) as unit:
        assert await unit.fetchval("SELECT count(*) FROM card_trials") == ROUNDS
