"""The sockets on a real server: authentication, messages, closing."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pulse import clock, workflows
from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import list_keys, retire_key, rotate_secret
from pulse.customers.events import NewEvent
from pulse.live.hub import HUB
from pulse.live.messages import Message
from tests.widget_api.clients import (
    closed_with,
    dashboard,
    hear,
    hear_each,
    say,
    until_pong,
    widget,
)
from tests.widget_api.conftest import SignedToken
from tests.widget_api.test_access import allow
from widget_api.sockets import connection

pytestmark = pytest.mark.slow


async def test_three_ways_to_authenticate_and_the_full_state_first(
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


async def test_a_silent_client_is_closed_with_4408(
    address: str, scored: Scope, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connection, "AUTHENTICATE_SECONDS", 0.05)
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
        accepted, first = await hear_each(tab, "context_accepted", "contexts")
        assert accepted["client_key"] == "k1"
        seen = await hear(staff, "context_shared")
        assert seen["customer_id"] == "c1"
        assert seen["context"]["context_type"] == "stuck"
        for told in (first, await hear(other_tab, "contexts")):
            (shared,) = told["contexts"]
            assert shared["id"] == accepted["context"]["id"]
        await say(somebody_else, "ping", n=1)
        async with asyncio.timeout(60):
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


async def test_a_shared_context_can_be_withdrawn(address: str, scored: Scope, token: SignedToken):
    async with widget(address, await token("c1")) as socket:
        await say(socket, "context_share", context_type="busy")
        accepted, _ = await hear_each(socket, "context_accepted", "contexts")
        context = accepted["context"]
        await say(socket, "context_withdraw", context_id=context["id"])
        assert (await hear(socket, "contexts"))["contexts"] == []


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        ("context_share", {"context_type": "angry", "client_key": "k"}, "CONTEXT_UNKNOWN"),
        ("context_share", {"client_key": "k"}, "INVALID_INPUT"),
        ("context_withdraw", {"context_id": "x"}, "INVALID_INPUT"),
        ("context_withdraw", {"context_id": "0" * 32}, "CONTEXT_NOT_FOUND"),
        ("context_share", {"context_type": "stuck", "client_key": "a\0b"}, "INVALID_INPUT"),
        ("dance", {}, "MESSAGE_UNKNOWN"),
    ],
)
async def test_an_invalid_message_gets_an_error_and_the_connection_stays(
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


WELL = '{"type": "ping", "payload": {"a": ' + "[" * 8000 + "]" * 8000 + "}}"


async def test_unreadable_messages_do_not_close_the_connection(
    address: str, scored: Scope, token: SignedToken
):
    async with widget(address, await token("c1")) as socket:
        for text in ("", "{", "[]", '{"type": 1}', "x" * 20_000, b"\x00\x01", WELL):
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
        await workflows.record_events(scored, [bought])
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


async def test_an_expiring_token_closes_the_connection_unless_renewed(address: str, scored: Scope):
    await rotate_secret(scored)
    short = await sign_for("shop", "c1", minutes=0.1)
    async with widget(address, short) as renewed, widget(address, short) as forgotten:
        await say(renewed, "authenticate", token=await sign_for("shop", "c1"))
        await hear(renewed, "authenticated")
        assert await closed_with(forgotten) == (4401, "TOKEN_EXPIRED")
        await say(renewed, "ping")
        await hear(renewed, "pong")


async def test_a_token_of_another_customer_closes_the_connection(
    address: str, scored: Scope, token: SignedToken
):
    async with widget(address, await token("c1")) as socket:
        await say(socket, "authenticate", token=await token("c2"))
        assert await closed_with(socket) == (4401, "TOKEN_OF_ANOTHER")


async def test_a_retired_key_closes_connections_at_the_next_check(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("widget_api.sockets.widget.RECHECK_SECONDS", 0.05)
    async with widget(address, await token("c1")) as socket:
        for key in await list_keys(scored):
            await retire_key(scored, key.kid)
        assert await closed_with(socket) == (4401, "TOKEN_UNKNOWN_KEY")
