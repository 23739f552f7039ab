"""Screenshots of every state of the widget: on a business's page, with Pulse's real server.

`python -m tools.widget_states` takes only these; `make screenshots` takes them with all others.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from pulse.testing.database import running_postgres
from pulse.testing.folders import open_folder
from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.embed import Embed, embedded
from tests.fixtures.pulse_process import PulseProcess, running_pulse

expect.set_options(timeout=60_000)  # milliseconds a screenshot waits for the content it shows
SCREENS = Path("docs/screens")
SETTLE_SECONDS = 1.0  # the arc is animated
BESIDE = {"width": 560, "height": 800}
TELEPHONE = {"width": 390, "height": 780}
NEWCOMER = "<script nonce='n0nce'>customer='noor'</script>"


class Shot:
    """An open widget and the host page around it."""

    def __init__(self, page: Page, host: Embed) -> None:
        self.page, self.host = page, host
        self.panel: Locator = page.locator("pulse-widget").locator("#panel")

    async def press(self, name: str) -> None:
        """Press a button of the panel."""
        await self.panel.get_by_role("button", name=name, exact=True).click()


async def _look_back(shot: Shot) -> None:
    await shot.press("Look back")
    await expect(shot.panel.locator(".card h3")).to_be_visible()


async def _data(shot: Shot) -> None:
    await shot.press("Your data")


async def _erasure(shot: Shot) -> None:
    await shot.press("Your data")
    await shot.press("Ask to delete my data")


async def _shared(shot: Shot) -> None:
    await shot.press("I’m stuck")
    await expect(shot.panel.get_by_role("button", name="Undo")).to_be_visible()


async def _hidden(shot: Shot) -> None:
    await shot.press("Your data")
    await shot.press("Hide my score")
    await expect(shot.panel.get_by_role("button", name="Show my score")).to_be_visible()
    await shot.press("Back")
    await expect(shot.panel.get_by_text("Your score is hidden")).to_be_visible()


async def _celebration(shot: Shot) -> None:
    await shot.host.celebrate()
    await expect(shot.panel.locator(".party")).to_be_visible()


async def _token(shot: Shot) -> None:
    # A page that gives one token and cannot renew it.
    await shot.page.evaluate(
        "(options) => PulseWidget.destroy().then(() => PulseWidget.init(options))",
        {"token": shot.host.site.key.sign("maren"), "apiUrl": shot.host.pulse.url},
    )
    await shot.page.evaluate("PulseWidget.open()")
    shot.host.pulse.close_sockets(4401)
    await expect(shot.panel.get_by_text("Please sign in again.")).to_be_visible()


async def _origin(shot: Shot) -> None:
    shot.host.pulse.close_sockets(4403)
    await expect(shot.panel.get_by_text("Not available on this site.")).to_be_visible()


async def _offline(shot: Shot) -> None:
    shot.host.pulse.sockets = "refuse"
    await shot.page.context.set_offline(True)
    shot.host.pulse.close_sockets(1012)
    await expect(shot.panel.get_by_text("You are offline.")).to_be_visible()


async def _as_it_is(_: Shot) -> None:
    """Does nothing: the state is shown as it is."""


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


async def take_all(browser: Browser, pulse: PulseProcess) -> None:
    """All states in light and dark; then the launcher, a new customer, a phone."""
    for scheme in ("light", "dark"):
        for name, make in STATES.items():
            await _take(browser, pulse, f"{name}-{scheme}", make, scheme=scheme)
    await _take(browser, pulse, "launcher", _as_it_is, opened=False)
    await _take(browser, pulse, "newcomer", _as_it_is, head=NEWCOMER)
    await _take(browser, pulse, "telephone", _as_it_is, size=TELEPHONE)


async def _take(
    browser: Browser,
    pulse: PulseProcess,
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
    async with _running(pulse) as host:
        page = await context.new_page()
        await page.goto(host.page(head=head))
        await expect(page.locator("pulse-widget .launcher")).to_be_visible()
        await page.wait_for_function("PulseWidget.loaded")
        shot = Shot(page, host)
        if opened:
            await page.evaluate("PulseWidget.open()")
            await expect(shot.panel).to_be_visible()
            await expect(shot.panel.get_by_role("button", name="I’m stuck")).to_be_visible()
            await expect(shot.panel.locator(".skeleton")).to_have_count(0)
        await make(shot)
        await asyncio.sleep(SETTLE_SECONDS)
        await page.screenshot(path=SCREENS / f"widget-{name}.png")
        await context.close()


@asynccontextmanager
async def _running(pulse: PulseProcess) -> AsyncIterator[Embed]:
    with open_folder() as folder:
        async with embedded(pulse, _site_socket(), folder) as embed:
            yield embed


@cache
def _site_socket() -> socket.socket:
    """One port for the site of every screenshot, because Pulse caches allowed origins."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def running() -> Iterator[PulseProcess]:
    """A running Pulse for the screenshots only."""
    with running_postgres() as postgres, running_pulse(postgres) as pulse:
        yield pulse


async def main(pulse: PulseProcess) -> None:
    """Take the screenshots."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        await take_all(browser, pulse)
        await browser.close()


if __name__ == "__main__":
    with running() as own:
        asyncio.run(main(own))
