"""The demo shop's server: only in demo mode; pages, token, order, simulation switch."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from pulse import settings, workflows
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import rotate_secret
from pulse.customers import events
from pulse.db.transaction import tenant
from pulse.demo import simulation
from pulse.scoring import scorecard_store
from pulse.testing.database import make_business
from tests.fixtures.orders import CATALOGUE, a_year_of_orders
from tests.widget_api.conftest import bearer
from widget_api.app import build


@pytest.fixture
async def lantern(database: dict[str, Any]) -> Scope:
    """The demo's shop with ten customers."""
    scope = await make_business("lantern", "Lantern")
    await rotate_secret(scope)
    async with tenant(scope) as unit:
        await scorecard_store.save_catalogue(unit, CATALOGUE)
        await events.append(unit, a_year_of_orders())
    await workflows.rescore(scope)
    return scope


@pytest.fixture
async def demo(lantern: Scope) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=build(), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as made:
        yield made
    await simulation.stop()


async def test_the_shop_page_and_its_files(demo: httpx.AsyncClient):
    page = await demo.get("/demo/shop")
    assert page.headers["content-type"].startswith("text/html")
    assert "pulse.js" in page.text
    style = await demo.get("/demo/shop/shop.css")
    assert style.headers["content-type"].startswith("text/css")
    for name in ("nothing.css", "..", "..%2fpackage.json", "secret.txt"):
        assert (await demo.get(f"/demo/shop/{name}")).status_code == 404


async def test_a_customer_signs_in_orders_and_cancels(demo: httpx.AsyncClient):
    customers = (await demo.get("/demo/shop/customers")).json()["data"]
    assert {"customer_id", "name"} <= set(customers[0])
    token = (await demo.get("/demo/shop/token?customer_id=c1")).json()["data"]["token"]
    read = await demo.get("/api/customers/c1/identity", headers=bearer(token))
    assert read.status_code == 200
    order = {"customer_id": "c1", "sku": "85123A", "amount": 17.7}
    assert (await demo.post("/demo/shop/orders", json=order)).status_code == 201
    answer = await demo.post("/demo/shop/cancellations", json={"customer_id": "c1"})
    assert answer.status_code == 201
    assert (await demo.get("/demo/shop/token?customer_id=nobody")).status_code == 404
    assert (await demo.get("/demo/shop/token")).status_code == 400


async def test_the_simulation_has_a_switch(demo: httpx.AsyncClient):
    for running in (True, False):
        answer = await demo.put("/demo/simulation", json={"running": running})
        assert answer.json() == {"data": {"running": running}}
        assert (await demo.get("/demo/simulation")).json()["data"]["running"] is running


async def test_outside_demo_mode_none_of_it_exists(shop: Scope, chosen_settings: settings.Settings):
    settings.choose(settings.Settings(data_dir=chosen_settings.data_dir, secret="s" * 48))
    transport = httpx.ASGITransport(app=build())  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as plain:
        for path in ("/demo/shop", "/demo/shop/token?customer_id=c1", "/demo/simulation"):
            assert (await plain.get(path)).status_code == 404
