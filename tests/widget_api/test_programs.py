"""A business's programs: send data, list customers, read one."""

import asyncio
import gzip
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from pulse import manual_cards, workflows
from pulse.auth.api_keys import create_api_key
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.cards.triggers import BY_HAND, discover
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.live.hub import HUB
from tests.widget_api.conftest import SignedToken, bearer

pytestmark = pytest.mark.slow


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """Ten customers, c0 … c9, with scores and without automatic cards."""
    await set_section(ordering_shop, "cards", {"switched_off": [*(discover().keys() - {BY_HAND})]})
    await workflows.rescore(ordering_shop)
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


async def test_every_filter_of_the_page_works_over_rest_too(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    operation = (await client.get("/api/docs/openapi.json")).json()["paths"]["/api/customers"][
        "get"
    ]
    offered = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
    assert set(CustomerFilter.__struct_fields__) <= offered

    async def ids(**narrow: object) -> list[str]:
        answer = await client.get("/api/customers", params=narrow, headers=bearer(key))
        assert answer.status_code == 200, answer.text
        return sorted(row["external_id"] for row in answer.json()["data"])

    everybody = await ids()
    owner = uuid4()
    async with tenant(scored) as unit:
        await unit.execute(
            "UPDATE customers SET yearly_value = 900, renewal_on = current_date + 10,"
            " last_event_at = now() - interval '400 days' WHERE external_id = 'c2'"
        )
    assert await ids(value_from=800) == ["c2"]
    assert await ids(renewal_within_days=30) == ["c2"]
    assert await ids(renewal_from="2000-01-01", renewal_to="2100-01-01") == ["c2"]
    assert await ids(lifecycle="left") == []
    assert await ids(silent_days=390) == ["c2"]
    assert await ids(owner="nobody") == everybody
    assert await ids(owner=str(owner)) == await ids(touch="due") == await ids(cluster="x") == []
    await manual_cards.make_cards(scored, CustomerFilter(search="c2"))
    assert await ids(open_card=True) == ["c2"]
    assert await ids(open_card=False) == [who for who in everybody if who != "c2"]
    assert await ids(has_segment=True) + await ids(has_segment=False) == everybody
    assert await ids(change_30d_to=-100) == await ids(coverage_below=0) == []


async def test_an_invalid_query_is_answered_with_400(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    numbers = ("limit=0", "limit=1000", "strength_from=much", "silent_days=-1")
    beyond = ("silent_days=99999999999", "renewal_within_days=40000")
    words = ("owner=me", "touch=soon", "open_card=perhaps")
    for query in (
        *beyond,
        *words,
        "sort=password",
        "after=zz",
        "band=nope",
        "context=nope",
        *numbers,
    ):
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


async def test_identify_creates_a_customer_and_later_traits_replace_earlier(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    for traits in (
        {"name": "Anna", "email": "anna@example.com", "seats": 3, "plan": "a"},
        {"seats": 5, "value": 1200.5},
    ):
        answer = await client.post(
            "/api/identify", json={"customer_id": "new", "traits": traits}, headers=bearer(key)
        )
        assert answer.status_code == 202
        assert answer.json()["data"]["accepted"] == 1
    found = (await client.get("/api/customers/new", headers=bearer(key))).json()["data"]
    assert (found["name"], found["email"], found["value"]) == ("Anna", "anna@example.com", 1200.5)
    assert found["attributes"]["seats"] == 5
    assert found["attributes"]["plan"] == "a"


async def test_a_tracked_event_counts_once_and_the_score_follows(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    order = {"customer_id": "c9", "event": "order", "amount": 50, "message_id": "m1"}
    renamed = {"userId": "c9", "event": "order", "amount": 50, "messageId": "m1"}
    async with HUB.subscribe(scored.business_id) as heard:
        first = await client.post("/api/track", json=order, headers=bearer(key))
        again = await client.post("/api/track", json=renamed, headers=bearer(key))
        async with asyncio.timeout(60):
            while (message := await anext(heard)).kind != "identity_update":
                pass
    assert first.json()["data"] == {"accepted": 1, "repeated": 0, "warnings": []}
    assert again.json()["data"] == {"accepted": 0, "repeated": 1, "warnings": []}
    assert message.external_id == "c9"


async def test_a_batch_reports_accepted_and_refused_items(
    client: httpx.AsyncClient, scored: Scope, key: str
):
    items = [
        {"type": "identify", "userId": "b1", "traits": {"name": "Bo"}},
        {"type": "track", "userId": "b1", "event": "order", "amount": 5, "messageId": "x1"},
        {"type": "track", "customer_id": "b2"},
    ]
    packed = gzip.compress(msgspec.json.encode({"batch": items}))
    for content, headers in (
        (msgspec.json.encode({"batch": items}), {}),
        (packed, {"Content-Encoding": "gzip"}),
    ):
        answer = await client.post(
            "/api/batch",
            content=content,
            headers={**bearer(key), "Content-Type": "application/json", **headers},
        )
        assert answer.status_code == 202, answer.text
        assert [refused["index"] for refused in answer.json()["data"]["refused"]] == [2]
    broken = await client.post(
        "/api/batch", content=b"no gzip", headers={**bearer(key), "Content-Encoding": "gzip"}
    )
    assert broken.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"event": "order"},
        {"customer_id": "c1"},
        {"customer_id": "", "event": "order"},
        {"customer_id": "c1", "event": "order", "timestamp": "yesterday"},
    ],
)
async def test_invalid_events_are_refused(
    client: httpx.AsyncClient, scored: Scope, key: str, body: dict[str, Any]
):
    answer = await client.post("/api/track", json=body, headers=bearer(key))
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_INPUT"


async def test_an_uploaded_list_answers_with_an_import_to_follow(
    client: httpx.AsyncClient, scored: Scope, key: str, token: SignedToken
):
    content = b"customer_id,name,orders\nu1,Uma,3\nu2,Udo,4\n"
    headers = {**bearer(key), "Content-Type": "text/csv"}
    answer = await client.post("/api/customers/upload", content=content, headers=headers)
    assert answer.status_code == 202, answer.text
    location = answer.json()["data"]["location"]
    state = await client.get(location, headers=bearer(key))
    assert state.json()["data"]["status"] == "waiting"
    refused = await client.post(
        "/api/customers/upload", content=content, headers=bearer(await token("c1"))
    )
    assert refused.status_code == 403


async def test_a_key_without_the_scope_and_a_customer_cannot_send_data(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    reader = await create_api_key(scored, "reader", ["read"])
    order = {"customer_id": "c1", "event": "order"}
    for credential in (reader, await token("c1")):
        answer = await client.post("/api/track", json=order, headers=bearer(credential))
        assert answer.status_code == 403
