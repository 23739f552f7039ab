"""The connection to Pulse: it renews its token, reconnects, and falls back to REST."""

import re
from datetime import timedelta
from time import monotonic

from playwright.async_api import expect

from tests.browser.embed.conftest import PAGE, Enter, plain
from tests.browser.widget.conftest import UNREACHABLE
from tests.fixtures.embed import Embed
from tests.fixtures.jobs import until

CLOCK = """<script>
const timeout = window.setTimeout;
window.renewals = [];
window.setTimeout = (run, wait, ...rest) => {
  if (wait > 6e4) renewals.push([run, wait]);
  return timeout(run, wait, ...rest);
};</script>"""


def fixed(embed: Embed, token: str) -> str:
    """A page with a fixed token that cannot be renewed."""
    return embed.here(f"""<script src="https://HOST/widget/v1/pulse.js"></script><script>
      PulseWidget.init({{ token: '{token}', apiUrl: 'https://HOST', locale: 'en' }})
        .then((answer) => (window.answer = answer));</script>""")


async def test_a_change_of_score_is_shown_at_once(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    await embed.rescore("maren", 50)
    await visitor.see_score(50)
    await expect(visitor.gauge).to_have_attribute("aria-valuetext", re.compile("^50 of 100, "))
    await expect(visitor.panel.get_by_role("status")).to_contain_text("50")
    assert [one["score"] for one in await visitor.heard("score")] == [78, 50]


async def test_the_token_is_renewed_before_it_expires(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(CLOCK + plain(embed))))
    await visitor.see_score(78)
    renewals = await visitor.page.evaluate("renewals.map(([, wait]) => wait)")
    assert len(renewals) == 1
    assert 0.7 * 15 * 60_000 < renewals[0] <= 0.8 * 15 * 60_000
    await visitor.page.evaluate("renewals[0][0]()")
    await visitor.page.wait_for_function("renewals.length == 2")
    assert embed.site.tokens_given == 2
    await embed.rescore("maren", 50)
    await visitor.see_score(50)
    assert embed.pulse.requests.count("GET /ws") == 1


async def test_a_token_expiring_on_an_open_page_is_replaced_silently(
    embed: Embed, enter: Enter
) -> None:
    embed.site.token_life = timedelta(seconds=6)
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    embed.pulse.close_sockets(4401)
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")

    async def renewed() -> bool:  # a share over REST does not wait until the socket has closed
        return embed.site.tokens_given >= 2

    await until(renewed)
    assert not await visitor.heard("offline")
    assert not await visitor.heard("auth-error")


async def test_an_overloaded_server_gives_a_time_to_reconnect(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.see_score(78)
    began = monotonic()
    embed.pulse.close_sockets(1013, "RETRY_IN_4")

    async def dialled_again() -> bool:
        return embed.pulse.requests.count("GET /ws") == 2

    await until(dialled_again)
    assert monotonic() - began >= 2  # half of it at least: each widget waits a random time
    await embed.rescore("maren", 50)
    await visitor.see_score(50)
    assert not await visitor.heard("offline")


async def test_an_expired_token_over_rest_is_replaced_silently(embed: Embed, enter: Enter) -> None:
    embed.pulse.sockets = "refuse"
    embed.site.token_life = timedelta(seconds=-60)
    address = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address, allow=re.compile(f"401|{UNREACHABLE.pattern}"))
    await visitor.page.wait_for_function("window.answer || window.heard.length")
    embed.site.token_life = timedelta(minutes=15)
    await expect(visitor.launcher).to_contain_text("78")


async def test_without_a_renewable_token_the_host_gets_an_event(embed: Embed, enter: Enter) -> None:
    token = embed.site.key.sign("maren")
    visitor = await enter(embed.site.add(PAGE.format(fixed(embed, token))))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    embed.pulse.close_sockets(4401)
    await visitor.until_heard("token-needed")
    await visitor.until_heard("auth-error")
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_be_visible()
    await visitor.button("I’m stuck").click()
    await visitor.call("identify", embed.site.key.sign("maren"))
    await visitor.until_heard("context-shared")
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_have_count(0)
    assert await embed.shared("maren") == [("stuck", None)]


async def test_a_refused_token_is_reported_and_can_be_replaced(embed: Embed, enter: Enter) -> None:
    expired = embed.site.key.sign("maren", timedelta(minutes=-5))
    visitor = await enter(embed.site.add(PAGE.format(fixed(embed, expired))))
    assert await visitor.answer() == {"ok": False, "error": "token"}
    assert await visitor.heard("auth-error") == [{"reason": "token"}]
    assert await visitor.call("identify", embed.site.key.sign("maren")) == {"ok": True}
    await visitor.see_score(78)


async def test_a_share_can_be_withdrawn_over_rest(embed: Embed, enter: Enter) -> None:
    embed.pulse.sockets = "refuse"
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))), allow=UNREACHABLE)
    await visitor.see_score(78)
    await visitor.open()
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "true")
    await visitor.button("Undo").click()
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "false")
    await visitor.page.wait_for_function("sessionStorage.length == 0")
    assert await embed.shared("maren") == []


async def test_after_a_restart_the_full_state_is_loaded(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))), allow=UNREACHABLE)
    await visitor.see_score(78)
    await embed.pulse.cut()
    await visitor.until_heard("offline")
    await embed.rescore("maren", 71)
    await embed.pulse.mend()
    await expect(visitor.launcher).to_contain_text("71")
    await visitor.until_heard("online")


async def test_a_connection_that_died_during_sleep_is_detected(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.see_score(78)
    embed.pulse.mute = True
    async with visitor.page.expect_websocket():
        await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    embed.pulse.mute = False
    await embed.rescore("maren", 66)
    await expect(visitor.launcher).to_contain_text("66")


async def test_a_lost_answer_causes_no_second_share(embed: Embed, enter: Enter) -> None:
    embed.pulse.sockets = "refuse"
    embed.pulse.only = "contexts"
    address = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address, allow=re.compile(f"ERR_EMPTY|{UNREACHABLE.pattern}"))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    embed.pulse.rest = "lose"
    await visitor.button("I’m busy").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_be_visible()

    async def sent() -> bool:
        return "POST /api/customers/maren/contexts" in embed.pulse.requests

    await until(sent)
    embed.pulse.rest = "pass"
    await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    await visitor.until_heard("context-shared")
    assert await embed.shared("maren") == [("busy", None)]
