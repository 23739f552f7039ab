"""Signed-in pages of the running demo."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.browser import OpenPage
from tests.fixtures.demo_server import PASSWORD, Demo

SignIn = Callable[..., Awaitable[Page]]


@pytest.fixture
def sign_in(demo: Demo, open_page: OpenPage) -> SignIn:
    """`await sign_in("csm", "/queue")`: a page of Lantern, signed in as that person."""

    async def make(person: str = "csm", path: str = "/", **options: Any) -> Page:
        page = await open_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        await page.goto(f"{demo.url}/sign-in?next={path}")
        email = person if "@" in person else f"{person}@lantern.example"
        await page.get_by_label("E-mail").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.locator(".pl-view:not(.pl-hidden) h1").first).to_be_visible()
        return page

    return make
