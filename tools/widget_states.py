"""Every state of the widget as a picture: against the tests' host, where each can be made at will.

`python -m tools.widget_states` takes these alone; `make screenshots` takes them with all others.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.widget_host import WidgetHost

SCREENS = Path("docs/screens")
SETTLE_SECONDS = 1.0  # the arc draws itself in
BESIDE = {"width": 560, "height": 800}
TELEPHONE = {"width": 390, "height": 780}
NEWCOMER = "<script nonce='n0nce'>customer='noor'</script>"


class Shot:
    """One open widget and the host it talks to."""

    def __init__(self, page: Page, host: WidgetHost) -> None:
        self.page, self.host = page, host
        self.panel: Locator = page.locator("pulse-widget").locator("#panel")

    async def press(self, name: str) -> None:
        """Press a button of the panel."""
        await self.panel.get_by_role("button", name=name, exact=True).click()


async def _look_back(shot: Shot) -> None:
    await shot.press("Look back")


async def _data(shot: Shot) -> None:
    await shot.press("Your data")


async def _erasure(shot: Shot) -> None:
    await shot.press("Your data")
    await shot.press("Ask to delete my data")


async def _shared(shot: Shot) -> None:
    await shot.press("I’m stuck")
    await expect(shot.panel.get_by_role("button", name="Remove")).to_be_attached()


async def _hidden(shot: Shot) -> None:
    await shot.press("Your data")
    await shot.press("Hide my score")
    await shot.press("Back")


async def _celebration(shot: Shot) -> None:
    told = {"key": "count_25", "title": "25 orders", "text": "Thank you for every one."}
    await shot.host.push("maren", "celebration", told)


async def _token(shot: Shot) -> None:
    # A page that gives one token and no way to a fresh one.
    await shot.page.evaluate(
        "(options) => PulseWidget.destroy().then(() => PulseWidget.init(options))",
        {"token": shot.host.token(), "apiUrl": shot.host.api},
    )
    await shot.page.evaluate("PulseWidget.open()")
    await shot.host.hang_up(4401)
    await expect(shot.panel.get_by_text("Please sign in again.")).to_be_visible()


async def _origin(shot: Shot) -> None:
    await shot.host.hang_up(4403)
    await expect(shot.panel.get_by_text("Not available on this site.")).to_be_visible()


async def _offline(shot: Shot) -> None:
    shot.host.refuse_sockets = True
    await shot.page.context.set_offline(True)
    await shot.host.hang_up(1012)
    await expect(shot.panel.get_by_text("You are offline.")).to_be_visible()


async def _as_it_is(_: Shot) -> None:
    """Nothing more to do."""


STATES: dict[str, Callable[[Shot], Awaitable[None]]] = {
    "panel": _as_it_is,
    "shared": _shared,
    "look-back": _look_back,
    "data": _data,
    "erasure": _erasure,
    "hidden": _hidden,
    "celebration": _celebration,
    "sign-in": _token,
    "not-allowed": _origin,
    "offline": _offline,
}


async def take_all(browser: Browser) -> None:
    """All states in light and dark; then the launcher, a newcomer, a telephone."""
    for scheme in ("light", "dark"):
        for name, make in STATES.items():
            await _take(browser, f"{name}-{scheme}", make, scheme=scheme)
    await _take(browser, "launcher", _as_it_is, opened=False)
    await _take(browser, "newcomer", _as_it_is, head=NEWCOMER)
    await _take(browser, "telephone", _as_it_is, size=TELEPHONE)


async def _take(
    browser: Browser,
    name: str,
    make: Callable[[Shot], Awaitable[None]],
    *,
    scheme: str = "light",
    size: dict[str, int] = BESIDE,
    opened: bool = True,
    head: str = "",
) -> None:
    context = await browser.new_context(
        viewport=size,  # type: ignore[arg-type]  # a plain dict is what it takes
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    async with _running() as host:
        page = await context.new_page()
        await page.goto(host.page(head=head))
        await expect(page.locator("pulse-widget .launcher")).to_be_visible()
        await page.wait_for_function("PulseWidget.loaded")
        shot = Shot(page, host)
        if opened:
            await page.evaluate("PulseWidget.open()")
            await expect(shot.panel).to_be_visible()
            await expect(shot.panel.locator(".body > div")).to_be_attached()
        await make(shot)
        await asyncio.sleep(SETTLE_SECONDS)
        await page.screenshot(path=SCREENS / f"widget-{name}.png")
        await context.close()


@asynccontextmanager
async def _running() -> AsyncIterator[WidgetHost]:
    host = WidgetHost()
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


async def main() -> None:
    """Take them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        await take_all(browser)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
