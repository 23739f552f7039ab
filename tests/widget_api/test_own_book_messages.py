"""Staff who see only their own customers hear nothing about others on /ws/dashboard."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pulse import clock, workflows
from pulse.auth.role_definitions import set_role_rule
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import COOKIE, StaffSession
from pulse.auth.staff import add_staff
from pulse.customers import privacy
from pulse.customers.events import NewEvent
from pulse.customers.ingestion.ingest import ingest
from pulse.db.transaction import tenant
from pulse.live.hub import HUB
from pulse.live.messages import Message
from pulse.right_of_reply.service import dispute_fact
from tests.widget_api.clients import hear
from ui.auth.tabs import in_book

PASSWORD = "a long enough password"
MINE, THEIRS = "c1", "c2"
LAST: dict[str, Any] = {"type": "resync", "payload": {"kinds": ["import_progress"]}}


@pytest.fixture
async def cleo(scored: Scope) -> tuple[str, StaffSession]:
    """(cookie, session) of a csm whose only customer is c1."""
    await add_staff(scored, "cleo@shop.example", "Cleo", Role.csm, PASSWORD)
    await set_role_rule(scored, RoleRule("csm", book="own"))
    cookie, session = await sign_in("cleo@shop.example", PASSWORD)
    async with tenant(scored) as unit:
        await unit.execute(
            "UPDATE customers SET owner_id = $1 WHERE external_id = $2", session.staff_id, MINE
        )
    return cookie, session


async def all_happens(scope: Scope) -> None:
    """Events, a request for erasure and an objection, of both customers; then a hint."""
    for customer in (THEIRS, MINE):
        sent = {"customer_id": customer, "event": "order", "type": "track", "amount": 77}
        await ingest(scope, [{**sent, "message_id": f"sent-{customer}"}])
        bought = NewEvent(
            external_id=customer,
            kind="order",
            occurred_at=clock.now(),
            amount=78.0,
            message_id=f"bought-{customer}",
        )
        await workflows.record_events(scope, [bought])
        await privacy.ask_erasure(scope, customer)
        await dispute_fact(scope, customer, "orders_90", None)
    HUB.publish(Message(business_id=scope.business_id, kind="notice", payload={"text": "done"}))
    HUB.publish(Message(business_id=scope.business_id, kind="resync", payload=LAST["payload"]))


def names(text: str, customer: str) -> bool:
    return f'"{customer}"' in text or f"customer {customer} " in text


async def test_messages_about_other_customers_do_not_arrive(
    address: str, scored: Scope, cleo: tuple[str, StaffSession]
):
    cookie, session = cleo
    heard: list[dict[str, Any]] = []
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    async with (
        connect(f"ws://{address}/ws/dashboard", additional_headers=headers) as socket,
        HUB.subscribe(scored.business_id, limit=1000) as everything,
    ):
        await hear(socket, "ready")
        await all_happens(scored)
        async with asyncio.timeout(60):
            while LAST not in heard:
                heard.append(json.loads(await socket.recv()))
        published = everything.drain()

    texts = [json.dumps(one) for one in heard]
    assert not [text for text in texts if names(text, THEIRS)]
    about_mine = [one["type"] for one in heard if names(json.dumps(one), MINE)]
    assert (about_mine.count("event_recorded"), about_mine.count("notice")) == (2, 2)
    assert {"type": "notice", "payload": {"text": "done"}} in heard

    naming = [one for one in published if names(one.wire().decode(), THEIRS)]
    assert {"event_recorded", "notice", "dispute_changed"} <= {one.kind for one in naming}
    assert all(one.customer_id for one in naming)
    on_pages = [one.wire() for one in await in_book(session, published)]
    assert [json.loads(wire) for wire in on_pages][: len(heard)] == heard


@pytest.mark.parametrize(
    "named", [{"external_id": THEIRS}, {"payload": {"customer_id": THEIRS}}], ids=str
)
async def test_a_message_that_names_a_customer_without_their_id_is_refused(
    address: str, scored: Scope, cleo: tuple[str, StaffSession], named: dict[str, Any]
):
    cookie, session = cleo
    unclear = Message(business_id=scored.business_id, kind="event_recorded", **named)
    hint = Message(business_id=scored.business_id, kind="resync", payload={"kinds": []})
    assert await in_book(session, [unclear, hint]) == [hint]
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    async with connect(f"ws://{address}/ws/dashboard", additional_headers=headers) as socket:
        await hear(socket, "ready")
        HUB.publish(unclear)
        HUB.publish(hint)
        assert json.loads(await socket.recv())["type"] == "resync"
