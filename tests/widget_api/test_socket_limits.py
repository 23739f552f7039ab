"""Limits of the sockets on a real server, and who may watch a whole business."""

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pulse.auth.scope import Scope
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.password_changes import set_password
from pulse.errors import Unavailable
from pulse.live.hub import HUB
from pulse.live.messages import Message
from tests.fixtures.jobs import until
from tests.widget_api.clients import closed_with, dashboard, hear, say, widget
from tests.widget_api.conftest import SignedToken
from widget_api import limits
from widget_api.sockets import sessions

pytestmark = pytest.mark.slow


async def test_tabs_are_limited_per_customer(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "SOCKETS_OF_ONE_CUSTOMER", 1)
    async with widget(address, await token("c1")):
        async with connect(f"ws://{address}/ws?token={await token('c1')}") as second:
            assert await closed_with(second) == (4429, "RATE_LIMITED")
        async with widget(address, await token("c2")):
            pass

    async def slot_is_free() -> bool:
        return not sessions._taken

    await until(slot_is_free)  # the client may notice the end before the server's handler does
    async with widget(address, await token("c1")):
        pass


async def test_too_many_messages_close_the_connection(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits.SOCKET_MESSAGES, "burst", 5)
    monkeypatch.setattr(limits.SOCKET_MESSAGES, "per_second", 0.01)
    async with widget(address, await token("c1")) as socket:
        for _ in range(8):
            await say(socket, "ping")
        assert (await closed_with(socket))[0] == 4429


async def test_a_slow_dashboard_is_closed_with_1013(
    address: str, scored: Scope, key: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("widget_api.sockets.dashboard.QUEUE", 5)
    async with dashboard(address, key) as staff:
        for _ in range(10):
            HUB.publish(Message(business_id=scored.business_id, kind="notice"))
        assert await closed_with(staff) == (1013, "TRY_AGAIN_LATER")


async def test_the_dashboard_receives_its_own_business_only(
    address: str, scored: Scope, other_shop: Scope, key: str
):
    async with dashboard(address, key) as staff:
        for business in (other_shop, scored):
            notice = {"text": str(business.business_id)}
            HUB.publish(Message(business_id=business.business_id, kind="notice", payload=notice))
        assert (await hear(staff, "notice"))["text"] == str(scored.business_id)
        await say(staff, "ping")
        await hear(staff, "pong")
        await say(staff, "context_share")
        assert (await hear(staff, "error"))["error_code"] == "MESSAGE_UNKNOWN"


async def test_a_customers_token_does_not_open_the_dashboard(
    address: str, scored: Scope, token: SignedToken
):
    async with connect(f"ws://{address}/ws/dashboard?token={await token('c1')}") as socket:
        assert await closed_with(socket) == (4403, "FORBIDDEN")


async def test_staff_watch_with_their_cookie_from_our_own_pages_only(address: str, scored: Scope):
    assert scored.actor.id
    await set_password(scored, scored.actor.id, "a long enough password")
    cookie, _ = await sign_in("admin@shop.example", "a long enough password")
    headers = {"Cookie": f"pulse_session={cookie}"}
    url = f"ws://{address}/ws/dashboard"
    own: Any = f"http://{address}"
    evil: Any = "https://evil.example"
    async with connect(url, additional_headers=headers, origin=own) as socket:
        await hear(socket, "ready")
    async with connect(url, additional_headers=headers, origin=evil) as socket:
        assert (await closed_with(socket))[0] == 4403


async def test_stopping_the_hub_closes_with_1012(
    address: str, scored: Scope, token: SignedToken, key: str
):
    async with widget(address, await token("c1")) as socket, dashboard(address, key) as staff:
        await HUB.stop()
        assert await closed_with(socket) == (1012, "RESTART")
        assert await closed_with(staff) == (1012, "RESTART")


async def test_a_busy_database_does_not_close_connections_at_the_token_check(
    address: str, scored: Scope, key: str, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    asked = asyncio.Event()

    async def busy(*_: object) -> None:
        asked.set()
        raise Unavailable("all connections are busy", code="DATABASE_BUSY")

    own = await token("c1")
    for module in ("widget", "dashboard"):
        monkeypatch.setattr(f"widget_api.sockets.{module}.RECHECK_SECONDS", 0.05)
    async with widget(address, own) as customer, dashboard(address, key) as staff:
        for name in (
            "pulse.auth.customer_tokens.verify",
            "widget_api.sockets.dashboard.by_credential",
        ):
            monkeypatch.setattr(name, busy)
            asked.clear()
            await asyncio.wait_for(asked.wait(), 60)
        for line in (customer, staff):
            await say(line, "ping", n=7)
            assert await hear(line, "pong") == {"n": 7}
