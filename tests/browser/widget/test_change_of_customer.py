"""identify, logout and destroy: nothing of the old customer stays, and all of it without reload."""

from playwright.async_api import expect

from tests.browser.widget.conftest import UNREACHABLE, Visit
from tests.fixtures.widget_host import WidgetHost
from tests.fixtures.widget_pages import SNIPPET


async def test_another_customer_finds_nothing_of_the_first(
    visit: Visit, widget_host: WidgetHost
) -> None:
    widget_host.keep("maren", {"context_type": "own_words", "note": "private words"})
    visitor = await visit()
    await visitor.open()
    await visitor.panel.get_by_label("In your own words").fill("half a sentence")
    await expect(visitor.panel.get_by_text("private words")).to_be_visible()
    cleared = await visitor.page.evaluate(
        "(token) => { PulseWidget.identify(token); return Promise.resolve().then(() =>"
        " document.querySelector('pulse-widget').shadowRoot.textContent) }",
        widget_host.token("idris"),
    )
    assert "private words" not in cleared
    assert "78" not in cleared
    await visitor.see_score(38)
    await expect(visitor.panel).to_be_visible()
    assert await visitor.panel.get_by_label("In your own words").input_value() == ""
    assert [owner for owner, _ in widget_host.sockets] == ["idris"]
    await widget_host.rescore("maren", 99)
    await widget_host.rescore("idris", 41)
    await visitor.see_score(41)


async def test_answers_on_their_way_to_the_first_are_dropped(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    gate = widget_host.hold("GET /api/customers/maren/wrapped")
    await visitor.button("Look back").click()
    await gate.reached.wait()
    await visitor.call("identify", widget_host.token("idris"))
    gate.release.set()
    await visitor.see_score(38)
    await expect(visitor.panel.get_by_text("14 times")).to_have_count(0)
    assert not await visitor.heard("error")


async def test_what_the_first_had_not_sent_is_not_sent_by_the_next(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    widget_host.mute = True
    await visitor.button("I’m frustrated").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_be_visible()
    widget_host.mute = False
    widget_host.received.clear()
    await visitor.call("identify", widget_host.token("idris"))
    await visitor.see_score(38)
    assert widget_host.received == []
    assert await visitor.page.evaluate("sessionStorage.length") == 0


async def test_a_fresh_token_of_the_same_customer_changes_nothing_seen(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.panel.get_by_label("In your own words").fill("half a sentence")
    assert await visitor.call("identify", widget_host.token()) == {"ok": True}
    assert await visitor.panel.get_by_label("In your own words").input_value() == "half a sentence"
    assert len(widget_host.sockets) == 1


async def test_after_logout_it_is_gone_until_somebody_comes(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.call("logout")
    await expect(visitor.launcher).to_have_count(0)
    await expect(visitor.panel).to_be_hidden()
    assert await visitor.page.evaluate("PulseWidget.isOpen") is False
    await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    assert [name for name, _ in await visitor.page.evaluate("heard")].count("ready") == 1
    assert await visitor.call("identify", widget_host.token("idris")) == {"ok": True}
    await visitor.see_score(38)


async def test_a_hidden_launcher_stays_hidden_for_the_next_customer(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit(widget_host.page(options=", launcher: {hidden: true}"))
    await visitor.until_heard("ready")
    await visitor.call("logout")
    await visitor.call("open")
    await expect(visitor.panel).to_have_count(0)
    assert await visitor.call("identify", widget_host.token("idris")) == {"ok": True}
    await expect(visitor.launcher).to_have_count(0)
    await visitor.call("open")
    await expect(visitor.gauge).to_have_attribute("aria-valuenow", "38")


async def test_inline_nothing_stays_after_logout(visit: Visit, widget_host: WidgetHost) -> None:
    body = "<div id='spot'></div>" + SNIPPET.format(api=widget_host.api, options=", mount: '#spot'")
    visitor = await visit(widget_host.page(body))
    await expect(visitor.gauge).to_be_visible()
    await visitor.call("logout")
    await expect(visitor.panel).to_have_count(0)
    assert await visitor.call("identify", widget_host.token("idris")) == {"ok": True}
    await expect(visitor.gauge).to_have_attribute("aria-valuenow", "38")


async def test_destroy_leaves_the_page_as_it_was_and_init_works_again(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    assert await visitor.call("destroy") == {"ok": True}
    await visitor.until_heard("destroyed")
    await expect(visitor.page.locator("pulse-widget")).to_have_count(0)
    assert await visitor.page.evaluate("PulseWidget.isOpen") is False
    assert await visitor.call("identify", "x.y.z") == {"ok": False, "error": "not_started"}
    assert await visitor.call("shareContext", "busy") == {"ok": False, "error": "not_started"}
    for method in ("open", "toggle", "show", "hide"):
        assert await visitor.call(method) == {"ok": False, "error": "not_started"}
    for method in ("close", "routeChange", "logout"):
        assert await visitor.call(method) == {"ok": True}
    again = {"token": widget_host.token("idris"), "apiUrl": widget_host.api}
    assert await visitor.call("init", again) == {"ok": True}
    await visitor.see_score(38)
