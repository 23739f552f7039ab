"""Unknown query parameters are refused with the nearest name, never ignored."""

import httpx
import pytest

from pulse.auth.scope import Scope
from tests.widget_api.conftest import bearer


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?bnad=fragile", "Did you mean “band”?"),
        ("?limits=5", "Did you mean “limit”?"),
        ("?xyzzy=", "no parameter “xyzzy”."),
        ("?band=fragile&band=strong", "“band” is given twice"),
        ("?token=abc", "no parameter “token”"),
    ],
)
async def test_a_wrong_parameter_is_refused(
    client: httpx.AsyncClient, shop: Scope, key: str, query: str, words: str
) -> None:
    answer = await client.get(f"/api/customers{query}", headers=bearer(key))
    assert answer.status_code == 400
    assert words in answer.json()["message"]


async def test_every_known_parameter_is_accepted(
    client: httpx.AsyncClient, shop: Scope, key: str
) -> None:
    paths = ("/api/customers?band=fragile&limit=5&fields=name", "/api/conversation-cards?limit=1")
    for path in paths:
        answer = await client.get(path, headers=bearer(key))
        assert answer.status_code == 200, answer.text
    answer = await client.get("/api/customers/c1?filds=name", headers=bearer(key))
    assert answer.json()["details"] == {"parameter": "filds", "known": ["fields"]}
