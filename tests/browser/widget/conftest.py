"""A visitor of a host page who uses the widget; every console error counts."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import DEADLINE
from tests.fixtures.embed import Embed

# Browsers report failed connections themselves; no script can prevent that message.
UNREACHABLE = re.compile(
    r"WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED"
)
LISTEN = """
window.heard = [];
for (const name of ['ready','opened','closed','score','milestone','celebration','context-shared',
  'token-needed','auth-error','offline','online','error','destroyed'])
  addEventListener('pulse:' + name, (event) => heard.push([name, event.detail]));
document.addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
"""


class Visitor:
    """One open page with the widget in it."""

    def __init__(self, page: Page, context: BrowserContext) -> None:
        self.page = page
        self.context = context
        self.launcher: Locator = page.get_by_role("button", name="Your bond with us")
        self.panel: Locator = page.locator("pulse-widget").locator("#panel")
        self.gauge: Locator = page.get_by_role("meter", name="Your bond with us")

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    async def see_score(self, score: int) -> None:
        await expect(self.launcher).to_contain_text(str(score))

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.panel).to_be_visible()

    async def call(self, method: str, *arguments: Any) -> Any:
        return await self.page.evaluate(
            "([method, args]) => PulseWidget[method](...args)", [method, list(arguments)]
        )

    async def answer(self) -> Any:
        """Wait for what the host page's `init` came to; the page keeps it as `window.answer`."""
        await self.page.wait_for_function("window.answer")
        return await self.page.evaluate("answer")

    async def sizes_of_buttons(self) -> dict[str, float]:
        """The smaller side of each visible button of the widget, in pixels, by its words.

        All at one moment: a button may vanish by itself.
        """
        buttons = self.page.locator("pulse-widget button:visible")
        sizes: dict[str, float] = await buttons.evaluate_all(
            """(buttons) => Object.fromEntries(buttons.map((one, number) => {
              const box = one.getBoundingClientRect();
              return [`${number} ${one.textContent}`, Math.min(box.width, box.height)];
            }))"""
        )
        return sizes

    async def heard(self, name: str) -> list[Any]:
        """Return the details of an event so far."""
        return [detail for kind, detail in await self.page.evaluate("heard") if kind == name]

    async def until_heard(self, name: str, times: int = 1) -> None:
        await self.page.wait_for_function(
            "([name, times]) => heard.filter(([kind]) => kind == name).length >= times",
            arg=[name, times],
        )


async def kinds(embed: Embed) -> list[str]:
    """Return the kinds of maren's contexts in Pulse, oldest first."""
    return [kind for kind, _ in await embed.shared("maren")]


async def new_page(
    context: BrowserContext, troubles: list[str], allow: re.Pattern[str] | None
) -> Page:
    """Open a page that keeps the widget's events in `heard`.

    Every complaint of the browser is added to `troubles`, but for what `allow` finds.
    """

    def note(text: str) -> None:
        if not (allow and allow.search(text)):
            troubles.append(text)

    page = await context.new_page()
    page.set_default_timeout(DEADLINE)
    page.on("pageerror", lambda error: note(f"pageerror: {error}"))
    page.on("console", lambda line: note(line.text) if line.type == "error" else None)
    await page.add_init_script(LISTEN)
    return page


Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def visit(browser: Browser, embed: Embed) -> AsyncIterator[Visit]:
    """`await visit(url?, allow=pattern, **context_options)`; console errors fail the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    async def make(
        address: str | None = None,
        *,
        allow: re.Pattern[str] | None = None,
        beside: Visitor | None = None,
        **options: Any,
    ) -> Visitor:
        options.setdefault("viewport", {"width": 1000, "height": 760})
        context = beside.context if beside else await browser.new_context(**options)
        if not beside:
            contexts.append(context)
        page = await new_page(context, troubles, allow)
        await page.goto(address or embed.page())
        return Visitor(page, context)

    yield make
    for context in contexts:
        await context.close()
    assert not troubles, "the browser complained:\n" + "\n".join(troubles)
