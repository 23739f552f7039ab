"""A visitor of a page of the business; every complaint of the browser fails the test."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.widget.conftest import LISTEN, Visitor
from tests.fixtures.embed import Embed

PAGE = """<!doctype html><html lang=en><head><meta charset=utf-8><title>Host</title>
<meta name=viewport content="width=device-width, initial-scale=1">
<link rel=icon href="data:,"></head><body><h1>Host</h1><p><input id=i></p>{}"""
Enter = Callable[..., Awaitable[Visitor]]


def plain(embed: Embed, more: str = "") -> str:
    """A plain script tag and init, as on most sites; its `options` and `answer` are globals."""
    return embed.here(f"""<script src="https://HOST/widget/v1/pulse.js"></script><script>
      window.options = {{ getToken: () => fetch('/pulse-token').then((a) => a.text()),
        apiUrl: 'https://HOST', locale: 'en', {more} }};
      PulseWidget.init(options).then((answer) => (window.answer = answer));</script>""")


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
