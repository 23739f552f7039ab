"""The simulation against the API: its actions count like those of real customers."""

from collections.abc import AsyncIterator
from random import Random

import httpx
import pytest

from pulse.auth.api_keys import create_api_key, list_api_keys
from pulse.db.transaction import tenant
from pulse.demo import simulation
from pulse.demo.simulation import Stage
from widget_api.app import build


@pytest.fixture
async def stage(lantern) -> AsyncIterator[Stage]:
    key = await create_api_key(lantern, "test", ["ingest"])
    transport = httpx.ASGITransport(app=build(), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as client:
        yield Stage(client, key, ["17850", "strong", "steady"], Random(7))


async def counted(scope) -> dict[str, int]:
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            "SELECT (SELECT count(*) FROM events WHERE kind = 'order') AS orders, "
            "(SELECT count(*) FROM events WHERE kind = 'cancellation') AS cancellations, "
            "(SELECT count(*) FROM customer_contexts) AS contexts"
        )
    return dict(row)


async def test_simulated_customers_order_cancel_and_share_states(stage: Stage, lantern):
    before = await counted(lantern)
    for _ in range(40):
        await stage.step()
    after = await counted(lantern)
    assert all(after[kind] > before[kind] for kind in after)
    steps = sum(after.values()) - sum(before.values())
    assert 35 <= steps <= 40  # the same state of one person within a minute is one entry


async def test_a_refused_step_raises_an_error(stage: Stage):
    stage.key = "pulse_sk_of_nobody"
    with pytest.raises(httpx.HTTPStatusError):
        await stage.track("17850", "order", 10.0)


async def test_it_starts_once_and_leaves_no_key_behind(lantern):
    assert not simulation.running()
    await simulation.start()
    await simulation.start()
    assert simulation.running()
    live = [key for key in await list_api_keys(lantern) if key.revoked_at is None]
    assert [(key.name, key.scopes) for key in live] == [(simulation.KEY_NAME, ["ingest"])]
    await simulation.stop()
    assert not simulation.running()
    assert [key for key in await list_api_keys(lantern) if key.revoked_at is None] == []
