"""Visitors unknown to the host, and hosts whose token endpoint fails."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.embed.conftest import PAGE, Enter
from tests.fixtures.embed import Embed
from ui.pages.install.install_snippets import LOADER, TAG

UNAUTHORISED = re.compile("401|502")
ASK = """<script src="https://HOST/widget/v1/pulse.js"></script><script>
  window.start = () => PulseWidget.init({ locale: 'en', getToken: () =>
    fetch('/pulse-token').then((a) => a.ok ? a.text() : Promise.reject(HOW)) });</script>"""


@pytest.mark.parametrize("how", ["a.status", "Error('HTTP ' + a.status)", "a", "null"])
async def test_signed_out_visitors_see_no_widget_until_they_sign_in(
    embed: Embed, enter: Enter, how: str
) -> None:
    embed.site.token_answer = "401"
    body = embed.here(ASK.replace("HOW", how))
    visitor = await enter(embed.site.add(PAGE.format(body)), allow=UNAUTHORISED)
    assert await visitor.page.evaluate("start()") == {"ok": False, "error": "signed_out"}
    assert (await visitor.call("debug"))["why"] == "signed_out"
    await expect(visitor.launcher).to_have_count(0)
    assert await visitor.page.evaluate("heard") == []
    assert await visitor.call("shareContext", "busy") == {"ok": False, "error": "signed_out"}
    embed.site.token_answer = "ok"
    assert embed.site.tokens_given == 0
    assert await visitor.page.evaluate("start()") == {"ok": True}
    await visitor.see_score(78)
    assert await visitor.call("logout") == {"ok": True}
    assert await visitor.call("identify", embed.site.key.sign("idris")) == {"ok": True}
    await visitor.see_score(38)


async def test_documented_forms_request_one_token_and_show_nothing(
    embed: Embed, enter: Enter
) -> None:
    embed.site.token_answer = "401"
    for form in (LOADER, TAG):
        embed.pulse.requests.clear()
        visitor = await enter(embed.site.add(PAGE.format(embed.here(form))), allow=UNAUTHORISED)
        await visitor.page.wait_for_function(
            "PulseWidget.loaded && PulseWidget.debug().then((it) => it.why == 'signed_out')"
        )
        await visitor.page.evaluate("dispatchEvent(new Event('online'))")
        await expect(visitor.launcher).to_have_count(0)
        assert not [one for one in embed.pulse.requests if "/ws" in one or "/api" in one]


async def test_each_failure_has_its_own_text_and_code(embed: Embed, enter: Enter) -> None:
    body = embed.here(ASK.replace("HOW", "a.status"))
    visitor = await enter(embed.site.add(PAGE.format(body)), allow=UNAUTHORISED)
    embed.site.token_answer = "502"
    assert await visitor.page.evaluate("start()") == {"ok": False, "error": "token"}
    await visitor.open()
    await expect(visitor.panel.get_by_text("cannot tell us who you are")).to_be_visible()
    embed.site.token_answer = "html"
    await expect(visitor.panel.get_by_text("an answer we cannot read")).to_be_visible()
    codes = [one["code"] for one in await visitor.heard("error")]
    assert codes == ["TOKEN_FAILED", "TOKEN_MALFORMED"]
    assert not await visitor.heard("auth-error")
    embed.site.token_answer = "ok"
    await expect(visitor.gauge).to_be_visible()
    embed.site.token_answer = "401"
    embed.pulse.close_sockets(4401)
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_be_visible()
    assert (await visitor.heard("error"))[-1] == {"code": "SIGNED_OUT"}
    embed.site.token_answer = "ok"
    await visitor.button("Try again").click()
    await expect(visitor.panel.get_by_text("Please sign in again.")).to_have_count(0)
