"""`make screenshots`: screenshots of every page of the demo, in light and dark, in a real browser.

It uses its own demo in .pulse/screens and leaves it there for the next run. Pages come from the
view registry, so a new view is included automatically.
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
SETTLE_SECONDS = 1.5  # charts are animated


@contextmanager
def demo() -> Iterator[str]:
    """A running demo; yields its address."""
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
    """Take all screenshots; own: a Pulse for the states of the widget."""
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
    """Every view that a manager of lantern may open."""
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


# Words that appear after the demo's jobs have finished, by route.
LATER = {"/churn": "What the model relies on", "/segments": "k-means on the five signals"}
STUDY_SECONDS = 180


async def back_test(page: Page, address: str) -> None:
    """Run the back-test, unless this demo has already done so."""
    await page.goto(f"{address}/scorecard?tab=backtest")
    run = page.get_by_role("button", name="Run the back-test")
    await expect(run).to_be_visible()
    await asyncio.sleep(SETTLE_SECONDS)
    report = page.get_by_text("Missed: strong, but left").first
    if not await report.is_visible():
        await run.click()
        await expect(report).to_be_visible(timeout=STUDY_SECONDS * 1000)


async def look(page: Page, address: str, name: str, later: str | None = None) -> None:
    """Open a page, wait for its later content, and save a screenshot."""
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
    """The open widget in each language, including right-to-left."""
    for locale in ("de", "es", "fr", "pt", "bn", "ar"):
        async with window(browser, "light", locale) as page:
            await page.goto(f"{address}/demo/shop?customer={CUSTOMER}")
            await page.locator("pulse-widget .launcher").click()
            # the customer's stored language takes precedence over the browser's
            await page.evaluate("locale => PulseWidget.setLocale(locale)", locale)
            await asyncio.sleep(SETTLE_SECONDS)
            await keep(page, f"widget-{locale}")


@asynccontextmanager
async def window(browser: Browser, scheme: str, locale: str = "en-GB") -> AsyncIterator[Page]:
    """A new browser window in the light or dark scheme."""
    context = await browser.new_context(
        viewport=WIDE,  # type: ignore[arg-type]  # a plain dict is what it takes
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=locale,
        reduced_motion="reduce",
    )
    yield await context.new_page()
    await context.close()


async def keep(page: Page, name: str) -> None:
    """Save a screenshot."""
    await page.screenshot(path=SCREENS / f"{name}.png")


if __name__ == "__main__":
    with widget_states.running() as own_pulse:
        asyncio.run(main(own_pulse))
