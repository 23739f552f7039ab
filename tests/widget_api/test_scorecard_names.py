"""Where there are several scorecards, programs are told by which one a strength was made."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.customers import events
from pulse.db.transaction import tenant
from pulse.live.hub import HUB
from pulse.webhooks import endpoints
from tests.fixtures.orders import NOW, order
from tests.widget_api.conftest import SignedToken, bearer
from tests.workflows.several_scorecards import B2B, IS_B2B, publish_another, score_shop

pytestmark = pytest.mark.slow

KINDS = ("identity.changed", "band.changed")
LATER = NOW + timedelta(days=40)
EXPECTED = {"c0": "Business", "c8": "Default"}


async def rescored(scope: Scope, moment: datetime) -> dict[str, set[Any]]:
    """Score everybody; returns the scorecards named in live messages by customer."""
    told: dict[str, set[Any]] = {}
    async with HUB.subscribe(scope.business_id, limit=200) as heard:
        with clock.at(moment):
            await workflows.rescore(scope)
        for message in heard.drain():
            if message.kind == "identity_update" and message.external_id:
                told.setdefault(message.external_id, set()).add(message.payload["scorecard"])
    return told


async def sent(scope: Scope) -> dict[str, set[tuple[str, Any]]]:
    """The kinds of webhook events that are waiting, with the scorecard, by customer."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "DELETE FROM webhook_deliveries RETURNING event_kind, payload->'data' AS data"
        )
    told: dict[str, set[tuple[str, Any]]] = {}
    for kind, data in rows:
        told.setdefault(data["customer_id"], set()).add((kind, data["scorecard"]))
    return told


async def test_every_strength_names_its_scorecard(
    client: httpx.AsyncClient, key: str, token: SignedToken, ordering_shop: Scope
) -> None:
    shop = await score_shop(ordering_shop)
    async with tenant(shop) as unit:
        await unit.execute(
            "UPDATE customers SET email = 'one@example.com' WHERE external_id IN ('c0', 'c8')"
        )
    await endpoints.create(shop, "https://1.1.1.1/hook", KINDS)
    assert set().union(*(await rescored(shop, LATER)).values()) == {None}
    assert {name for each in (await sent(shop)).values() for _, name in each} == {None}
    await names_in_answers(client, key, dict.fromkeys(EXPECTED))
    with clock.at(LATER):
        await publish_another(shop, "Business", IS_B2B)
    async with tenant(shop) as unit:
        await events.append(unit, [order("c8", -60)])
    live = await rescored(shop, LATER + timedelta(days=40))
    assert {who: live[who] for who in EXPECTED} == {who: {name} for who, name in EXPECTED.items()}
    hooks = await sent(shop)
    assert ("identity.changed", "Business") in hooks["c0"]
    assert ("band.changed", "Business") in set().union(*(hooks[who] for who in B2B))
    assert {name for _, name in hooks["c8"]} == {"Default"}
    await names_in_answers(client, key, EXPECTED)
    own = await client.get("/api/customers/c0/identity", headers=bearer(await token("c0")))
    assert own.json()["data"]["scorecard"] is None


async def names_in_answers(
    client: httpx.AsyncClient, key: str, expected: dict[str, str | None]
) -> None:
    async def read(path: str) -> Any:
        answer = await client.get(path, headers=bearer(key))
        return answer.raise_for_status().json()["data"]

    listed = {row["external_id"]: row["scorecard"] for row in await read("/api/customers")}
    assert {who: listed[who] for who in expected} == expected
    for who, name in expected.items():
        assert (await read(f"/api/customers/{who}"))["scorecard"] == name
        assert (await read(f"/api/customers/{who}/identity"))["scorecard"] == name
    only = await read("/api/customers?fields=external_id,scorecard")
    assert {"external_id": "c0", "scorecard": expected["c0"]} in only
    cards = await read("/api/conversation-cards")
    assert cards
    for card in cards:
        assert card["scorecard"] == listed[card["customer_id"]]
        assert (await read(f"/api/conversation-cards/{card['id']}"))["scorecard"] == (
            card["scorecard"]
        )
    (group,) = await read("/api/possible-duplicates")
    assert {one["customer_id"]: one["scorecard"] for one in group["customers"]} == expected
