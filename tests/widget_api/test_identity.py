"""The identity answer over REST: exact, own data only, isolated, robust against misuse."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import jwt
import pytest

from pulse.auth.api_keys import create_api_key
from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import rotate_secret
from pulse.db.engine import DB
from tests.widget_api.conftest import SignedToken, bearer

pytestmark = pytest.mark.slow


async def read(client: httpx.AsyncClient, customer: str, credential: str) -> httpx.Response:
    return await client.get(f"/api/customers/{customer}/identity", headers=bearer(credential))


async def test_base_and_contributions_sum_to_the_strength_for_everybody(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, key: str
):
    for number in range(10):
        customer = f"c{number}"
        for credential in (await token(customer), key):
            answer = (await read(client, customer, credential)).json()["data"]
            total = answer["base"] + sum(each["contribution"] for each in answer["shap_factors"])
            assert total == pytest.approx(answer["identity_strength"], abs=1e-9)
            assert answer["customer_id"] == customer
            assert answer["change_days"] == 7


async def test_a_customer_sees_only_factors_meant_for_customers(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, key: str
):
    for_staff = (await read(client, "c1", key)).json()["data"]
    for_customer = (await read(client, "c1", await token("c1"))).json()["data"]
    assert {each["feature"] for each in for_staff["shap_factors"]} == {
        "days_known",
        "orders_90",
        "recency",
        "spend_365",
    }
    shown = {each["feature"]: each for each in for_customer["shap_factors"]}
    assert set(shown) == {"orders_90", "recency", "other"}
    assert shown["orders_90"]["label"] == "Orders in the last 3 months"
    assert shown["other"]["value"] is None


async def test_other_customers_are_not_found_for_a_customer(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    for path in ("/identity", "/widget", "/contexts", "/wrapped"):
        for other in ("c2", "nobody"):
            answer = await client.get(
                f"/api/customers/{other}{path}", headers=bearer(await token("c1"))
            )
            assert answer.status_code == 404
            assert answer.json()["error_code"] == "CUSTOMER_NOT_FOUND"


@pytest.mark.parametrize("who", ["a/b", "a%2Fb", "/", "../../x", "50 %", "ä?#&"])
async def test_any_customer_id_can_be_in_the_url(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, key: str, who: str
):
    body = {"customer_id": who, "event": "order"}
    assert (await client.post("/api/track", json=body, headers=bearer(key))).status_code == 202
    path = f"/api/customers/{quote(who, safe='')}"
    read = await client.get(path, headers=bearer(key))
    assert read.status_code == 200, read.text
    assert read.json()["data"]["external_id"] == who
    own = await client.get(f"{path}/identity", headers=bearer(await token(who)))
    assert own.json()["data"]["customer_id"] == who
    other = await client.get(f"{path}/identity", headers=bearer(await token("c1")))
    assert other.status_code == 404


async def test_a_key_of_another_business_finds_nobody_here(
    client: httpx.AsyncClient, scored: Scope, other_shop: Scope
):
    foreign = await create_api_key(other_shop, "theirs", ["read", "write"])
    assert (await read(client, "c1", foreign)).status_code == 404
    await rotate_secret(other_shop)
    strange = await sign_for("other", "c1")
    answer = (await read(client, "c1", strange)).json()["data"]
    assert answer["identity_strength"] is None  # their own c1, of whom nothing is known


async def test_invalid_credentials_are_refused_with_a_code(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    good = await token("c1")
    expired = jwt.encode({"exp": 1}, "x" * 32)
    for credential, code in (
        (good[:-4] + "AAAA", "TOKEN_SIGNATURE"),
        (expired, "TOKEN_MALFORMED"),
        ("pulse_sk_nothing", "KEY_UNKNOWN"),
        ("", "TOKEN_MALFORMED"),
    ):
        answer = await read(client, "c1", credential)
        assert answer.status_code == 401
        assert answer.json()["error_code"] == code
        assert answer.headers["www-authenticate"] == "Bearer"
    basic = await client.get("/api/customers/c1/identity", headers={"Authorization": "Basic abcd"})
    assert basic.status_code == 401


async def test_a_new_customer_gets_an_empty_answer(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    answer = (await read(client, "first-visit", await token("first-visit"))).json()["data"]
    assert answer["identity_strength"] is None
    assert answer["shap_factors"] == []


async def test_recalculating_is_for_programs_and_staff(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, key: str
):
    path = "/api/customers/c1/identity/recalculate"
    assert (await client.post(path, headers=bearer(await token("c1")))).status_code == 403
    reader = await create_api_key(scored, "reader", ["read"])
    assert (await client.post(path, headers=bearer(reader))).status_code == 403
    answer = await client.post(path, headers=bearer(key))
    assert answer.status_code == 200
    assert answer.json()["data"]["identity_strength"] is not None
    missing = await client.post("/api/customers/nobody/identity/recalculate", headers=bearer(key))
    assert missing.status_code == 404


async def test_concurrent_requests_get_their_own_answers(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    async def mine(number: int) -> str:
        answer = await read(client, f"c{number}", await token(f"c{number}"))
        return str(answer.json()["data"]["customer_id"])

    numbers = [number % 10 for number in range(60)]
    answers = await asyncio.gather(*(mine(number) for number in numbers))
    assert answers == [f"c{number}" for number in numbers]


async def test_without_the_database_the_answer_is_503(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    credential = await token("c1")

    def away(*_: Any, **__: Any) -> Any:
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr(DB, "transaction", away)
    answer = await read(client, "c1", credential)
    assert answer.status_code == 503
    assert answer.json()["error_code"] == "UNAVAILABLE"
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


async def test_contexts_are_shared_once_listed_and_withdrawn(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers, path = bearer(await token("c1")), "/api/customers/c1/contexts"
    body = {"context_type": "stuck", "note": "The lamp\x00 flickers", "client_key": "k1"}
    first = await client.post(path, headers=headers, json=body)
    again = await client.post(path, headers=headers, json=body)
    assert first.status_code == 201
    assert first.json() == again.json()
    listed = (await client.get(path, headers=headers)).json()["data"]
    assert [each["context_type"] for each in listed] == ["stuck"]
    gone = await client.delete(f"{path}/{listed[0]['id']}", headers=headers)
    assert gone.status_code == 200
    assert (await client.get(path, headers=headers)).json()["data"] == []
    twice = await client.delete(f"{path}/{listed[0]['id']}", headers=headers)
    assert twice.json()["error_code"] == "CONTEXT_NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"context_type": "angry"}, "CONTEXT_UNKNOWN"),
        ({"context_type": "own_words"}, "CONTEXT_NOTE_MISSING"),
        ({"context_type": "busy", "note": "x" * 281}, "CONTEXT_NOTE_TOO_LONG"),
        ({"note": "no type"}, "INVALID_INPUT"),
        ({"context_type": 7}, "INVALID_INPUT"),
        ([], "INVALID_INPUT"),
    ],
)
async def test_invalid_contexts_are_refused(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, body: Any, code: str
):
    answer = await client.post(
        "/api/customers/c1/contexts", headers=bearer(await token("c1")), json=body
    )
    assert answer.status_code == 400
    assert answer.json()["error_code"] == code


async def test_sharing_is_rate_limited_per_customer(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    answers = [
        await client.post(
            "/api/customers/c1/contexts", headers=headers, json={"context_type": "busy"}
        )
        for _ in range(20)
    ]
    assert answers[0].status_code == 201
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]


async def test_the_widget_reads_its_state_keeps_preferences_and_looks_back(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    state = (await client.get("/api/customers/c1/widget", headers=headers)).json()["data"]
    assert set(state) == {
        *("customer", "business", "identity", "because", "strengthen"),
        *("history", "milestones", "contexts", "preferences", "disputes", "widget"),
    }
    assert state["business"]["id"] == "shop"
    kept = await client.put(
        "/api/customers/c1/preferences", headers=headers, json={"celebrations": "quiet"}
    )
    assert kept.json()["data"] == {"celebrations": "quiet", "score_hidden": False}
    bad = await client.put(
        "/api/customers/c1/preferences", headers=headers, json={"celebrations": "loud"}
    )
    assert bad.status_code == 400
    story = await client.get("/api/customers/c1/wrapped?period=year", headers=headers)
    assert story.json()["data"]["period"]["kind"] == "year"
    assert (
        await client.get("/api/customers/c1/wrapped?period=era", headers=headers)
    ).status_code == 400
