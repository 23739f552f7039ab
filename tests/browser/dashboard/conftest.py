"""Signed-in pages of the running demo."""

import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.browser import OpenPage
from tests.fixtures.demo_server import PASSWORD, Demo

SignIn = Callable[..., Awaitable[Page]]


_cookies: dict[tuple[str, str], Any] = {}


@pytest.fixture
def sign_in(demo: Demo, open_page: OpenPage) -> SignIn:
    """`await sign_in("csm", "/queue")`: a page of Lantern, signed in as that person.

    The form is filled in once per run and person, because sign-ins are rate-limited.
    """

    async def make(person: str = "csm", path: str = "/", **options: Any) -> Page:
        email = person if "@" in person else f"{person}@lantern.example"
        page = await open_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        known = _cookies.get((demo.url, email))
        if known:
            await page.context.add_cookies(known)
            await page.goto(f"{demo.url}{path}")
        else:
            await fill_form(page, demo, email, path)
            _cookies[demo.url, email] = await page.context.cookies()
        await expect(page.locator(".pl-view:not(.pl-hidden) h1").first).to_be_visible()
        if path.startswith("/queue"):  # the first card is open once the URL contains it
            await expect(page).to_have_url(re.compile("card="))
        return page

    return make


def found_business(demo: Demo, name: str, currency: str) -> str:
    """Found a business by the command line, as an operator does; the e-mail of its owner."""
    slug = name.lower()
    owner = f"owner@{slug}.example"
    environment = os.environ | {
        "PULSE_DATA_DIR": str(demo.data_dir),
        "PULSE_STAFF_PASSWORD": PASSWORD,
    }
    for words in (
        ["business", "add", slug, "--name", name, "--currency", currency],
        [
            *("staff", "add", "--business", slug, "--email", owner),
            *("--name", "Olga Owner", "--role", "admin"),
        ],
    ):
        command = [sys.executable, "-m", "pulse", *words]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    return owner


async def fill_form(
    page: Page, demo: Demo, email: str, path: str, password: str = PASSWORD
) -> None:
    """Fill in the sign-in form, in any language."""
    await page.goto(f"{demo.url}/sign-in?next={path}")
    await page.locator("input[name=email]").fill(email)
    await page.locator("input[name=password]").fill(password)
    await page.locator("input[name=password]").press("Enter")
