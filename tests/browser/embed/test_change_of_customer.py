"""identify, logout and destroy: no data of the old customer remains, without a reload."""

from playwright.async_api import expect

from tests.browser.embed.conftest import PAGE, Enter, plain
from tests.browser.widget.conftest import UNREACHABLE
from tests.fixtures.embed import Embed


async def test_another_customer_sees_nothing_of_the_first(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    await visitor.see_score(78)
    assert await visitor.call("shareContext", "own_words", "private words") == {"ok": True}
    await visitor.panel.get_by_label("In your own words").fill("half a sentence")
    await expect(visitor.panel.get_by_text("private words")).to_be_visible()
    cleared = await visitor.page.evaluate(
        "(token) => { PulseWidget.identify(token); return Promise.resolve().then(() =>"
        " document.querySelector('pulse-widget').shadowRoot.textContent) }",
        embed.site.key.sign("idris"),
    )
    assert "private words" not in cleared
    assert "78" not in cleared
    await visitor.see_score(38)
    await expect(visitor.panel).to_be_visible()
    assert await visitor.panel.get_by_label("In your own words").input_value() == ""
    await embed.pulse.until_tunnels(1)
    await embed.rescore("maren", 99)
    await embed.rescore("idris", 41)
    await visitor.see_score(41)


async def test_late_answers_for_the_first_customer_are_dropped(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    gate = embed.pulse.hold("GET /api/customers/maren/widget/pages/wrapped")
    await visitor.button("Look back").click()
    await gate.reached.wait()
    await visitor.call("identify", embed.site.key.sign("idris"))
    gate.release.set()
    await visitor.see_score(38)
    assert not await visitor.heard("error")


async def test_unsent_contexts_of_the_first_are_not_sent_by_the_next(
    embed: Embed, enter: Enter
) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))), allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await embed.pulse.cut()
    await visitor.until_heard("offline")
    assert await visitor.call("shareContext", "frustrated") == {"ok": False, "error": "queued"}
    await visitor.call("identify", embed.site.key.sign("idris"))
    await embed.pulse.mend()
    await expect(visitor.launcher).to_contain_text("38")
    assert await embed.shared("idris") == []
    assert await embed.shared("maren") == []
    assert await visitor.page.evaluate("sessionStorage.length") == 0


async def test_a_new_token_of_the_same_customer_changes_nothing_visible(
    embed: Embed, enter: Enter
) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    await visitor.panel.get_by_label("In your own words").fill("half a sentence")
    assert await visitor.call("identify", embed.site.key.sign("maren")) == {"ok": True}
    assert await visitor.panel.get_by_label("In your own words").input_value() == "half a sentence"
    assert embed.pulse.requests.count("GET /ws") == 1


async def test_an_invalid_token_does_not_change_the_customer(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.see_score(78)
    for text in ("", "<h1>Sorry</h1>", "a.b.c", None):
        assert await visitor.call("identify", text) == {"ok": False, "error": "token"}
    await visitor.see_score(78)


async def test_after_logout_it_is_hidden_until_the_next_sign_in(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    await visitor.until_heard("ready")
    await visitor.call("logout")
    await expect(visitor.launcher).to_have_count(0)
    await expect(visitor.panel).to_be_hidden()
    assert await visitor.page.evaluate("PulseWidget.isOpen") is False
    await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    assert [name for name, _ in await visitor.page.evaluate("heard")].count("ready") == 1
    assert await visitor.call("open") == {"ok": False, "error": "not_started"}
    assert (await visitor.call("debug"))["why"] == "signed_out"
    assert await visitor.call("identify", embed.site.key.sign("idris")) == {"ok": True}
    await visitor.see_score(38)


async def test_a_hidden_launcher_stays_hidden_for_the_next_customer(
    embed: Embed, enter: Enter
) -> None:
    body = plain(embed, "launcher: {hidden: true}")
    visitor = await enter(embed.site.add(PAGE.format(body)))
    await visitor.until_heard("ready")
    await visitor.call("logout")
    assert await visitor.call("identify", embed.site.key.sign("idris")) == {"ok": True}
    await expect(visitor.launcher).to_have_count(0)
    await visitor.call("open")
    await expect(visitor.gauge).to_have_attribute("aria-valuenow", "38")


async def test_an_inline_widget_is_empty_after_logout(embed: Embed, enter: Enter) -> None:
    body = "<div id='spot'></div>" + plain(embed, "mount: '#spot'")
    visitor = await enter(embed.site.add(PAGE.format(body)))
    await expect(visitor.gauge).to_be_visible()
    await visitor.call("logout")
    await expect(visitor.panel).to_have_count(0)
    assert await visitor.call("identify", embed.site.key.sign("idris")) == {"ok": True}
    await expect(visitor.gauge).to_have_attribute("aria-valuenow", "38")


async def test_destroy_restores_the_page_and_init_works_again(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    assert await visitor.call("destroy") == {"ok": True}
    await visitor.until_heard("destroyed")
    await expect(visitor.page.locator("pulse-widget")).to_have_count(0)
    assert await visitor.page.evaluate("PulseWidget.isOpen") is False
    nothing = {"ok": False, "error": "not_started"}
    assert await visitor.call("identify", "x.y.z") == nothing
    assert await visitor.call("shareContext", "busy") == nothing
    for method in ("open", "toggle", "show", "hide"):
        assert await visitor.call(method) == nothing
    for method in ("close", "routeChange", "logout"):
        assert await visitor.call(method) == {"ok": True}
    again = {"token": embed.site.key.sign("idris"), "apiUrl": embed.pulse.url}
    assert await visitor.call("init", again) == {"ok": True}
    await expect(visitor.page.locator("pulse-widget .launcher")).to_contain_text("38")
