"""The line to Pulse: it renews its token, comes back by itself, and finds another way."""

import re

from playwright.async_api import expect

from tests.browser.widget.conftest import UNREACHABLE, Visit
from tests.fixtures.widget_host import WidgetHost
from tests.fixtures.widget_pages import SNIPPET

_TAMPERED_CLOCK = """<script nonce="n0nce">
const timeout = window.setTimeout;
window.renewals = [];
window.setTimeout = (run, wait, ...rest) => {
  if (wait > 6e4) renewals.push([run, wait]);
  return timeout(run, wait, ...rest);
};</script>"""


async def test_a_change_of_score_is_seen_at_once(visit: Visit, widget_host: WidgetHost) -> None:
    visitor = await visit()
    await visitor.open()
    await widget_host.rescore("maren", 66, "steady")
    await visitor.see_score(66)
    await expect(visitor.gauge).to_have_attribute("aria-valuetext", "66 of 100, Steady")
    await expect(visitor.panel.get_by_text("Steady because")).to_be_visible()
    await expect(visitor.panel.get_by_role("status")).to_contain_text("Your bond with us 66")
    assert [one["score"] for one in await visitor.heard("score")] == [78.4, 66]


async def test_milestones_follow_the_score_where_they_are_looked_at(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    path = widget_host.customers["maren"]["milestones"]
    path["reached"].append(
        {"key": "orders_50", "title": "Fifty orders", "reached_on": "2026-07-01"}
    )
    path["next"] = None
    await widget_host.rescore("maren", 82)
    await visitor.until_heard("milestone")
    assert await visitor.heard("milestone") == [{"key": "orders_50"}]
    await expect(visitor.panel.get_by_role("list", name="Reached")).to_contain_text("Fifty orders")
    assert widget_host.requests.count("GET /api/customers/maren/widget") == 1


async def test_a_closed_panel_asks_for_nothing_more(visit: Visit, widget_host: WidgetHost) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await widget_host.rescore("maren", 82)
    await visitor.see_score(82)
    assert "GET /api/customers/maren/widget" not in widget_host.requests
    await visitor.open()
    await visitor.page.wait_for_function("heard.some(([name]) => name == 'opened')")
    await expect(visitor.gauge).to_have_attribute("aria-valuenow", "82")


async def test_the_token_is_renewed_before_it_ends(visit: Visit, widget_host: WidgetHost) -> None:
    visitor = await visit(widget_host.page(head=_TAMPERED_CLOCK))
    await visitor.see_score(78)
    renewals = await visitor.page.evaluate("renewals.map(([, wait]) => wait)")
    assert len(renewals) == 1
    assert 0.7 * 15 * 60_000 < renewals[0] <= 0.8 * 15 * 60_000
    await visitor.page.evaluate("renewals[0][0]()")
    await visitor.page.wait_for_function("renewals.length == 2")
    assert widget_host.tokens_given == 2
    kinds = [one["type"] for one in widget_host.received]
    assert kinds == ["authenticate"]
    assert widget_host.customer_of(widget_host.received[0]["token"]) == "maren"


async def test_a_token_that_ends_while_open_is_replaced_unseen(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await widget_host.hang_up(4401)
    await visitor.page.wait_for_function("true")
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")
    assert widget_host.tokens_given == 2
    assert not await visitor.heard("offline")
    assert not await visitor.heard("auth-error")


async def test_an_expired_token_over_rest_is_replaced_unseen(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit(allow=re.compile("401"))
    await visitor.open()
    widget_host.revoked_before = widget_host.tokens_given
    await visitor.button("Look back").click()
    await expect(visitor.panel.get_by_text("14 times")).to_be_visible()
    assert widget_host.tokens_given == 2


async def test_without_a_way_to_a_fresh_token_the_host_is_told(
    visit: Visit, widget_host: WidgetHost
) -> None:
    body = (
        f"<script src='{widget_host.api}/widget/v1/pulse.js'></script><script>PulseWidget.init("
        f"{{token: '{widget_host.token()}', apiUrl: '{widget_host.api}'}});</script>"
    )
    visitor = await visit(widget_host.page(body))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await widget_host.hang_up(4401)
    await visitor.until_heard("token-needed")
    await visitor.until_heard("auth-error")
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_be_visible()
    await visitor.button("I’m stuck").click()
    await visitor.call("identify", widget_host.token())
    await visitor.until_heard("context-shared")
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_have_count(0)
    assert [one["context_type"] for one in widget_host.shared.values()] == ["stuck"]


async def test_a_refused_origin_is_said_plainly_and_ends_the_trying(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    hints: list[str] = []
    visitor.page.on("console", lambda line: hints.append(line.text))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await widget_host.hang_up(4403)
    await visitor.until_heard("auth-error")
    await visitor.until_heard("error")
    assert await visitor.heard("auth-error") == [{"reason": "origin"}]
    assert await visitor.heard("error") == [{"code": "ORIGIN_NOT_ALLOWED"}]
    assert any("ORIGIN_NOT_ALLOWED" in hint for hint in hints)
    await expect(visitor.panel.get_by_text("Not available on this site.")).to_be_visible()
    await expect(visitor.button("Try again")).to_have_count(0)
    await expect(visitor.gauge).to_be_visible()


async def test_where_no_socket_gets_through_rest_does(
    visit: Visit, widget_host: WidgetHost
) -> None:
    widget_host.refuse_sockets = True
    visitor = await visit(allow=UNREACHABLE)
    await visitor.see_score(78)
    await visitor.open()
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "true")
    await visitor.button("Remove").click()
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "false")
    assert widget_host.customers["maren"]["contexts"] == []
    assert len(widget_host.shared) == 1


async def test_after_a_restart_the_full_state_is_there(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await widget_host.stop()
    await visitor.until_heard("offline")
    await widget_host.rescore("maren", 71)
    await widget_host.start()
    await visitor.see_score(71)
    await visitor.until_heard("online")


async def test_a_line_that_died_in_sleep_is_found_out_on_waking(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    widget_host.mute = True
    async with visitor.page.expect_websocket():
        await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    assert {"type": "ping"} in widget_host.received


async def test_it_works_where_the_page_is_offline_at_first(
    visit: Visit, widget_host: WidgetHost
) -> None:
    nobody = WidgetHost().api
    body = SNIPPET.format(api=nobody, options="").replace(
        f"{nobody}/widget", f"{widget_host.api}/widget"
    )
    visitor = await visit(widget_host.page(body), allow=UNREACHABLE)
    await visitor.until_heard("offline")
    await visitor.open()
    await expect(visitor.panel.get_by_text("Reconnecting…")).to_be_visible()
