"""Right of reply, what-if and access log, as used by a customer's widget and staff."""

import asyncio
import json
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.customers import access_log
from pulse.scoring.queries import identity_of
from tests.widget_api.conftest import SignedToken, bearer

FACT = {"feature": "orders_90", "note": "The last order was a gift for somebody else."}


async def own(client: httpx.AsyncClient, token: SignedToken, locale: str = "en"):
    answer = await client.get(
        "/api/customers/c1/widget", params={"locale": locale}, headers=bearer(await token("c1"))
    )
    return answer.json()["data"]


async def test_a_disputed_fact_is_neutral_until_staff_answer(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, key: str
):
    before = await identity_of(scored, "c1")
    counted = {factor.feature: factor.contribution for factor in before.shap_factors}
    assert counted["orders_90"]
    made = await client.post(
        "/api/customers/c1/disputes", json=FACT, headers=bearer(await token("c1"))
    )
    assert made.status_code == 201, made.text
    assert made.json()["data"]["note"] == FACT["note"]

    during = await identity_of(scored, "c1")
    [factor] = [one for one in during.shap_factors if one.feature == "orders_90"]
    assert (factor.value, factor.contribution) == (None, 0.0)
    total = during.base + sum(one.contribution for one in during.shap_factors)
    assert during.identity_strength == pytest.approx(total, abs=1e-9)
    assert during.coverage < before.coverage
    [shown] = (await own(client, token))["disputes"]
    assert (shown["feature"], shown["answer"]) == ("orders_90", "")

    refused = await client.post(
        f"/api/disputes/{shown['id']}/answer",
        json={"answer": "me too"},
        headers=bearer(await token("c1")),
    )
    assert refused.status_code == 403
    answered = await client.post(
        f"/api/disputes/{shown['id']}/answer",
        json={"answer": "You are right, we took it out.", "corrected": True},
        headers=bearer(key),
    )
    assert answered.status_code == 200, answered.text
    [shown] = (await own(client, token))["disputes"]
    assert (shown["answer"], shown["corrected"]) == ("You are right, we took it out.", True)
    after = await identity_of(scored, "c1")
    assert after.identity_strength == pytest.approx(before.identity_strength)


async def test_disputing_twice_is_one_dispute_and_only_of_what_is_shown(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    for note in ("first words", "better words"):
        await client.post(
            "/api/customers/c1/disputes",
            json={"feature": "orders_90", "note": note},
            headers=headers,
        )
    [shown] = (await own(client, token))["disputes"]
    assert shown["note"] == "better words"
    for feature, note, status in (
        ("no such metric", "x", 404),
        ("spend_365", "x", 404),
        ("orders_90", "x" * 281, 400),
    ):
        answer = await client.post(
            "/api/customers/c1/disputes", json={"feature": feature, "note": note}, headers=headers
        )
        assert answer.status_code == status, (feature, answer.text)
    other = await client.post("/api/customers/c2/disputes", json=FACT, headers=headers)
    assert other.status_code in (403, 404)


async def test_an_answer_reaches_the_open_widget(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, key: str, address: str
):
    signed = await token("c1")
    await client.post("/api/customers/c1/disputes", json=FACT, headers=bearer(signed))
    protocols = ["pulse.v1", f"pulse.token.{signed}"]
    async with connect(f"ws://{address}/ws", subprotocols=protocols) as line:  # type: ignore[arg-type]
        state = json.loads(await line.recv())
        [dispute] = state["payload"]["disputes"]
        await client.post(
            f"/api/disputes/{dispute['id']}/answer", json={"answer": "Thanks!"}, headers=bearer(key)
        )
        async with asyncio.timeout(60):
            while True:
                heard = json.loads(await line.recv())
                if heard["type"] == "state":
                    break
    assert heard["payload"]["disputes"][0]["answer"] == "Thanks!"


async def test_what_if_tells_the_strength_of_better_values(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    state = await own(client, token)
    feature = state["strengthen"][0]["feature"]
    answer = await client.get(
        "/api/customers/c1/what-if", params={"feature": feature}, headers=headers
    )
    told = answer.json()["data"]
    strengths = [one["strength"] for one in told["possible"]]
    assert told["now"] == 0
    assert strengths[0] == pytest.approx(state["identity"]["identity_strength"])
    assert strengths == sorted(strengths)
    assert strengths[-1] > strengths[0]
    for unasked in ("days_known", "spend_365", "nothing"):
        refused = await client.get(
            "/api/customers/c1/what-if", params={"feature": unasked}, headers=headers
        )
        assert refused.status_code == 404


async def test_the_customer_sees_on_which_days_staff_looked(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    assert (await client.get("/api/customers/c1/access", headers=headers)).json()["data"] == []
    ada, ben = (Actor("staff", uuid4(), name) for name in ("Ada", "Ben"))
    for person in (ada, ada, ben):
        await access_log.record_view(Scope(scored.business_id, person, Role.csm), "c1")
    [day] = (await client.get("/api/customers/c1/access", headers=headers)).json()["data"]
    assert day["people"] == 2
