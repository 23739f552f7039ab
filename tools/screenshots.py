"""`make screenshots`: the demo in a real browser, every page in light and dark, as pictures.

The demo it drives is its own, in .pulse/screens, and stays there for the next time. Pages come
from the view registry, so that a new view is in the pictures without being named here.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.pulse_process import PulseProcess
from tools import widget_states
from ui.runtime.registry import discover

SCREENS = Path("docs/screens")
DATA = Path(".pulse/screens")
CUSTOMER = "17850"
WIDE = {"width": 1280, "height": 860}
SETTLE_SECONDS = 1.5  # charts draw themselves in


@contextmanager
def demo() -> Iterator[str]:
    """A demo of our own; its address."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    DATA.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pulse", "demo", "--port", "0", "--data-dir", str(DATA)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout
        lines = (re.match(r"Pulse is ready: (\S+)", line) for line in running.stdout)
        ready = next((found for found in lines if found), None)
        if ready is None:
            raise RuntimeError("the demo did not start: see what it said above")
        yield ready[1]
    finally:
        running.terminate()
        running.wait()
        assert running.stdout
        running.stdout.close()


async def main(own: PulseProcess) -> None:
    """Take all pictures; `own` is a Pulse for the states of the widget."""
    with demo() as address:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            await shop(browser, address)
            await languages(browser, address)
            await widget_states.take_all(browser, own)
            for scheme in ("light", "dark"):
                await dashboard(browser, address, scheme)
            await browser.close()


async def dashboard(browser: Browser, address: str, scheme: str) -> None:
    """Every view a manager of lantern may open."""
    async with window(browser, scheme) as page:
        await page.goto(f"{address}/sign-in")
        await keep(page, f"sign-in-{scheme}")
        await page.get_by_label("E-mail").fill("admin@lantern.example")
        await page.get_by_label("Password").fill("pulse-demo")
        await page.get_by_role("button", name="Sign in").click()
        for view in discover():
            path = view.route.replace("{external_id}", CUSTOMER)
            if "{" in path:
                continue
            name = view.title.lower().replace(" ", "-")
            await look(page, address + path, f"{name}-{scheme}", LATER.get(view.route))
        await back_test(page, address)
        for tab in ("learn", "backtest", "history"):
            await look(page, f"{address}/scorecard?tab={tab}", f"scorecard-{tab}-{scheme}")


# What a demo finds out after it has begun to serve: words that stand there then, by route.
LATER = {"/churn": "What the model relies on", "/segments": "k-means on the five signals"}
STUDY_SECONDS = 180


async def back_test(page: Page, address: str) -> None:
    """Run the back-test, unless this demo has done it before."""
    await page.goto(f"{address}/scorecard?tab=backtest")
    run = page.get_by_role("button", name="Run the back-test")
    await expect(run).to_be_visible()
    await asyncio.sleep(SETTLE_SECONDS)
    report = page.get_by_text("Missed: strong, but left").first
    if not await report.is_visible():
        await run.click()
        await expect(report).to_be_visible(timeout=STUDY_SECONDS * 1000)


async def look(page: Page, address: str, name: str, later: str | None = None) -> None:
    """Open a page, wait for what comes later, and keep it."""
    await page.goto(address)
    shown = page.locator(".pl-view:not(.pl-hidden)")
    await expect(shown.locator("h1").first).to_be_visible()
    if later:
        await expect(shown.get_by_text(later).first).to_be_visible(timeout=STUDY_SECONDS * 1000)
    await asyncio.sleep(SETTLE_SECONDS)
    await keep(page, name)


async def shop(browser: Browser, address: str) -> None:
    """The shop with the widget closed and open."""
    async with window(browser, "light") as page:
        await page.goto(f"{address}/demo/shop?customer={CUSTOMER}")
        launcher = page.locator("pulse-widget .launcher")
        await expect(launcher).to_be_visible()
        await keep(page, "shop")
        await launcher.click()
        await asyncio.sleep(SETTLE_SECONDS)
        await keep(page, "widget")


async def languages(browser: Browser, address: str) -> None:
    """The open widget for a visitor of each language, right to left among them."""
    for locale in ("de", "es", "fr", "pt", "bn", "ar"):
        async with window(browser, "light", locale) as page:
            await page.goto(f"{address}/demo/shop?customer={CUSTOMER}")
            await page.locator("pulse-widget .launcher").click()
            # the customer's stored language counts before the browser's
            await page.evaluate("locale => PulseWidget.setLocale(locale)", locale)
            await asyncio.sleep(SETTLE_SECONDS)
            await keep(page, f"widget-{locale}")


@asynccontextmanager
async def window(browser: Browser, scheme: str, locale: str = "en-GB") -> AsyncIterator[Page]:
    """A browser window of its own, in the light or dark scheme."""
    context = await browser.new_context(
        viewport=WIDE,  # type: ignore[arg-type]  # a plain dict is what it takes
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=locale,
        reduced_motion="reduce",
    )
    yield await context.new_page()
    await context.close()


async def keep(page: Page, name: str) -> None:
    """Write what is seen now."""
    await page.screenshot(path=SCREENS / f"{name}.png")


if __name__ == "__main__":
    with widget_states.running() as own_pulse:
        asyncio.run(main(own_pulse))
