"""A dashboard and an identity provider in separate processes, and browsers that sign in."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.async_api import Browser, Page, expect

from bench.stage import free_port
from pulse import settings
from pulse.auth.business_lifecycle import delete_business
from pulse.auth.businesses import business_by_id
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.staff import add_staff
from pulse.auth.ttl_cache import forget_everything
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import app_connection, pool
from pulse.testing.database import SECRET, make_business
from tests.fixtures.oidc_provider import running_provider
from tests.fixtures.pulse_process import PulseProcess, running_pulse

PASSWORD = "a long enough password"
ACCOUNTS = {
    "nora": {
        "email": "nora@flow.example",
        "email_verified": True,
        "name": "Nora New",
        "groups": ["everybody", "pulse-managers"],
    },
    "omar": {"email": "Omar@flow.example", "email_verified": True, "name": "Omar", "groups": []},
    "mallory": {"email": "boss@flow.example", "email_verified": False, "name": "Mallory"},
    "eve": {"email": "eve@elsewhere.example", "email_verified": True, "name": "Eve"},
}


class Site(NamedTuple):
    """The running dashboard and the provider's issuer."""

    url: str
    issuer: str
    pulse: PulseProcess


@pytest.fixture(scope="session")
def site(postgres: EmbeddedPostgres) -> Iterator[Site]:
    """Pulse and the provider with each other's URLs. localhost, which passkeys require."""
    ours, theirs = free_port(), free_port()
    url = f"http://localhost:{ours}"
    with (
        running_provider(theirs, f"{url}/sign-in/oidc/callback", ACCOUNTS) as issuer,
        running_pulse(
            postgres, "dashboard", port=ours, PULSE_PUBLIC_URL=url, PULSE_OIDC_PRIVATE="1"
        ) as pulse,
    ):
        yield Site(url, issuer, pulse)


@pytest.fixture
async def business(site: Site) -> AsyncIterator[Scope]:
    """A business of the served database, with its admin ada@… (PASSWORD)."""
    settings.choose(settings.Settings(secret=SECRET, public_url=site.url, oidc_private=True))
    async with pool(app_connection(settings.current(), site.pulse.database)):
        forget_everything()
        scope = await make_business(f"b{next(_numbers)}")
        await add_staff(scope, admin_of(scope), "Ada Admin", Role.admin, PASSWORD)
        yield scope
        await delete_business(await business_by_id(scope.business_id))  # its domain is free again


def admin_of(scope: Scope) -> str:
    """The e-mail of the business's admin."""
    return f"ada@{scope.business_id.hex[-12:]}.example"


Visit = Callable[[], Awaitable[Page]]


@pytest.fixture
async def visit(browser: Browser, site: Site) -> Visit:
    """`await visit()`: a new browser at the sign-in page. The provider's fonts are not fetched."""

    async def make() -> Page:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        await page.route(lambda url: "localhost" not in url, lambda route: route.abort())
        await page.goto(f"{site.url}/sign-in")
        return page

    return make


async def by_password(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill the form and press its button."""
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def by_provider(page: Page, email: str, login: str) -> None:
    """Sign in at the provider as `login`, and accept its request for consent."""
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Single sign-on").click()
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill("anything")
    await page.locator("button[type=submit]").click()
    await page.get_by_role("button", name="Continue").click()


async def is_inside(page: Page, name: str) -> None:
    """Wait until the dashboard shows who is signed in."""
    await expect(page.locator(".pl-me")).to_contain_text(name)


_numbers = itertools.count()
