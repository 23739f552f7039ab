"""A visitor of a page of the business; every complaint of the browser fails the test."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.widget.conftest import LISTEN, Visitor

Enter = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def enter(browser: Browser) -> AsyncIterator[Enter]:
    """`await enter(address, allow=pattern, **context_options)`."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def watch(page: Page, allow: re.Pattern[str] | None) -> None:
        def note(text: str) -> None:
            if not (allow and allow.search(text)):
                troubles.append(text)

        page.on("pageerror", lambda error: note(f"pageerror: {error}"))
        page.on("console", lambda line: note(line.text) if line.type == "error" else None)

    async def make(
        address: str, *, allow: re.Pattern[str] | None = None, **options: Any
    ) -> Visitor:
        context = await browser.new_context(**options)
        contexts.append(context)
        page = await context.new_page()
        watch(page, allow)
        await page.add_init_script(LISTEN)
        await page.goto(address)
        return Visitor(page, context)

    yield make
    for context in contexts:
        await context.close()
    assert not troubles, "the browser complained:\n" + "\n".join(troubles)
