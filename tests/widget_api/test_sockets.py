"""The sockets over a real server: how one gets in, what one hears, and how one is shown out."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pulse import clock, loop
from pulse.access.keys import list_keys, retire_key, rotate_secret
from pulse.access.scope import Scope
from pulse.access.staff_sessions import set_password, sign_in
from pulse.access.tokens import sign_for
from pulse.customers.events import NewEvent
from pulse.live.hub import HUB
from pulse.live.messages import Message
from tests.widget_api.conftest import SignedToken
from tests.widget_api.test_doors import allow
from widget_api import limits
from widget_api.sockets import line


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """Ten customers, c0 … c9, with scores."""
    await loop.rescore(ordering_shop)
    return ordering_shop


async def say(socket: ClientConnection, kind: str, **payload: Any) -> None:
    await socket.send(json.dumps({"type": kind, "payload": payload}))


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The payload of the next message of this kind; others in between are passed over."""
    async with asyncio.timeout(20):
        while True:
            said = json.loads(await socket.recv())
            if said["type"] == kind:
                payload: dict[str, Any] = said["payload"]
                return payload


async def until_pong(socket: ClientConnection) -> AsyncIterator[str | bytes]:
    """What arrives before the answer to a ping."""
    async for said in socket:
        yield said
        if json.loads(said)["type"] == "pong":
            return


async def closed_with(socket: ClientConnection) -> tuple[int, str]:
    """How the server closed."""
    async with asyncio.timeout(20):
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code or 0, socket.close_reason or ""


@asynccontextmanager
async def widget(address: str, token: str) -> AsyncIterator[ClientConnection]:
    """A widget that came in by the subprotocol and has read its state."""
    async with connect(
        f"ws://{address}/ws", subprotocols=["pulse.v1", f"pulse.token.{token}"]
    ) as socket:
        await hear(socket, "state")
        yield socket


@asynccontextmanager
async def dashboard(address: str, key: str) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://{address}/ws/dashboard", additional_headers={"Authorization": f"Bearer {key}"}
    ) as socket:
        await hear(socket, "ready")
        yield socket


async def test_three_ways_in_and_the_full_state_first(
    address: str, scored: Scope, token: SignedToken
):
    credential = await token("c1")
    async with connect(
        f"ws://{address}/ws", subprotocols=["pulse.v1", f"pulse.token.{credential}"]
    ) as socket:
        assert socket.subprotocol == "pulse.v1"
        by_subprotocol = await hear(socket, "state")
    async with connect(f"ws://{address}/ws") as socket:
        await say(socket, "authenticate", token=credential)
        by_message = await hear(socket, "state")
    async with connect(f"ws://{address}/ws?token={credential}") as socket:
        by_query = await hear(socket, "state")
    for state in (by_subprotocol, by_message, by_query):
        assert state["customer"]["id"] == "c1"
        assert state["identity"]["identity_strength"] is not None


async def test_refused_tokens_close_with_4401_and_say_why(
    address: str, scored: Scope, token: SignedToken
):
    for credential, reason in (("nonsense", "TOKEN_MALFORMED"), ("a.b.c", "TOKEN_MALFORMED")):
        async with connect(f"ws://{address}/ws?token={credential}") as socket:
            assert await closed_with(socket) == (4401, reason)
    async with connect(f"ws://{address}/ws") as socket:
        await say(socket, "context_share", context_type="busy")
        assert (await closed_with(socket))[0] == 4401


async def test_who_says_nothing_is_closed_with_4408(
    address: str, scored: Scope, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(line, "AUTHENTICATE_SECONDS", 0.05)
    async with connect(f"ws://{address}/ws") as socket:
        assert (await closed_with(socket))[0] == 4408


async def test_a_page_that_is_not_on_the_list_is_closed_with_4403(
    address: str, scored: Scope, token: SignedToken
):
    await allow(scored, "https://shop.example")
    credential = await token("c1")
    url = f"ws://{address}/ws?token={credential}"
    async with connect(url, origin="https://evil.example") as socket:  # type: ignore[arg-type]
        assert await closed_with(socket) == (4403, "ORIGIN_NOT_ALLOWED")
    async with connect(url, origin="https://shop.example") as socket:  # type: ignore[arg-type]
        await hear(socket, "state")


async def test_a_tap_reaches_the_dashboard_and_all_tabs_of_the_customer_only(
    address: str, scored: Scope, token: SignedToken, key: str
):
    async with (
        dashboard(address, key) as staff,
        widget(address, await token("c1")) as tab,
        widget(address, await token("c1")) as other_tab,
        widget(address, await token("c2")) as somebody_else,
    ):
        await say(tab, "context_share", context_type="stuck", note="Help", client_key="k1")
        accepted = await hear(tab, "context_accepted")
        assert accepted["client_key"] == "k1"
        seen = await hear(staff, "context_shared")
        assert seen["customer_id"] == "c1"
        assert seen["context"]["context_type"] == "stuck"
        for listener in (tab, other_tab):
            (shared,) = (await hear(listener, "contexts"))["contexts"]
            assert shared["id"] == accepted["context"]["id"]
        await say(somebody_else, "ping", n=1)
        async with asyncio.timeout(20):
            heard = [json.loads(said)["type"] async for said in until_pong(somebody_else)]
        assert not {"contexts", "context_accepted", "identity_update"} & set(heard)


async def test_the_same_tap_twice_is_one_context(address: str, scored: Scope, token: SignedToken):
    async with widget(address, await token("c1")) as socket:
        for _ in range(2):
            await say(socket, "context_share", context_type="busy", client_key="k1")
        first = await hear(socket, "context_accepted")
        second = await hear(socket, "context_accepted")
    assert first == second
    async with connect(f"ws://{address}/ws?token={await token('c1')}") as socket:
        assert len((await hear(socket, "state"))["contexts"]) == 1


async def test_what_was_shared_can_be_taken_back(address: str, scored: Scope, token: SignedToken):
    async with widget(address, await token("c1")) as socket:
        await say(socket, "context_share", context_type="busy")
        context = (await hear(socket, "context_accepted"))["context"]
        await hear(socket, "contexts")
        await say(socket, "context_withdraw", context_id=context["id"])
        assert (await hear(socket, "contexts"))["contexts"] == []


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        ("context_share", {"context_type": "angry", "client_key": "k"}, "CONTEXT_UNKNOWN"),
        ("context_share", {"client_key": "k"}, "INVALID_INPUT"),
        ("context_withdraw", {"context_id": "x"}, "INVALID_INPUT"),
        ("context_withdraw", {"context_id": "0" * 32}, "CONTEXT_NOT_FOUND"),
        ("dance", {}, "MESSAGE_UNKNOWN"),
    ],
)
async def test_a_bent_message_gets_an_error_and_the_line_stays(
    address: str,
    scored: Scope,
    token: SignedToken,
    kind: str,
    payload: dict[str, Any],
    code: str,
):
    async with widget(address, await token("c1")) as socket:
        await say(socket, kind, **payload)
        error = await hear(socket, "error")
        assert error["error_code"] == code
        assert error.get("client_key") == payload.get("client_key")
        await say(socket, "ping")
        await hear(socket, "pong")


