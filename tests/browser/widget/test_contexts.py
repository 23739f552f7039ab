"""What a customer shares arrives: once, in order, on every tab, also after trouble."""

from playwright.async_api import expect

from tests.browser.widget.conftest import UNREACHABLE, Visit
from tests.fixtures.widget_host import WidgetHost


def _shares(host: WidgetHost) -> list[str]:
    return [one["context_type"] for one in host.received if "context_type" in one]


async def test_one_tap_shares_and_a_second_takes_back(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    stuck = visitor.button("I’m stuck")
    await stuck.click()
    await visitor.until_heard("context-shared")
    await expect(stuck).to_have_attribute("aria-pressed", "true")
    await expect(
        visitor.panel.get_by_role("list", name="Shared with Lantern & Co")
    ).to_contain_text("I’m stuckuntil")
    assert [one["kind"] for one in await visitor.heard("context-shared")] == ["stuck"]
    await stuck.click()
    await expect(stuck).to_have_attribute("aria-pressed", "false")
    await expect(visitor.panel.get_by_role("list", name="Shared with")).to_have_count(0)
    assert widget_host.customers["maren"]["contexts"] == []


async def test_own_words_go_as_they_are_and_no_further_than_280(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    field = visitor.panel.get_by_label("In your own words")
    await expect(visitor.button("Share")).to_have_count(0)
    await field.fill("<b>Bold</b> & \u202egnorw " + "x" * 400)
    await field.press("End")
    await field.fill("<b>Bold</b> wishes")
    await expect(visitor.panel.get_by_text("262 left")).to_be_visible()
    await visitor.button("Share").click()
    await expect(visitor.panel.get_by_text("<b>Bold</b> wishes")).to_be_visible()
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()
    await visitor.call("shareContext", "own_words", "y" * 400)
    await visitor.until_heard("context-shared", 2)
    assert [one["note"] for one in widget_host.shared.values()] == ["<b>Bold</b> wishes", "y" * 280]
    await visitor.button("Remove").first.click()
    await expect(visitor.panel.get_by_text("<b>Bold</b> wishes")).to_have_count(0)


async def test_two_tabs_show_the_same(visit: Visit, widget_host: WidgetHost) -> None:
    one = await visit()
    two = await visit(beside=one)
    await one.open()
    await two.open()
    await one.button("I’m exploring").click()
    await expect(two.button("I’m exploring")).to_have_attribute("aria-pressed", "true")
    await widget_host.rescore("maren", 81)
    for tab in (one, two):
        await tab.see_score(81)
        await expect(tab.gauge).to_have_attribute("aria-valuenow", "81")
    await two.button("Remove").click()
    await expect(one.button("I’m exploring")).to_have_attribute("aria-pressed", "false")


async def test_shared_while_the_server_is_dead_it_arrives_once_and_in_order(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await widget_host.stop()
    await visitor.button("I’m stuck").click()
    await visitor.call("shareContext", "own_words", "second")
    await visitor.button("I’m frustrated").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_have_count(3)
    await expect(visitor.panel.get_by_text("Reconnecting…")).to_be_visible()
    await widget_host.start()
    await visitor.until_heard("context-shared", 3)
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_have_count(0)
    await expect(visitor.panel.get_by_text("Reconnecting…")).to_have_count(0)
    kept = [one["context_type"] for one in widget_host.shared.values()]
    assert kept == ["stuck", "own_words", "frustrated"]
    assert [name for name, _ in await visitor.page.evaluate("heard")].count("online") == 1


async def test_what_was_not_confirmed_is_sent_again_under_the_same_key(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    widget_host.mute = True
    async with visitor.page.expect_event("websocket"):
        await visitor.button("I’m busy").click()
        # No answer comes: the widget gives the line up by itself and dials again.
    widget_host.mute = False
    await widget_host.hang_up(1012)
    await visitor.until_heard("context-shared")
    assert len({one["client_key"] for one in widget_host.received if "client_key" in one}) == 1
    assert len(_shares(widget_host)) > 1
    assert len(widget_host.shared) == 1


async def test_a_page_load_does_not_lose_what_waits(visit: Visit, widget_host: WidgetHost) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.open()
    widget_host.mute = True
    await visitor.button("I’m stuck").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_be_visible()
    kept = await visitor.page.evaluate("Object.keys(sessionStorage)")
    assert kept == ["pulse:outbox"]
    widget_host.mute = False
    await visitor.page.reload()
    await visitor.until_heard("context-shared")
    assert len(widget_host.shared) == 1
    await visitor.page.wait_for_function("sessionStorage.length == 0")


async def test_what_waits_can_be_taken_back_before_it_goes(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await widget_host.stop()
    await visitor.until_heard("offline")
    await visitor.button("I’m stuck").click()
    await visitor.button("I’m busy").click()
    await visitor.button("I’m stuck").click()
    await widget_host.start()
    await visitor.until_heard("context-shared")
    assert [one["context_type"] for one in widget_host.shared.values()] == ["busy"]


async def test_what_is_taken_back_on_its_way_does_not_stay(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    pressed = await visitor.page.evaluate("""async () => {
      await PulseWidget.shareContext('stuck');  // no answer is heard before this script ends
      const root = document.querySelector('pulse-widget').shadowRoot;
      const stuck = root.querySelectorAll('.kinds button')[1];
      const pressed = stuck.ariaPressed;
      stuck.click();
      return pressed;
    }""")
    assert pressed == "true"
    busy = visitor.button("I’m busy")
    await busy.click()
    await expect(visitor.panel.get_by_role("list", name="Shared with")).to_contain_text("I’m busy")
    await visitor.until_heard("context-shared")
    await visitor.page.wait_for_function("sessionStorage.length == 0")
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "false")
    left = [one["context_type"] for one in widget_host.customers["maren"]["contexts"]]
    assert left == ["busy"]


async def test_what_everybody_hears_first_is_listed_once(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    widget_host.mute = True
    await visitor.button("I’m stuck").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_be_visible()
    (item,) = [one for one in widget_host.received if "context_type" in one]
    widget_host.keep("maren", item)
    told = {"contexts": widget_host.customers["maren"]["contexts"]}
    await widget_host.push("maren", "contexts", told)
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_have_count(0)
    await expect(visitor.button("Remove")).to_have_count(1)
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "true")


async def test_the_outbox_is_bounded_and_says_so(visit: Visit, widget_host: WidgetHost) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.see_score(78)
    await widget_host.stop()
    await visitor.until_heard("offline")
    answers = [await visitor.call("shareContext", "busy") for _ in range(21)]
    assert answers == [{"ok": False, "error": "queued"}] * 20 + [
        {"ok": False, "error": "queue_full"}
    ]


async def test_a_refused_context_is_given_up_and_told(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    widget_host.refuse = "INVALID_INPUT"
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("error")
    assert await visitor.heard("error") == [{"code": "INVALID_INPUT"}]
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "false")
    await expect(visitor.panel.get_by_role("status")).to_contain_text("That did not work")
    widget_host.refuse = ""
    await visitor.button("I’m busy").click()
    await visitor.until_heard("context-shared")
