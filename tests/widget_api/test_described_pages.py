"""The widget's pages as data: the first one with the state, the others on opening."""

from typing import Any

import httpx
import pytest

from pulse.auth.scope import Scope
from tests.widget_api.conftest import SignedToken, bearer

pytestmark = pytest.mark.slow

PAGES = "/api/customers/c1/widget/pages"


def said(node: Any) -> str:
    """Return all texts of a node."""
    if isinstance(node, str):
        return node
    return " ".join(said(child) for child in node[2:])


def find(node: Any, tag: str) -> list[Any]:
    """Return all elements with a tag in a node."""
    if isinstance(node, str):
        return []
    mine = [node] if node[0] == tag else []
    return mine + [found for child in node[2:] for found in find(child, tag)]


async def test_the_state_is_described_only_on_request(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    plain = (await client.get("/api/customers/c1/widget", headers=headers)).json()["data"]
    assert "view" not in plain
    asked = {"view": "1", "locale": "de-AT"}
    answer = await client.get("/api/customers/c1/widget", params=asked, headers=headers)
    view = answer.json()["data"]["view"]
    assert view["locale"] == "de-AT"
    assert view["words"]["stuck"] == "Ich komme nicht weiter"
    assert view["shown"] == str(round(plain["identity"]["identity_strength"]))
    [gauge] = [one for one in view["above"] if one and one[1].get("role") == "meter"]
    assert gauge[1]["aria-valuenow"] == view["shown"]
    pages = [one[1]["act"]["page"] for one in find(["div", {}, *view["above"]], "button")]
    assert pages
    assert all(page.startswith("reason?feature=") for page in pages)


async def test_a_stored_language_counts_before_the_browser_s_and_not_before_the_page_s(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, key: str
):
    spanish = {"customer_id": "c1", "traits": {"locale": "es-MX"}}
    (await client.post("/api/identify", json=spanish, headers=bearer(key))).raise_for_status()
    headers = bearer(await token("c1"))
    for query, locale in (("", "es-MX"), ("&chosen=1", "de-AT")):
        path = f"/api/customers/c1/widget?view=1&locale=de-AT{query}"
        answer = await client.get(path, headers=headers)
        assert answer.json()["data"]["view"]["locale"] == locale


async def test_every_page_is_described_in_the_language_that_is_asked_for(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    state = await client.get("/api/customers/c1/widget", headers=headers)
    feature = state.json()["data"]["because"][0]["feature"]
    for name, query, title in (
        ("data", {}, "Vos données"),
        ("wrapped", {"period": "year"}, "Rétrospective"),
        ("reason", {"feature": feature}, "Détails"),
    ):
        answer = await client.get(
            f"{PAGES}/{name}", params={"locale": "fr", **query}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()["data"]
        assert said(page["title"]) == title
        assert find(["div", {}, *page["nodes"]], "button")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("reason?feature=no%20such", 404),
        ("nothing", 400),
        ("wrapped?period=century", 400),
    ],
)
async def test_an_unknown_page_is_refused(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken, path: str, status: int
):
    answer = await client.get(f"{PAGES}/{path}", headers=bearer(await token("c1")))
    assert answer.status_code == status, answer.text


async def test_a_page_is_its_customer_s_own(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    for name in ("data", "wrapped", "reason?feature=orders_90"):
        answer = await client.get(f"{PAGES}/{name}", headers=bearer(await token("c2")))
        assert answer.status_code in (403, 404), (name, answer.text)


async def test_a_hidden_score_is_in_no_node(
    client: httpx.AsyncClient, scored: Scope, token: SignedToken
):
    headers = bearer(await token("c1"))
    hide = {"score_hidden": True}
    await client.put("/api/customers/c1/preferences", json=hide, headers=headers)
    answer = await client.get("/api/customers/c1/widget?view=1", headers=headers)
    view = answer.json()["data"]["view"]
    assert (view["shown"], view["spoken"]) == ("", "")
    assert "Your score is hidden" in said(["div", {}, *view["above"]])
    assert not find(["div", {}, *view["above"], *view["below"]], "svg")


async def test_texts_and_style_need_no_customer(client: httpx.AsyncClient):
    for tag, locale in (("de-AT", "de-AT"), ("pt_MZ", "pt-MZ"), ("tlh", "en-GB")):
        answer = await client.get(f"/widget/v1/view/{tag}.json")
        assert answer.headers["access-control-allow-origin"] == "*"
        frame = answer.json()
        assert frame["locale"] == locale
        assert frame["words"]["retry"]
        assert ".card" in frame["css"]
    again = {"If-None-Match": answer.headers["etag"]}
    assert (await client.get("/widget/v1/view/tlh.json", headers=again)).status_code == 304