async def test_unreadable_messages_do_not_end_the_line(
    address: str, scored: Scope, token: SignedToken
):
    async with widget(address, await token("c1")) as socket:
        for text in ("", "{", "[]", '{"type": 1}', "x" * 20_000, b"\x00\x01"):
            await socket.send(text)
            assert (await hear(socket, "error"))["error_code"] == "MESSAGE_UNKNOWN"


async def test_an_order_moves_the_score_in_widget_and_dashboard(
    address: str, scored: Scope, token: SignedToken, key: str
):
    async with widget(address, await token("c9")) as socket, dashboard(address, key) as staff:
        bought = NewEvent(
            external_id="c9",
            kind="order",
            occurred_at=clock.now(),
            amount=50.0,
            message_id="new-order",
        )
        await loop.record_events(scored, [bought])
        update = await hear(socket, "identity_update")
        total = update["base"] + sum(each["contribution"] for each in update["shap_factors"])
        assert total == pytest.approx(update["identity_strength"], abs=1e-9)
        assert {"change", "timestamp", "band", "coverage", "because", "strengthen"} <= set(update)
        told = await hear(staff, "identity_update")
        assert told["customer_id"] == "c9"
        assert told["identity_strength"] == pytest.approx(update["identity_strength"])


async def test_a_resync_sends_the_full_state_again(address: str, scored: Scope, token: SignedToken):
    async with widget(address, await token("c1")) as socket:
        HUB.publish(Message(business_id=scored.business_id, kind="resync", payload={"kinds": []}))
        assert (await hear(socket, "state"))["customer"]["id"] == "c1"


async def test_an_expiring_token_ends_the_line_unless_renewed(address: str, scored: Scope):
    await rotate_secret(scored)
    short = await sign_for("shop", "c1", minutes=0.03)
    async with widget(address, short) as renewed, widget(address, short) as forgotten:
        await say(renewed, "authenticate", token=await sign_for("shop", "c1"))
        await hear(renewed, "authenticated")
        assert await closed_with(forgotten) == (4401, "TOKEN_EXPIRED")
        await say(renewed, "ping")
        await hear(renewed, "pong")


async def test_a_token_of_somebody_else_ends_the_line(
    address: str, scored: Scope, token: SignedToken
):
    async with widget(address, await token("c1")) as socket:
        await say(socket, "authenticate", token=await token("c2"))
        assert await closed_with(socket) == (4401, "TOKEN_OF_ANOTHER")


async def test_a_retired_key_ends_open_lines_at_the_next_look(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("widget_api.sockets.widget.RECHECK_SECONDS", 0.05)
    async with widget(address, await token("c1")) as socket:
        for key in await list_keys(scored):
            await retire_key(scored, key.kid)
        assert await closed_with(socket) == (4401, "TOKEN_UNKNOWN_KEY")


async def test_tabs_are_limited_per_customer(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "SOCKETS_OF_ONE_CUSTOMER", 1)
    async with widget(address, await token("c1")):
        async with connect(f"ws://{address}/ws?token={await token('c1')}") as second:
            assert await closed_with(second) == (4429, "RATE_LIMITED")
        async with widget(address, await token("c2")):
            pass
    async with widget(address, await token("c1")):  # the seat was given back
        pass


async def test_a_flood_of_messages_ends_the_line(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits.SOCKET_MESSAGES, "burst", 5)
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


async def test_the_dashboard_hears_its_own_business_only(
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
    await set_password(scored.actor.id, "a long enough password")
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
