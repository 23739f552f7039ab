"""From script arrival to the painted score in Chromium; peer: React + ReactDOM showing "hello".

Each round is a new browser context (nothing cached). The clock starts when the script's last byte
has arrived (resource timing, responseEnd) and stops when the first frame with the score has been
laid out and painted. Ours includes the WebSocket, its token and the full state from Pulse's real
server on another origin; the peer requests nothing. Long tasks are counted in the same browser
while the panel opens and text is typed.
"""

import asyncio
import gzip
import json
import shutil
import socket
import statistics
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from pulse.testing.database import running_postgres
from pulse.testing.folders import open_folder
from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.embed import Embed, embedded
from tests.fixtures.pulse_process import PulseProcess, running_pulse
from tests.fixtures.widget_pages import BUNDLE

ROUNDS = 15
LIMIT_MS = 100
# Checked at the start of a frame; a message sent then is read after the frame is painted.
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


LONG_TASKS = """
window.tasks = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => tasks.push(one.duration)))
  .observe({ type: 'longtask' });
"""
WORDS = "It is going well, and I would like to know more about the next steps."


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """The results: median milliseconds of both, long tasks, and compressed sizes."""
    with running_postgres() as postgres, running_pulse(postgres) as pulse:
        return asyncio.run(_measure(pulse, rounds))


async def _measure(pulse: PulseProcess, rounds: int) -> dict[str, Any]:
    peer = _peer()
    with open_folder() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        async with embedded(pulse, listening, folder) as embed, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
            # The peer's script is on another origin too, and allows its timing to be
            # read.
            headers = {"Timing_Allow_Origin": "*", "Access_Control_Allow_Origin": "*"}
            embed.site.add(peer.decode(), "text/javascript", "/peer.js", **headers)
            other = f"{embed.site.foreign_origin}/peer.js"
            peer_page = embed.page(f"<script src='{other}'></script>")
            ours, theirs = [], []
            for _ in range(rounds):
                ours.append(await _paint(browser, _page(embed), "pulse.js"))
                theirs.append(await _paint(browser, peer_page, "peer.js"))
            long = await _long_tasks(browser, _page(embed))
            await browser.close()
    return _figures(ours, theirs, peer, long)


def _page(embed: Embed) -> str:
    """A page with a fixed token, so that the business's token endpoint is not measured."""
    return embed.page(
        f"<script src='{embed.pulse.url}/widget/v1/pulse.js'></script><script>PulseWidget.init("
        f"{{token: '{embed.site.key.sign('maren')}', apiUrl: '{embed.pulse.url}'}})</script>"
    )


async def _long_tasks(browser: Browser, address: str) -> list[float]:
    """Milliseconds of each task over 50 ms while the panel opens and text is typed."""
    page = await browser.new_page()
    await page.add_init_script(WATCH)
    await page.goto(address)
    await page.evaluate("painted")
    await page.evaluate(LONG_TASKS)
    widget = page.locator("pulse-widget")
    await widget.locator(".launcher").click()
    field = widget.get_by_role("textbox")
    await field.click()
    await page.keyboard.type(WORDS, delay=20)
    await expect(field).to_have_value(WORDS)
    tasks: list[float] = await page.evaluate(
        "new Promise((done) => setTimeout(() => done(tasks), 200))"
    )
    return tasks


async def _paint(browser: Browser, address: str, script: str) -> float:
    context = await browser.new_context()
    page = await context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(address)
    elapsed = float(await page.evaluate(ELAPSED, script))
    await context.close()
    return elapsed


def _figures(
    ours: list[float], theirs: list[float], peer: bytes, long: list[float]
) -> dict[str, Any]:
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
            "long_tasks_ms": long,
            "rounds": len(ours),
            "slowest": round(max(ours), 1),
            "within_limit": mine < LIMIT_MS,
        },
    }


def _peer() -> bytes:
    """React's bundle, built with the widget's own pinned tools (installed if missing)."""
    if not (BUNDLE / "node_modules" / "react-dom").exists():
        subprocess.run(["npm", "--prefix", str(BUNDLE), "ci", "--silent"], check=True)
    command = ["node", str(BUNDLE / "peer.mjs")]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _chromium() -> str | None:
    """The system's Chromium; None for Playwright's own."""
    return str(CHROMIUM) if CHROMIUM and Path(str(CHROMIUM)).exists() else shutil.which("chromium")


if __name__ == "__main__":
    print(json.dumps(run()))
