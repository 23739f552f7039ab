"""/v1/… over HTTP: Basic authentication, single calls, warnings, rate limit headers."""

from typing import Any

import httpx
import pytest

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from tests.widget_api.conftest import bearer

CALLS: dict[str, dict[str, Any]] = {
    "identify": {"traits": {"email": "a@x.example"}},
    "track": {"event": "order", "properties": {"revenue": "39.95"}},
    "page": {"name": "Pricing"},
    "screen": {"name": "Home"},
    "group": {"groupId": "g1", "traits": {"name": "Acme"}},
    "alias": {"previousId": "old"},
}


async def test_each_call_works_alone_with_the_write_key(
    client: httpx.AsyncClient, shop: Scope, key: str
) -> None:
    for kind, call in CALLS.items():
        answer = await client.post(f"/v1/{kind}", json={"userId": "c1", **call}, auth=(key, ""))
        assert answer.status_code == 200, answer.text
        assert answer.json()["success"] is True
    async with tenant(shop) as unit:
        kinds = await unit.fetchval("SELECT array_agg(kind ORDER BY kind) FROM events")
        row = await unit.fetchrow("SELECT email, attributes FROM customers")
    assert kinds == ["order", "page", "screen"]
    assert dict(row) == {
        "email": "a@x.example",
        "attributes": {"company": "Acme", "company_id": "g1"},
    }


async def test_a_batch_may_be_longer_than_ours_and_names_what_is_bad(
    client: httpx.AsyncClient, shop: Scope, key: str
) -> None:
    items: list[Any] = [{"type": "track", "userId": "c1", "event": "x"}] * 501
    items[500] = 5
    answer = await client.post("/v1/batch", json={"batch": items}, auth=(key, ""))
    data = answer.json()["data"]
    assert (data["accepted"], data["refused"]) == (
        500,
        [{"index": 500, "reason": "An item must be an object."}],
    )


@pytest.mark.parametrize(
    "header", ["Basic %%%", "Basic cHVsc2U6", "Basic cHVsc2Vfc2tfeDo=", "Digest x", "Basic"]
)
async def test_a_credential_that_is_no_key_is_refused(
    client: httpx.AsyncClient, header: str
) -> None:
    answer = await client.post("/v1/track", json={}, headers={"Authorization": header})
    assert answer.status_code == 401
    assert set(answer.json()) == {"error_code", "message", "details"}


async def test_our_own_calls_take_the_same_forms(
    client: httpx.AsyncClient, shop: Scope, key: str
) -> None:
    said = [
        {"user_id": "c1", "traits": {"email": "no address", "plan": "Pro"}},
        {"userId": 7, "traits": {"address": {"city": "Rome"}}, "timestamp": 1777888800},
    ]
    answers = [await client.post("/api/identify", json=each, headers=bearer(key)) for each in said]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert "email" in answers[0].json()["data"]["warnings"][0]
    track = {"userId": "c1", "event": "order", "amount": "1.234,50 €", "timestamp": "2026-01-05"}
    answer = await client.post("/api/track", json=track, headers=bearer(key))
    assert answer.status_code == 202, answer.text
    batch = {"batch": [5, {"type": "track", "userId": "r1", "event": "x"}], "sentAt": 1777888800}
    answer = await client.post("/api/batch", json=batch, headers=bearer(key))
    assert answer.json()["data"]["accepted"] == 1
    assert [each["index"] for each in answer.json()["data"]["refused"]] == [0]
    async with tenant(shop) as unit:
        assert await unit.fetchval("SELECT amount FROM events WHERE kind = 'order'") == 1234.5


async def test_the_answer_says_how_much_may_still_be_sent(
    client: httpx.AsyncClient, key: str
) -> None:
    for left in (19_999, 19_998):
        call = {"userId": "c1", "event": "x"}
        answer = await client.post("/api/track", json=call, headers=bearer(key))
        assert answer.status_code == 202
        assert answer.headers["ratelimit-limit"] == "20000"
        assert int(answer.headers["ratelimit-remaining"]) in (left, left + 1, 20_000 - 1)
        assert int(answer.headers["ratelimit-reset"]) >= 0
