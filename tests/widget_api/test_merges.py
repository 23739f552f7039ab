"""Merging over REST: both ids reach one customer, and an undo separates them."""

from typing import Any

import httpx

from pulse.auth.scope import Scope
from pulse.testing.database import MakeCustomer
from tests.widget_api.conftest import SignedToken, bearer


async def test_a_program_merges_and_undoes_it(
    client: httpx.AsyncClient,
    shop: Scope,
    key: str,
    token: SignedToken,
    make_customer: MakeCustomer,
) -> None:
    await make_customer(shop, "c1", name="Ann", email="ann@x.example")
    await make_customer(shop, "c2", name="", email="Ann@x.example")

    async def get(path: str, credential: str) -> Any:
        answer = await client.get(path, headers=bearer(credential))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    alike = await get("/api/possible-duplicates", key)
    assert [[each["customer_id"] for each in group["customers"]] for group in alike] == [
        ["c1", "c2"]
    ]
    own = await token("c2")
    assert (await get("/api/customers/c2/identity", own))["customer_id"] == "c2"

    answer = await client.post(
        "/api/customers/c1/merge", json={"customer_id": "c2"}, headers=bearer(key)
    )
    assert answer.status_code == 200, answer.text
    merge = answer.json()["data"]
    assert (merge["customer_id"], merge["former_id"], merge["merged_by"]) == ("c1", "c2", "tests")
    assert await get("/api/customers/c1/merges", key) == [merge]
    assert (await get("/api/customers/c2", key))["external_id"] == "c1"
    for credential in (key, own):
        assert (await get("/api/customers/c2/identity", credential))["customer_id"] == "c1"

    undo = f"/api/customers/c1/merges/{merge['id']}/undo"
    answer = await client.post(undo, headers=bearer(key))
    assert answer.status_code == 200, answer.text
    assert (await get("/api/customers/c2/identity", own))["customer_id"] == "c2"
    again = await client.post(undo, headers=bearer(key))
    assert (again.status_code, again.json()["error_code"]) == (409, "ALREADY_UNDONE")


async def test_a_customer_may_not_merge(
    client: httpx.AsyncClient, shop: Scope, token: SignedToken, make_customer: MakeCustomer
) -> None:
    await make_customer(shop, "c1")
    await make_customer(shop, "c2")
    answer = await client.post(
        "/api/customers/c1/merge", json={"customer_id": "c2"}, headers=bearer(await token("c1"))
    )
    assert answer.status_code == 403
