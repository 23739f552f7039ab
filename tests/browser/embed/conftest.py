"""A visitor of a business's page, in Chromium or in Firefox.

Any console error in Chromium fails the test.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, BrowserContext

from tests.browser.widget.conftest import Visitor, new_page
from tests.fixtures.embed import Embed
from tests.fixtures.widget_pages import BUNDLE

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

    async def make(
        address: str, *, allow: re.Pattern[str] | None = None, **options: Any
    ) -> Visitor:
        context = await browser.new_context(**options)
        contexts.append(context)
        page = await new_page(context, troubles, allow)
        await page.goto(address)
        return Visitor(page, context)

    yield make
    for context in contexts:
        await context.close()
    assert not troubles, "the browser complained:\n" + "\n".join(troubles)


class Firefox:
    """A running Firefox that opens one page at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def visit(self, url: str, *steps: tuple[str, ...], keep: bool = False) -> list[Any]:
        """Open a page, run the steps and return their results; names the step that failed.

        With `keep` the page stays open for the next visit, to the URL "".
        """
        assert self._process.stdin
        order = {"url": url, "steps": steps, "keep": keep}
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        told = msgspec.json.decode(await self.line())
        assert "failed" not in told, (told["failed"], told["errors"], told["values"])
        values: list[Any] = told["values"]
        return values

    async def line(self) -> bytes:
        assert self._process.stdout
        async with asyncio.timeout(120):
            return await self._process.stdout.readline()


@pytest.fixture
async def firefox() -> AsyncIterator[Firefox]:
    """Firefox ESR of the system."""
    found = shutil.which("firefox-esr")
    assert found, "install firefox-esr: `make test` does"
    assert (BUNDLE / "node_modules" / "puppeteer-core").exists(), "run npm ci in widget_bundle"
    process = await asyncio.create_subprocess_exec(
        *("node", str(BUNDLE / "firefox.mjs"), found),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    running = Firefox(process)
    assert await running.line() == b"ready\n"
    yield running
    assert process.stdin
    process.stdin.close()
    async with asyncio.timeout(60):
        await process.communicate()
