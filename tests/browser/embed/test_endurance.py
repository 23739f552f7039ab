"""Long use and bad connections: no leaks on the page, and every tap arrives exactly once."""

import re

from playwright.async_api import Page, expect

from tests.browser.embed.conftest import PAGE, Enter, plain
from tests.browser.widget.conftest import UNREACHABLE
from tests.fixtures.embed import Embed

ROUNDS = 40
LIVES = """async ([rounds, options, tokens]) => {
  for (let round = 0; round < rounds; round++) {
    PulseWidget.init({ ...options, token: tokens[0] });
    await PulseWidget.destroy();
  }
  await PulseWidget.init({ ...options, token: tokens[0] });
  for (let round = 0; round < rounds; round++) await PulseWidget.identify(tokens[round % 2]);
  await PulseWidget.identify(tokens[0]);
  await PulseWidget.destroy();
}"""
COUNTED = ("Nodes", "JSEventListeners", "JSHeapUsedSize")


async def _measured(page: Page) -> dict[str, float]:
    """Return what the page holds after garbage collection."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    await session.send("HeapProfiler.collectGarbage")
    told = await session.send("Performance.getMetrics")
    await session.detach()
    return {one["name"]: one["value"] for one in told["metrics"] if one["name"] in COUNTED}


async def test_repeated_init_and_destroy_leaves_nothing_on_the_page(
    embed: Embed, enter: Enter
) -> None:
    script = embed.here("<script src='https://HOST/widget/v1/pulse.js'></script>")
    page = (await enter(embed.site.add(PAGE.format(script)))).page
    tokens = [embed.site.key.sign(who) for who in ("maren", "idris")]
    options = {"apiUrl": embed.pulse.url, "locale": "en"}
    await page.evaluate(LIVES, [4, options, tokens])
    before = await _measured(page)
    await page.evaluate(LIVES, [ROUNDS, options, tokens])
    await expect(page.locator("pulse-widget")).to_have_count(0)
    # Fewer than one per round: a leak of one object per round would leave ROUNDS of them.
    most = {"Nodes": ROUNDS, "JSEventListeners": ROUNDS / 2, "JSHeapUsedSize": 1_000_000}
    for _ in range(20):  # what the last task still holds is garbage a moment later
        after = await _measured(page)
        if all(after[what] - before[what] < most[what] for what in most):
            return
    raise AssertionError((before, after))


async def test_eight_taps_with_four_disconnects_arrive_once_each(
    embed: Embed, enter: Enter
) -> None:
    address = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address, allow=re.compile(f"ERR_|{UNREACHABLE.pattern}"))
    await visitor.see_score(78)
    for number in range(8):
        await visitor.call("shareContext", "own_words", f"tap {number}")
        if number % 2:
            await embed.pulse.cut()
            await embed.pulse.mend()
    await visitor.page.wait_for_function("!sessionStorage['pulse:outbox']", timeout=60_000)
    assert [words for _, words in await embed.shared("maren")] == [f"tap {n}" for n in range(8)]


async def test_a_tap_before_leaving_the_page_arrives_once(embed: Embed, enter: Enter) -> None:
    address = embed.site.add(PAGE.format(plain(embed)))
    other = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address)
    await visitor.see_score(78)
    await visitor.page.evaluate(
        "(url) => { PulseWidget.shareContext('own_words', 'on my way'); location.href = url; }",
        other,
    )
    await visitor.page.wait_for_url(other)
    await visitor.see_score(78)
    await visitor.page.wait_for_function("!sessionStorage['pulse:outbox']")
    assert await embed.shared("maren") == [("own_words", "on my way")]


async def test_a_slow_server_shows_a_skeleton_and_then_the_score(
    embed: Embed, enter: Enter
) -> None:
    embed.pulse.sockets = "hang"
    slow = embed.pulse.hold("GET /api/customers/maren/widget")
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.launcher.click()
    await expect(visitor.panel.locator(".skeleton")).to_be_visible()
    slow.release.set()
    await visitor.see_score(78)
    await expect(visitor.gauge).to_be_visible()
    await expect(visitor.panel.locator(".skeleton")).to_have_count(0)
    assert not await visitor.heard("offline")


async def test_a_slow_answer_after_a_refused_socket_is_not_offline(
    embed: Embed, enter: Enter
) -> None:
    embed.pulse.sockets, embed.pulse.delay = "refuse", 2.0
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))), allow=UNREACHABLE)
    await visitor.see_score(78)
    await embed.rescore("maren", 66)
    await expect(visitor.launcher).to_contain_text("66")
    assert not await visitor.heard("offline")
    assert not await visitor.heard("online")


async def test_after_a_refusal_no_other_notice_replaces_it(embed: Embed, enter: Enter) -> None:
    spy = """<script>window.said = new Set(); (function look() {
      for (const one of document.querySelector('pulse-widget')?.shadowRoot
        .querySelectorAll('.notice') || []) said.add(one.textContent);
      requestAnimationFrame(look); })();</script>"""
    get = "getToken: () => fetch('/pulse-token').then((a) => a.ok ? a.text() : Promise.reject(a))"
    troubles = re.compile(f"401|{UNREACHABLE.pattern}")
    visitor = await enter(embed.site.add(PAGE.format(spy + plain(embed, get))), allow=troubles)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    embed.site.token_answer = "401"
    embed.pulse.close_sockets(4401)
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_be_visible()
    await visitor.page.evaluate("said.clear()")
    await embed.pulse.cut()
    await visitor.page.evaluate(
        "dispatchEvent(new Event('offline')), new Promise((done) =>"
        " requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"
    )
    await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    await visitor.until_heard("token-needed", 2)
    await expect(visitor.button("Try again")).to_be_visible()
    assert all("sign in again" in one for one in await visitor.page.evaluate("[...said]"))
