"""A customer gets every text in their own language, or in the widget's."""

from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.transaction import tenant
from tests.widget_api.clients import hear, say
from tests.widget_api.conftest import SignedToken, bearer

pytestmark = pytest.mark.slow


@pytest.fixture
async def german(scored: Scope) -> Scope:
    """c1 lives in Austria and has just reached a milestone."""
    async with tenant(scored) as unit:
        await unit.execute(
            "UPDATE customers SET locale = 'de-AT' WHERE business_id = $1 AND external_id = 'c1'",
            unit.business_id,
        )
    return scored


async def state(client: httpx.AsyncClient, token: str, customer: str, locale: str = "") -> Any:
    asked = {"locale": locale} if locale else {}
    path = f"/api/customers/{customer}/widget"
    answer = await client.get(path, headers=bearer(token), params=asked)
    assert answer.status_code == 200
    return answer.json()["data"]


async def test_a_german_customer_s_state_is_german(
    client: httpx.AsyncClient, german: Scope, token: SignedToken
) -> None:
    told = await state(client, await token("c1"), "c1")
    titles = {mark["key"]: mark["title"] for mark in told["milestones"]["reached"]}
    assert titles["count_1"] == "Ihre erste Bestellung"
    assert told["milestones"]["next"]["remaining"].startswith("noch ")
    (orders,) = [one for one in told["because"] if one["feature"] == "orders_90"]
    # The label is the business's own and is not translated.
    assert orders["text"].startswith("Orders in the last 3 months: ")
    assert orders["text"].endswith(("Bestellung", "Bestellungen"))


async def test_the_widget_s_language_is_first_and_unknown_ones_are_ignored(
    client: httpx.AsyncClient, german: Scope, token: SignedToken
) -> None:
    credential = await token("c1")
    for locale, first in (
        ("fr-CA", "Votre première commande"),
        ("ja", "Ihre erste Bestellung"),
        ("x" * 30, "Ihre erste Bestellung"),
    ):
        told = await state(client, credential, "c1", locale)
        assert first in [mark["title"] for mark in told["milestones"]["reached"]]
    english = await state(client, await token("c2"), "c2", "ja")
    assert "Your first order" in [mark["title"] for mark in english["milestones"]["reached"]]


async def test_the_look_back_is_told_in_the_language(
    client: httpx.AsyncClient, german: Scope, token: SignedToken
) -> None:
    headers = bearer(await token("c1"))
    for locale, thanks in (("", "Danke"), ("ar", "شكرًا"), ("xx", "Danke")):
        answer = await client.get(f"/api/customers/c1/wrapped?locale={locale}", headers=headers)
        assert answer.json()["data"]["slides"][-1]["title"] == thanks


async def test_a_browser_s_languages_count_where_no_locale_is_asked_for(
    client: httpx.AsyncClient, german: Scope, token: SignedToken
) -> None:
    headers = bearer(await token("c1"))
    for accepted, thanks in (
        ("ja, fr;q=0.5, pt-BR;q=0.9", "Agradecemos"),
        ("ja;q=1, *;q=nonsense", "Danke"),
        ("es;q=nonsense", "Gracias"),
    ):
        answer = await client.get(
            "/api/customers/c1/wrapped", headers=headers | {"Accept-Language": accepted}
        )
        assert answer.json()["data"]["slides"][-1]["title"] == thanks


async def test_a_socket_speaks_the_language_of_its_widget(
    address: str, german: Scope, token: SignedToken
) -> None:
    for query, first in (("", "Ihre erste Bestellung"), ("?locale=es", "Su primer pedido")):
        offered = ["pulse.v1", f"pulse.token.{await token('c1')}"]
        async with connect(f"ws://{address}/ws{query}", subprotocols=offered) as socket:
            told = await hear(socket, "state")
            assert first in [mark["title"] for mark in told["milestones"]["reached"]]
            await say(socket, "locale", locale="pt-PT")
            told = await hear(socket, "state")
            titles = [mark["title"] for mark in told["milestones"]["reached"]]
            assert "A sua primeira encomenda" in titles


@pytest.mark.parametrize(
    ("query", "title"),
    [("locale=en-GB", "10 Bestellungen"), ("locale=en-GB&chosen=1", "10 orders")],
    ids=["stored", "chosen by the page"],
)
async def test_a_celebration_is_in_the_language_of_the_widget_it_appears_in(
    address: str, german: Scope, token: SignedToken, query: str, title: str
) -> None:
    async with tenant(german) as unit:
        customer = await repository.id_of(unit, "c1")
        await unit.execute("DELETE FROM customer_milestones WHERE customer_id = $1", customer)
        await unit.execute(
            "INSERT INTO customer_milestones"
            " (business_id, customer_id, key, title, text, reached_on)"
            " VALUES ($1, $2, 'count_10', '10 orders', 'Thank you.', current_date)",
            unit.business_id,
            customer,
        )
    offered = ["pulse.v1", f"pulse.token.{await token('c1')}"]
    async with connect(f"ws://{address}/ws?{query}", subprotocols=offered) as socket:
        assert (await hear(socket, "celebration"))["title"] == title
