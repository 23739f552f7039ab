"""Script arrival → score painted in Chromium, beside React + ReactDOM saying only hello.

Each round is a fresh browser context (nothing cached). The clock starts when the script's last byte
has arrived (resource timing, responseEnd) and stops when the first frame with the score in it has
been laid out and painted. Ours includes the WebSocket, its token and the full state of a small test
host; the peer asks for nothing.
"""

import asyncio
import gzip
import json
import shutil
import statistics
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.widget_host import BUNDLE, WidgetHost

ROUNDS = 15
LIMIT_MS = 100
# The look comes at the start of a frame; a message sent then is read when the frame is painted.
WATCH = """
window.painted = new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done(performance.now());
  const look = () => {
    const widget = document.querySelector('pulse-widget')?.shadowRoot;
    const shown = (widget?.querySelector('.launcher') || document.querySelector('#peer'));
    if (shown?.textContent.includes('78')) port2.postMessage(0);
    else requestAnimationFrame(look);
  };
  look();
});
"""
ELAPSED = """async (name) => {
  const end = await painted;
  const [entry] = performance.getEntriesByType('resource').filter((one) => one.name.endsWith(name));
  return end - entry.responseEnd;
}"""


def run() -> dict[str, Any]:
    """Median milliseconds of both, and what each weighs compressed."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    peer = _peer()
    host = WidgetHost()
    host.scripts["/peer.js"] = peer
    await host.start()
    token = host.token()
    ours_page = host.page(
        f"<script src='{host.api}/widget/v1/pulse.js'></script><script>PulseWidget.init("
        f"{{token: '{token}', apiUrl: '{host.api}'}})</script>"
    )
    peer_page = host.page(f"<script src='{host.api}/peer.js'></script>")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(await _paint(browser, ours_page, "pulse.js"))
            theirs.append(await _paint(browser, peer_page, "peer.js"))
        await browser.close()
    await host.stop()
    return _figures(ours, theirs, peer)


async def _paint(browser: Browser, address: str, script: str) -> float:
    context = await browser.new_context()
    page = await context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(address)
    elapsed = float(await page.evaluate(ELAPSED, script))
    await context.close()
    return elapsed


def _figures(ours: list[float], theirs: list[float], peer: bytes) -> dict[str, Any]:
    mine, other = statistics.median(ours), statistics.median(theirs)
    bundle = (BUNDLE / "dist" / "pulse-widget.js").read_bytes()
    sizes: Mapping[str, int] = {
        "bytes_gzip": len(gzip.compress(bundle, 9)),
        "peer_bytes_gzip": len(gzip.compress(peer, 9)),
    }
    return {
        "ours": round(mine, 1),
        "peer": round(other, 1),
        "ratio": round(other / mine, 2),
        "unit": "ms from script arrival to score painted (median)",
        "details": {
            **sizes,
            "weight_ratio": round(sizes["peer_bytes_gzip"] / sizes["bytes_gzip"], 1),
            "rounds": ROUNDS,
            "slowest": round(max(ours), 1),
            "within_limit": mine < LIMIT_MS,
        },
    }


def _peer() -> bytes:
    """React's bundle, built by the widget's own pinned tools (installed if they are not there)."""
    if not (BUNDLE / "node_modules" / "react-dom").exists():
        subprocess.run(["npm", "--prefix", str(BUNDLE), "ci", "--silent"], check=True)
    command = ["node", str(BUNDLE / "peer.mjs")]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _chromium() -> str | None:
    """The system's browser; None for Playwright's own."""
    return str(CHROMIUM) if CHROMIUM and Path(str(CHROMIUM)).exists() else shutil.which("chromium")


if __name__ == "__main__":
    print(json.dumps(run()))
