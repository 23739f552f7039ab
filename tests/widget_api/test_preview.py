"""A preview token reads everything of a customer and changes nothing."""

from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from pulse import clock
from pulse.auth.businesses import business_by_slug
from pulse.auth.customer_tokens import sign, sign_for
from pulse.auth.scope import Scope
from pulse.contexts import sharing
from pulse.customers import repository
from pulse.db.transaction import tenant
from tests.widget_api.clients import closed_with, hear, say, until_pong, widget
from tests.widget_api.conftest import bearer
from tests.widget_api.test_access import allow

pytestmark = pytest.mark.slow

ME = "/api/customers/c1"
REFUSED = "This is a preview: only the customer can do this, nothing was sent."


@pytest.fixture
async def preview(api: Any, scored: Scope) -> str:
    """A preview token of c1, with a celebration due and a shared context."""
    async with tenant(scored) as unit:
        customer = await repository.id_of(unit, "c1")
        await unit.execute(
            "DELETE FROM customer_milestones WHERE business_id = $1 AND customer_id = $2",
            unit.business_id,
            customer,
        )
        await unit.execute(
            "INSERT INTO customer_milestones "
            "(business_id, customer_id, key, title, text, reached_on) "
            "VALUES ($1, $2, 'orders_10', '10 orders', 'Well done.', current_date)",
            unit.business_id,
            customer,
        )
        await sharing.share(unit, customer, "busy", None, "first")
    return await sign(await business_by_slug("shop"), "c1", preview=True)


async def kept(scope: Scope) -> dict[str, Any]:
    """Return everything a widget could have changed of c1, and the audit log."""
    questions = {
        "customer": "SELECT * FROM customers WHERE business_id = $1 AND external_id = 'c1'",
        "contexts": "SELECT * FROM customer_contexts WHERE business_id = $1 ORDER BY id",
        "milestones": "SELECT * FROM customer_milestones WHERE business_id = $1 ORDER BY id",
        "cards": "SELECT * FROM conversation_cards WHERE business_id = $1 ORDER BY id",
        "audit": "SELECT * FROM audit_entries WHERE business_id = $1 ORDER BY id",
    }
    async with tenant(scope) as unit:
        return {
            name: [dict(row) for row in await unit.fetch(sql, unit.business_id)]
            for name, sql in questions.items()
        }


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/contexts", {"context_type": "stuck", "client_key": "tap"}),
        ("DELETE", "/contexts/{context}", None),
        ("PUT", "/preferences", {"celebrations": "off"}),
        ("PUT", "/preferences", {"score_hidden": True}),
        ("POST", "/erasure-request", None),
        ("GET", "/data", None),
        ("POST", "/identity/recalculate", None),
        ("DELETE", "", None),
    ],
)
async def test_whatever_changes_something_is_refused_over_rest(
    client: httpx.AsyncClient, scored: Scope, preview: str, method: str, path: str, body: Any
):
    before = await kept(scored)
    context = before["contexts"][0]["id"]
    answer = await client.request(
        method, ME + path.format(context=context), json=body, headers=bearer(preview)
    )
    assert answer.status_code == 403
    assert answer.json()["error_code"] == "FORBIDDEN"
    assert await kept(scored) == before


@pytest.mark.parametrize("path", ["/widget", "/identity", "/contexts", "/wrapped?period=year"])
async def test_reading_is_the_customers_own_and_leaves_no_trace(
    client: httpx.AsyncClient, scored: Scope, preview: str, path: str
):
    before = await kept(scored)
    with clock.at(clock.now()):
        seen = await client.get(ME + path, headers=bearer(preview))
        assert seen.status_code == 200
        assert await kept(scored) == before
        own = await client.get(ME + path, headers=bearer(await sign_for("shop", "c1")))
    assert seen.json() == own.json()


async def test_on_a_socket_taps_are_refused_in_words_and_nothing_is_spent(
    address: str, scored: Scope, preview: str
):
    before = await kept(scored)
    async with widget(address, preview) as socket:
        await say(socket, "context_share", context_type="stuck", client_key="tap")
        refused = await hear(socket, "error")
        assert (refused["error_code"], refused["message"]) == ("FORBIDDEN", REFUSED)
        assert refused["client_key"] == "tap"
        gone = str(before["contexts"][0]["id"])
        await say(socket, "context_withdraw", context_id=gone)
        assert (await hear(socket, "error"))["error_code"] == "FORBIDDEN"
        await say(socket, "ping")
        heard = [str(said) async for said in until_pong(socket)]
    assert not any('"celebration"' in said for said in heard)
    assert await kept(scored) == before
    async with widget(address, await sign_for("shop", "c1")) as own:
        assert (await hear(own, "celebration"))["key"] == "orders_10"
    assert (await kept(scored))["customer"][0]["widget_seen_at"] is not None


async def test_a_connection_keeps_its_kind_of_token(address: str, scored: Scope, preview: str):
    full = await sign_for("shop", "c1")
    for first, second in ((preview, full), (full, preview)):
        async with widget(address, first) as socket:
            await say(socket, "authenticate", token=second)
            assert await closed_with(socket) == (4401, "TOKEN_OF_ANOTHER")


async def test_a_preview_creates_no_customer(
    client: httpx.AsyncClient, address: str, scored: Scope
) -> None:
    nobody = await sign(await business_by_slug("shop"), "nobody", preview=True)
    answer = await client.get("/api/customers/nobody/widget", headers=bearer(nobody))
    assert (answer.status_code, answer.json()["error_code"]) == (404, "CUSTOMER_NOT_FOUND")
    async with connect(f"ws://{address}/ws?token={nobody}") as socket:
        assert (await closed_with(socket))[1] == "CUSTOMER_NOT_FOUND"
    async with tenant(scored) as unit:
        sql = "SELECT count(*) FROM customers WHERE business_id = $1 AND external_id = 'nobody'"
        assert await unit.fetchval(sql, unit.business_id) == 0


async def test_a_preview_cannot_write_even_without_a_permission_check(scored: Scope) -> None:
    async with tenant(scored) as unit:
        customer = await repository.id_of(unit, "c1")
    looking = Scope.for_customer(scored.business_id, customer, preview=True)
    with pytest.raises(Exception, match="read-only transaction"):
        async with tenant(looking) as unit:
            await sharing.share(unit, customer, "stuck", None, "through the back")


async def test_our_own_page_can_preview_where_an_origin_is_required(
    client: httpx.AsyncClient, scored: Scope, preview: str
):
    await allow(scored, required=True)
    for site, status in (("same-origin", 200), ("cross-site", 403)):
        headers = {**bearer(preview), "Sec-Fetch-Site": site}
        assert (await client.get(ME + "/widget", headers=headers)).status_code == status
