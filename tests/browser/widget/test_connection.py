"""Updates after a change of score, and a refused origin."""

from playwright.async_api import expect

from tests.browser.widget.conftest import Visit
from tests.fixtures.embed import Embed


async def test_open_milestones_update_with_the_score(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await embed.celebrate()
    await visitor.until_heard("milestone")
    assert await visitor.heard("milestone") == [{"key": "signal_loyalty"}]
    await expect(visitor.panel.get_by_role("list", name="Reached")).to_contain_text("Always back")


async def test_a_closed_panel_sends_no_requests(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await embed.rescore("maren", 82)
    await visitor.see_score(82)
    assert "GET /api/customers/maren/widget" not in embed.pulse.requests
    await visitor.open()
    await visitor.page.wait_for_function("heard.some(([name]) => name == 'opened')")
    await expect(visitor.gauge).to_have_attribute("aria-valuenow", "82")


async def test_a_refused_origin_is_reported_and_not_retried(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    async with visitor.page.expect_console_message(lambda line: "ORIGIN_NOT_ALLOWED" in line.text):
        embed.pulse.close_sockets(4403)
    await visitor.until_heard("auth-error")
    await visitor.until_heard("error")
    assert await visitor.heard("auth-error") == [{"reason": "origin"}]
    assert await visitor.heard("error") == [{"code": "ORIGIN_NOT_ALLOWED"}]
    await expect(visitor.panel.get_by_text("Not available on this site.")).to_be_visible()
    await expect(visitor.button("Try again")).to_have_count(0)
    await expect(visitor.gauge).to_be_visible()
