"""Conversation cards over REST: created by a tap, worked by a program, isolated."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from pulse import clock, workflows
from pulse.auth.api_keys import create_api_key
from pulse.auth.scope import Scope
from tests.widget_api.conftest import SignedToken, bearer

pytestmark = pytest.mark.slow


@pytest.fixture
async def card(client: httpx.AsyncClient, ordering_shop: Scope, key: str) -> dict[str, Any]:
    """The card created by c1's "I'm stuck"."""
    await workflows.rescore(ordering_shop)
    await workflows.share_context(Scope.for_pulse(ordering_shop.business_id), "c1", "stuck", "Help")
    found = (await client.get("/api/conversation-cards?status=pending", headers=bearer(key))).json()
    (made,) = [each for each in found["data"] if each["cause"] == "stuck"]
    assert made["customer_id"] == made["external_id"] == "c1"
    return dict(made)


async def test_a_card_is_actioned_and_its_outcome_recorded(
    client: httpx.AsyncClient, card: dict[str, Any], key: str
):
    path = f"/api/conversation-cards/{card['id']}"
    body = {"text": "I saw that you are stuck.", "channel": "email"}
    actioned = await client.post(f"{path}/action", json=body, headers=bearer(key))
    assert actioned.status_code == 200, actioned.text
    assert actioned.json()["data"]["status"] == "actioned"
    assert actioned.json()["data"]["customer_id"] == "c1"
    outcome = {"outcome": "responded", "note": "Solved on the phone"}
    done = await client.put(f"{path}/outcome", json=outcome, headers=bearer(key))
    assert done.json()["data"]["status"] == "completed"
    assert (await client.get(path, headers=bearer(key))).json()["data"]["outcome"] == "responded"
    pending = await client.get("/api/conversation-cards", headers=bearer(key))
    assert card["id"] not in [each["id"] for each in pending.json()["data"]]


async def test_a_card_is_snoozed_and_dismissed(
    client: httpx.AsyncClient, card: dict[str, Any], key: str
):
    path = f"/api/conversation-cards/{card['id']}"
    until = (clock.now() + timedelta(days=2)).isoformat()
    snoozed = await client.post(
        f"{path}/snooze", json={"until": until, "reason": "On holiday"}, headers=bearer(key)
    )
    assert snoozed.json()["data"]["status"] == "snoozed"
    dismissed = await client.post(
        f"{path}/dismiss", json={"reason": "Known already"}, headers=bearer(key)
    )
    assert dismissed.json()["data"]["status"] == "dismissed"


async def test_the_second_of_two_changes_is_refused(
    client: httpx.AsyncClient, card: dict[str, Any], key: str
):
    path = f"/api/conversation-cards/{card['id']}/action"
    body = {"revision": card["revision"]}
    assert (await client.post(path, json=body, headers=bearer(key))).status_code == 200
    assert (await client.post(path, json=body, headers=bearer(key))).status_code == 409


async def test_an_outcome_before_the_delivery_is_refused(
    client: httpx.AsyncClient, card: dict[str, Any], key: str
):
    path = f"/api/conversation-cards/{card['id']}/outcome"
    answer = await client.put(path, json={"outcome": "responded"}, headers=bearer(key))
    assert answer.status_code == 409
    assert answer.json()["message"] == "A card that is pending cannot be given an outcome."


@pytest.mark.parametrize(
    ("method", "step", "body"),
    [
        ("PUT", "outcome", {"outcome": "splendid"}),
        ("PUT", "outcome", {}),
        ("POST", "snooze", {"until": "tomorrow", "reason": "x"}),
        ("POST", "snooze", {"until": "2020-01-01T00:00:00Z", "reason": "x"}),
        ("POST", "dismiss", {"reason": ""}),
        ("POST", "action", {"text": ""}),
    ],
)
async def test_invalid_steps_are_refused(
    client: httpx.AsyncClient,
    card: dict[str, Any],
    key: str,
    method: str,
    step: str,
    body: dict[str, Any],
):
    path = f"/api/conversation-cards/{card['id']}/{step}"
    answer = await client.request(method, path, json=body, headers=bearer(key))
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_INPUT"


async def test_cards_are_for_staff_and_programs_of_their_business(
    client: httpx.AsyncClient,
    card: dict[str, Any],
    other_shop: Scope,
    ordering_shop: Scope,
    token: SignedToken,
):
    path = f"/api/conversation-cards/{card['id']}"
    foreign = await create_api_key(other_shop, "theirs", ["read", "write"])
    assert (await client.get(path, headers=bearer(foreign))).status_code == 404
    answer = await client.post(f"{path}/action", json={}, headers=bearer(foreign))
    assert answer.status_code == 404
    for credential in (await token("c1"), await create_api_key(ordering_shop, "r", ["read"])):
        refused = await client.post(f"{path}/action", json={}, headers=bearer(credential))
        assert refused.status_code == 403
    nobody = await client.get(f"/api/conversation-cards/{uuid4()}", headers=bearer(foreign))
    assert nobody.json()["error_code"] == "CARD_NOT_FOUND"


async def test_an_invalid_list_query_is_refused(
    client: httpx.AsyncClient, card: dict[str, Any], key: str
):
    for query in ("status=lost", "after=zz", "limit=0", "owner=me"):
        answer = await client.get(f"/api/conversation-cards?{query}", headers=bearer(key))
        assert answer.status_code == 400, query
