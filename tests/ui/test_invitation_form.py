"""The form of an invitation on a running server: other sites, foreign redirects, ended links."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from pulse import settings
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.invitations import Invitation, invite, invite_again
from pulse.auth.sign_in.staff_sessions import COOKIE, session_of
from pulse.db.engine import app_connection, pool
from pulse.testing.database import SECRET, make_business
from tests.fixtures.pulse_process import PulseProcess
from ui.auth.invitation import PATH

pytestmark = pytest.mark.slow

CHOSEN = "seven quiet harbours"


@pytest.fixture
async def shop(dashboard_process: PulseProcess) -> AsyncIterator[Scope]:
    """A business in the served database."""
    settings.choose(settings.Settings(secret=SECRET))
    async with pool(app_connection(settings.current(), dashboard_process.database)):
        yield await make_business(f"a{uuid4().hex[:8]}", "Shop <b>&")


@pytest.fixture
async def http(dashboard_process: PulseProcess) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a session."""
    async with httpx.AsyncClient(base_url=dashboard_process.url, timeout=60) as client:
        yield client


async def invited(scope: Scope) -> Invitation:
    """Return the invitation of a new person."""
    return await invite(scope, f"{uuid4().hex[:8]}@staff.example", "Nia <i>", Role.csm)


def form(token: str, fresh: str = CHOSEN, **more: str) -> dict[str, str]:
    """Return the fields of the form for a password."""
    return {"token": token, "fresh": fresh, "again": fresh, **more}


async def test_the_page_of_a_link_holds_no_token_and_uses_nothing_up(
    shop: Scope, http: httpx.AsyncClient
) -> None:
    made = await invited(shop)
    for _ in range(3):  # programs that look at links in mails
        page = await http.get(f"{PATH}?{made.token}")
        assert page.status_code == 200
        assert made.token not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
    asked = await http.post(PATH, data={"token": made.token})
    assert asked.status_code == 200
    assert made.email in asked.text
    assert "Shop &lt;b&gt;&amp;" in asked.text
    assert "<i>" not in asked.text
    assert "set-cookie" not in asked.headers
    differing = await http.post(PATH, data={**form(made.token), "again": "another one"})
    assert differing.status_code == 400
    assert "The two new passwords differ." in differing.text
    short = await http.post(PATH, data=form(made.token, "short"))
    assert "A password has 10 to 256 characters." in short.text
    assert f'value="{made.token}"' in short.text
    done = await http.post(PATH, data=form(made.token))
    assert done.status_code == 303


async def test_other_sites_cannot_post_it_and_it_leads_to_no_other_site(
    shop: Scope, http: httpx.AsyncClient
) -> None:
    made = await invited(shop)
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        for fields in ({"token": made.token}, form(made.token)):
            refused = await http.post(PATH, data=fields, headers=headers)
            assert refused.status_code == 403, headers
            assert "set-cookie" not in refused.headers
    done = await http.post(PATH, data=form(made.token, next="//evil.example", target="//evil"))
    assert (done.status_code, done.headers["location"]) == (303, "/")
    session = await session_of(done.cookies[COOKIE])
    assert session
    assert session.staff_id == made.staff_id
    headers = {"Cookie": f"{COOKIE}={done.cookies[COOKIE]}"}
    assert (await http.get("/password", headers=headers)).status_code == 200  # signed in


async def test_an_ended_link_says_so_and_what_to_do(shop: Scope, http: httpx.AsyncClient) -> None:
    made = await invited(shop)
    fresh = await invite_again(shop, made.staff_id)
    answers = await asyncio.gather(*(http.post(PATH, data=form(fresh.token)) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400]
    for token in (made.token, fresh.token, "", "%00\0", "x" * 5000):
        ended = await http.post(PATH, data=form(token))
        assert ended.status_code == 400
        told = " ".join(re.sub(r"<[^>]+>", " ", ended.text).split())
        assert "was used already, or a newer one replaced it" in told
        assert "ask for a new invitation" in told
        assert 'href="/sign-in"' in ended.text
        assert "set-cookie" not in ended.headers


async def test_the_browsers_earlier_session_ends(shop: Scope, http: httpx.AsyncClient) -> None:
    first, second = await invited(shop), await invited(shop)
    before = (await http.post(PATH, data=form(first.token))).cookies[COOKIE]
    http.cookies.set(COOKIE, before)
    assert (await http.post(PATH, data={"token": second.token})).status_code == 200
    assert await session_of(before)  # opening the link alone signs nobody out
    after = (await http.post(PATH, data=form(second.token))).cookies[COOKIE]
    page = await http.get("/team", headers={"Cookie": f"{COOKIE}={before}"})
    assert page.headers.get("location", "").startswith("/sign-in")
    session = await session_of(after)
    assert session
    assert session.staff_id == second.staff_id
