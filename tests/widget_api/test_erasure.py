"""Erasing customers while six writers change them: no deadlock, no failure, no remains."""

import asyncio
from collections import Counter
from collections.abc import Iterable

import httpx

from pulse import workflows
from pulse.auth.api_keys import create_api_key
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.testing.database import MakeCustomer
from tests.fixtures.database import add_number_metric
from tests.widget_api.conftest import bearer

CUSTOMERS = 24


class Crowd:
    """Clients of the API that fail at the first server error."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self.answers: Counter[int] = Counter()
        self._client, self._headers = client, bearer(key)

    async def taps(self, numbers: Iterable[int], kind: str) -> None:
        for n in numbers:
            await self._call("POST", f"/api/customers/c{n}/contexts", {"context_type": kind})

    async def events(self, numbers: Iterable[int]) -> None:
        for n in numbers:
            await self._call("POST", "/api/track", {"userId": f"c{n}", "event": "order"})

    async def erasures(self, numbers: Iterable[int]) -> None:
        for n in numbers:
            await self._call("DELETE", f"/api/customers/c{n}")

    async def _call(self, method: str, path: str, body: object = None) -> None:
        answer = await self._client.request(method, path, json=body, headers=self._headers)
        self.answers[answer.status_code] += 1
        assert answer.status_code < 500, answer.text


async def test_erasure_meets_six_writers_without_a_failure(
    shop: Scope, make_customer: MakeCustomer, client: httpx.AsyncClient
) -> None:
    async with tenant(shop) as unit:
        await add_number_metric(unit, "visits")
    ids = [await make_customer(shop, f"c{n}", attributes={"visits": n}) for n in range(CUSTOMERS)]
    await workflows.rescore(shop)
    crowd = Crowd(client, await create_api_key(shop, "all", ["read", "write", "ingest", "erase"]))

    async def scores() -> None:
        for _ in range(6):
            await workflows.recalculate_isolated(shop, list(reversed(ids)))

    forwards, backwards = range(CUSTOMERS), range(CUSTOMERS - 1, -1, -1)
    async with asyncio.TaskGroup() as group:
        group.create_task(scores())
        for order, kind in ((forwards, "stuck"), (backwards, "busy")):
            group.create_task(crowd.taps(forwards, kind))
            group.create_task(crowd.events(order))
            group.create_task(crowd.erasures(order))
    assert set(crowd.answers) <= {200, 201, 202, 404}, crowd.answers
    assert crowd.answers[200] >= CUSTOMERS
