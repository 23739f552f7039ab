"""The running demo after `make demo`."""

import asyncio

import httpx
import msgspec
import websockets

from tests.fixtures.demo_server import PASSWORD, Demo


def test_the_demo_prints_its_url_and_the_accounts(demo: Demo):
    *_, shop, sign_in, ready = demo.printed[: demo.printed.index(f"Pulse is ready: {demo.url}") + 1]
    assert shop == f"The shop with the widget: {demo.url}/demo/shop"
    assert "csm@lantern.example" in sign_in
    assert ready.startswith("Pulse is ready: http://127.0.0.1:")


async def test_the_simulation_moves_customers_where_a_csm_sees_it(demo: Demo):
    async with httpx.AsyncClient(base_url=demo.url, timeout=60) as browser:
        form = {"email": "csm@lantern.example", "password": PASSWORD}
        await browser.post("/sign-in", data=form)
        cookie = f"pulse_session={browser.cookies['pulse_session']}"
        address = demo.url.replace("http", "ws") + "/ws/dashboard"
        try:
            async with websockets.connect(
                address, additional_headers={"Cookie": cookie}, origin=demo.url
            ) as dashboard:
                await browser.put("/demo/simulation", json={"running": True})
                seen: set[str] = set()
                async with asyncio.timeout(120):
                    while not {"event_recorded", "identity_update", "context_shared"} <= seen:
                        seen.add(msgspec.json.decode(await dashboard.recv())["type"])
        finally:
            answer = await browser.put("/demo/simulation", json={"running": False})
    assert answer.json() == {"data": {"running": False}}
