"""What each scope of an API key allows; no scope includes another."""

from typing import Any

import httpx
import pytest

from pulse.auth.api_keys import KEY_SCOPES, create_api_key
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from tests.widget_api.conftest import bearer

pytestmark = pytest.mark.slow

NOBODY = "00000000-0000-0000-0000-000000000000"
OPENED_BY: list[tuple[str, str, str, Any]] = [
    ("read", "GET", "/api/customers", None),
    ("write", "GET", "/api/customers/c1/data", None),
    ("ingest", "POST", "/api/track", {"customer_id": "c1", "event": "visit"}),
    ("erase", "POST", f"/api/imports/{NOBODY}/undo", None),
    ("erase", "DELETE", "/api/customers/c9?reason=they+asked", None),
    ("admin", "GET", "/api/webhook-endpoints", None),
]


@pytest.mark.parametrize("scope", KEY_SCOPES)
async def test_a_key_allows_exactly_its_scope(
    client: httpx.AsyncClient, scored: Scope, scope: str
) -> None:
    key = await create_api_key(scored, scope, [scope])
    for needs, method, path, body in OPENED_BY:
        answer = await client.request(method, path, json=body, headers=bearer(key))
        if needs == scope:
            assert answer.status_code in (200, 202, 404), (path, answer.text)
        else:
            assert answer.status_code == 403, (path, answer.text)
            assert answer.json()["details"]["required"] == needs


async def test_an_erasure_by_a_program_is_done_and_audited(
    client: httpx.AsyncClient, scored: Scope
) -> None:
    key = await create_api_key(scored, "privacy desk", ["erase"])
    endless = await client.delete(f"/api/customers/c1?reason={'x' * 501}", headers=bearer(key))
    assert endless.status_code == 400
    answer = await client.delete("/api/customers/c1?reason=they+asked", headers=bearer(key))
    assert answer.json() == {"data": {"erased": "c1"}}
    async with tenant(scored) as unit:
        entry = await unit.fetchrow(
            "SELECT actor, reason FROM audit_entries WHERE action = 'customer.erased'"
        )
    assert entry["actor"]["kind"] == "program"
    assert entry["actor"]["name"] == "privacy desk"
    assert entry["reason"] == "they asked"


async def test_a_program_with_admin_manages_webhooks(
    client: httpx.AsyncClient, scored: Scope
) -> None:
    headers = bearer(await create_api_key(scored, "hooks", ["admin"]))
    wish = {"url": "https://93.184.215.14/hook", "event_kinds": ["band.changed"]}
    made = await client.post("/api/webhook-endpoints", json=wish, headers=headers)
    assert made.status_code == 201, made.text
    listed = await client.get("/api/webhook-endpoints", headers=headers)
    assert [one["url"] for one in listed.json()["data"]] == ["https://93.184.215.14/hook"]


async def test_only_the_fields_asked_for_are_sent(
    client: httpx.AsyncClient, scored: Scope, key: str
) -> None:
    headers = bearer(key)
    listed = await client.get(
        "/api/customers?fields=external_id,identity_strength&limit=3", headers=headers
    )
    assert [set(row) for row in listed.json()["data"]] == [{"external_id", "identity_strength"}] * 3
    assert listed.json()["next"]
    one = await client.get("/api/customers/c1?fields= band ,external_id,band", headers=headers)
    assert list(one.json()["data"]) == ["band", "external_id"]
    identity = await client.get("/api/customers/c1/identity?fields=base", headers=headers)
    assert set(identity.json()["data"]) == {"base"}
    cards = await client.get("/api/conversation-cards?fields=id,cause", headers=headers)
    assert all(set(card) == {"id", "cause"} for card in cards.json()["data"])
    everything = await client.get("/api/customers/c1?fields=,", headers=headers)
    assert "attributes" in everything.json()["data"]
    wrong = await client.get("/api/customers?fields=strenght", headers=headers)
    assert (wrong.status_code, wrong.json()["error_code"]) == (400, "FIELDS_UNKNOWN")
    assert "identity_strength" in wrong.json()["details"]["known"]


async def test_an_identity_provider_at_a_private_address_is_refused(
    client: httpx.AsyncClient, scored: Scope
) -> None:
    headers = bearer(await create_api_key(scored, "sign-in", ["admin"]))
    assert (await client.get("/api/identity-provider", headers=headers)).status_code == 404
    wish = {"client_id": "pulse", "client_secret": "s", "domains": ["acme.example"]}
    for issuer, code in (
        ("https://169.254.169.254", "OIDC_PRIVATE"),
        ("http://login.example", "OIDC_URL"),
    ):
        answer = await client.put(
            "/api/identity-provider", json={**wish, "issuer": issuer}, headers=headers
        )
        assert (answer.status_code, answer.json()["error_code"]) == (400, code)
    wish |= {"issuer": "https://login.example", "domains": ["gmail.com"]}
    answer = await client.put("/api/identity-provider", json=wish, headers=headers)
    assert answer.json()["details"]["wrong"] == ["gmail.com"]
