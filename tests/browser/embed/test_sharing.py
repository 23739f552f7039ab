"""Shared contexts: stored from the first moment, sent once, undone only on purpose."""

import re

from playwright.async_api import expect

from tests.browser.embed.conftest import PAGE, Enter, plain
from tests.fixtures.embed import Embed


async def test_contexts_shared_before_the_first_token_are_sent_with_it(
    embed: Embed, enter: Enter
) -> None:
    embed.site.token_answer = "502"
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))), allow=re.compile("502"))
    assert await visitor.call("shareContext", "stuck") == {"ok": False, "error": "queued"}
    assert await visitor.call("shareContext", "stuck") == {"ok": False, "error": "queued"}
    await visitor.open()
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "true")
    await visitor.panel.get_by_label("In your own words").fill("before you knew me")
    await visitor.button("Share").click()
    embed.site.token_answer = "ok"
    await visitor.until_heard("context-shared", 2)
    assert await embed.shared("maren") == [("stuck", None), ("own_words", "before you knew me")]


async def test_a_repeated_share_counts_once_and_is_undone_on_request(
    embed: Embed, enter: Enter
) -> None:
    visitor = await enter(
        embed.site.add(PAGE.format(plain(embed))), viewport={"width": 360, "height": 500}
    )
    await visitor.open()
    stuck = visitor.button("I’m stuck")
    await stuck.click()
    status = visitor.panel.get_by_role("status")
    await expect(status).to_contain_text("Shared with Lantern & Co")
    await expect(visitor.button("Undo")).to_be_in_viewport(ratio=1)
    await stuck.click()
    await expect(status).to_contain_text("You have shared this already.")
    await expect(stuck).to_have_attribute("aria-pressed", "true")
    assert await visitor.call("shareContext", "stuck") == {"ok": True}
    assert await embed.shared("maren") == [("stuck", None)]
    await visitor.button("Undo").click()
    await expect(stuck).to_have_attribute("aria-pressed", "false")
    await expect(visitor.button("Undo")).to_have_count(0)
    await visitor.page.wait_for_function("sessionStorage.length == 0")
    assert await embed.shared("maren") == []
