"""Failing networks and servers: the widget reports it, keeps its data and recovers."""

import re
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.embed.conftest import PAGE, Enter, plain
from tests.browser.widget.conftest import UNREACHABLE
from tests.fixtures.embed import Embed


async def test_a_failing_token_endpoint_is_retried_without_loss(embed: Embed, enter: Enter) -> None:
    embed.site.token_answer = "502"
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))), allow=re.compile("502"))
    await visitor.until_heard("token-needed")
    await visitor.open()
    trouble = visitor.panel.get_by_text("We keep trying.")
    await expect(trouble).to_be_visible()
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_have_count(0)
    embed.site.token_answer = "html"
    await expect(visitor.button("Try again")).to_be_visible()
    embed.site.token_answer = "ok"
    await expect(visitor.launcher).to_contain_text("78")
    await expect(trouble).to_have_count(0)


async def test_shared_words_wait_while_the_renewal_returns_html(embed: Embed, enter: Enter) -> None:
    address = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address, allow=re.compile("502|WebSocket|ERR_"))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    embed.site.token_answer = "html"
    embed.pulse.close_sockets(4401)
    await visitor.until_heard("token-needed")
    await visitor.button("I’m stuck").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_be_visible()
    await expect(visitor.gauge).to_be_visible()
    embed.site.token_answer = "ok"
    await visitor.until_heard("context-shared")
    assert await embed.shared("maren") == [("stuck", None)]


async def test_a_token_request_times_out_and_is_retried(embed: Embed, enter: Enter) -> None:
    embed.site.token_answer = "hang"
    address = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address, allow=re.compile("ERR_EMPTY_RESPONSE"))
    assert await visitor.answer() == {"ok": False, "error": "token"}
    assert await visitor.heard("error") == [{"code": "TOKEN_TIMEOUT"}]
    embed.site.token_answer = "ok"
    await expect(visitor.launcher).to_contain_text("78")


@pytest.mark.parametrize("fault", ["hang", "buffer"])  # of the handshake, of a proxy that buffers
async def test_without_answers_on_the_socket_rest_is_used_within_three_seconds(
    embed: Embed, enter: Enter, fault: Literal["hang", "buffer"]
) -> None:
    embed.pulse.sockets = fault
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.see_score(78)
    await visitor.open()
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")
    assert await embed.shared("maren") == [("stuck", None)]
    assert not await visitor.heard("offline")


async def test_a_refused_socket_is_not_retried_endlessly(embed: Embed, enter: Enter) -> None:
    embed.pulse.sockets = "refuse"
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))), allow=UNREACHABLE)
    await visitor.see_score(78)
    await embed.rescore("maren", 66)
    await expect(visitor.launcher).to_contain_text("66")
    assert embed.pulse.requests.count("GET /ws") == 1
    assert not await visitor.heard("offline")


async def test_without_any_websocket_it_works_over_rest(embed: Embed, enter: Enter) -> None:
    for how in ("delete window.WebSocket", "WebSocket = function () { throw Error('no'); }"):
        body = f"<script>{how}</script>" + plain(embed)
        visitor = await enter(embed.site.add(PAGE.format(body)))
        await expect(visitor.launcher).to_contain_text("78")


async def test_an_offline_browser_is_reported_and_reconnects(embed: Embed, enter: Enter) -> None:
    address = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address, allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await visitor.context.set_offline(True)
    await embed.pulse.cut()
    await expect(visitor.panel.get_by_text("You are offline")).to_be_visible()
    await embed.pulse.mend()
    await visitor.context.set_offline(False)
    await expect(visitor.panel.get_by_text("You are offline")).to_have_count(0)
    await visitor.until_heard("online")


async def test_a_failed_action_is_reported_in_place_and_can_be_retried(
    embed: Embed, enter: Enter
) -> None:
    address = embed.site.add(PAGE.format(plain(embed)))
    visitor = await enter(address, allow=re.compile("500"))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await visitor.button("Your data").click()
    await expect(visitor.button("Hide my score")).to_be_visible()
    embed.pulse.rest = "500"
    await visitor.button("Hide my score").click()
    notice = visitor.panel.get_by_text("That did not work")
    await expect(notice).to_be_visible()
    await expect(notice).to_be_in_viewport()
    embed.pulse.rest = "pass"
    await visitor.button("Try again").click()
    await expect(visitor.button("Show my score")).to_be_visible()
    await expect(notice).to_have_count(0)
    await visitor.button("Back").click()
    embed.pulse.rest = "500"
    await visitor.button("Look back").click()
    await expect(notice.first).to_be_visible()
    embed.pulse.rest = "pass"
    await visitor.button("Try again").click()
    await expect(visitor.panel.get_by_text("One moment")).to_have_count(0)
    await expect(notice).to_have_count(0)
