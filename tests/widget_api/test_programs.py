"""What a business's programs do: send data in, list customers, read one."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from pulse import clock, loop
from pulse.access.api_keys import create_api_key
from pulse.access.scope import Scope
from tests.widget_api.conftest import SignedToken, bearer


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """Ten customers, c0 … c9, with scores."""
    await loop.rescore(ordering_shop)
    return ordering_shop


async def test_customers_are_listed_filtered_sorted_and_paged(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    async def page(**params: Any) -> dict[str, Any]:
        answer = await client.get("/api/customers", params=params, headers=bearer(key))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    first = await page(limit=4, sort="identity_strength", descending=True)
    second = await page(limit=4, sort="identity_strength", descending=True, after=first["next"])
    third = await page(limit=4, sort="identity_strength", descending=True, after=second["next"])
    assert third["next"] is None
    strengths = [
        row["identity_strength"] for part in (first, second, third) for row in part["data"]
    ]
    assert strengths == sorted(strengths, reverse=True)
    assert len(strengths) == 10
    assert (await page(search="c3"))["data"][0]["external_id"] == "c3"
    assert (await page(segment="nobody"))["data"] == []


async def test_a_bent_question_is_answered_with_400(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    for query in ("sort=password", "limit=0", "limit=1000", "after=zz", "strength_from=much"):
        answer = await client.get(f"/api/customers?{query}", headers=bearer(key))
        assert answer.status_code == 400, query
        assert answer.json()["error_code"] == "INVALID_INPUT"


async def test_one_customer_is_read_by_staff_and_programs_only(
    client: httpx.AsyncClient, scored: Scope, key: str, token: SignedToken
):
    found = (await client.get("/api/customers/c1", headers=bearer(key))).json()["data"]
    assert found["external_id"] == "c1"
    missing = await client.get("/api/customers/nobody", headers=bearer(key))
    assert missing.status_code == 404
    for path in ("/api/customers", "/api/customers/c1"):
        answer = await client.get(path, headers=bearer(await token("c1")))
        assert answer.status_code == 403


async def test_identify_makes_a_customer_and_later_traits_replace_earlier(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    for traits in (
        {"name": "Anna", "email": "anna@example.com", "seats": 3, "plan": "a"},
        {"seats": 5, "value": 1200.5},
    ):
        answer = await client.post(
            "/api/identify", json={"customer_id": "new", "traits": traits}, headers=bearer(key)
        )
        assert answer.json() == {"data": {"accepted": 1}}
    found = (await client.get("/api/customers/new", headers=bearer(key))).json()["data"]
    assert (found["name"], found["email"], found["value"]) == ("Anna", "anna@example.com", 1200.5)
    assert found["attributes"] == {"seats": 5, "plan": "a", "value": 1200.5}


async def test_track_moves_the_score_and_counts_once(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    async def strength() -> float:
        answer = await client.get("/api/customers/c9/identity", headers=bearer(key))
        found: float = answer.json()["data"]["identity_strength"]
        return found

    before = await strength()
    order = {"customer_id": "c9", "event": "order", "amount": 50, "message_id": "m1"}
    assert (await client.post("/api/track", json=order, headers=bearer(key))).status_code == 200
    after = await strength()
    assert after > before
    renamed = {"userId": "c9", "event": "order", "amount": 50, "messageId": "m1"}
    assert (await client.post("/api/track", json=renamed, headers=bearer(key))).status_code == 200
    assert await strength() == pytest.approx(after, abs=1e-3)


async def test_a_batch_is_taken_whole_or_not_at_all(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    good = [
        {"type": "identify", "userId": "b1", "traits": {"name": "Bo"}},
        {"type": "track", "userId": "b1", "event": "order", "amount": 5, "messageId": "x1"},
    ]
    answer = await client.post("/api/batch", json={"batch": good}, headers=bearer(key))
    assert answer.json() == {"data": {"accepted": 2}}
    bad = [*good, {"type": "track", "customer_id": "b2"}, {"type": "identify", "traits": {}}]
    refused = await client.post("/api/batch", json={"batch": bad}, headers=bearer(key))
    assert refused.status_code == 400
    assert refused.json()["error_code"] == "BATCH_ITEM_INVALID"
    assert [item["index"] for item in refused.json()["details"]["items"]] == [2, 3]
    missing = await client.get("/api/customers/b2", headers=bearer(key))
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"event": "order"},
        {"customer_id": "c1"},
        {"customer_id": "", "event": "order"},
        {"customer_id": "c1", "event": "order", "amount": "much"},
        {"customer_id": "c1", "event": "order", "timestamp": "yesterday"},
        {
            "customer_id": "c1",
            "event": "order",
            "timestamp": (clock.now() + timedelta(days=2)).isoformat(),
        },
    ],
)
async def test_bent_events_are_refused(
    client: httpx.AsyncClient, scored: Scope, key: str, body: dict[str, Any]
):
    answer = await client.post("/api/track", json=body, headers=bearer(key))
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_INPUT"


async def test_nested_and_endless_traits_are_refused(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    for traits in ({"a": {"b": 1}}, {"a": "x" * 2000}, {f"t{n}": n for n in range(300)}):
        answer = await client.post(
            "/api/identify", json={"customer_id": "c1", "traits": traits}, headers=bearer(key)
        )
        assert answer.status_code == 400


async def test_a_key_without_the_scope_and_a_customer_cannot_send_data(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    reader = await create_api_key(scored, "reader", ["read"])
    order = {"customer_id": "c1", "event": "order"}
    for credential in (reader, await token("c1")):
        answer = await client.post("/api/track", json=order, headers=bearer(credential))
        assert answer.status_code == 403
