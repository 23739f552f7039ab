"""Shared contexts arrive once, in order, in every tab, also after faults."""

import re

from playwright.async_api import expect

from tests.browser.widget.conftest import UNREACHABLE, Visit, kinds
from tests.fixtures.embed import Embed


async def test_one_tap_shares_and_a_second_does_not_withdraw(visit: Visit, embed: Embed) -> None:
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
    await visitor.button("Undo").click()
    await expect(stuck).to_have_attribute("aria-pressed", "false")
    await expect(visitor.panel.get_by_role("list", name="Shared with")).to_have_count(0)
    await visitor.page.wait_for_function("sessionStorage.length == 0")
    assert await kinds(embed) == []


async def test_own_words_are_sent_unchanged_up_to_280_characters(
    visit: Visit, embed: Embed
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
    notes = [note for _, note in await embed.shared("maren")]
    assert notes == ["<b>Bold</b> wishes", "y" * 280]
    await visitor.button("Remove").first.click()
    await expect(visitor.panel.get_by_text("<b>Bold</b> wishes")).to_have_count(0)


async def test_two_tabs_show_the_same(visit: Visit, embed: Embed) -> None:
    one = await visit()
    two = await visit(beside=one)
    await one.open()
    await two.open()
    await one.button("I’m exploring").click()
    await expect(two.button("I’m exploring")).to_have_attribute("aria-pressed", "true")
    await embed.rescore("maren", 81)
    for tab in (one, two):
        await tab.see_score(81)
        await expect(tab.gauge).to_have_attribute("aria-valuenow", "81")
    await two.button("Remove").click()
    await expect(one.button("I’m exploring")).to_have_attribute("aria-pressed", "false")


async def test_an_outdated_answer_over_rest_is_ignored(visit: Visit, embed: Embed) -> None:
    embed.pulse.sockets = "refuse"
    visitor = await visit(allow=re.compile("WebSocket"))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await visitor.button("I’m exploring").click()
    await visitor.until_heard("context-shared")
    state = "GET /api/customers/maren/widget"
    gate = embed.pulse.hold(state, answer=True)
    embed.pulse.sockets = "pass"
    # Once visible again, both ways are tried: REST's answer from before the removal arrives later.
    await visitor.page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    await gate.reached.wait()
    await visitor.page.evaluate("dispatchEvent(new Event('online'))")
    await visitor.button("Remove").click()
    gate.release.set()
    await visitor.page.wait_for_function("sessionStorage.length == 0")
    await expect(visitor.button("I’m exploring")).to_have_attribute("aria-pressed", "false")
    assert await kinds(embed) == []


async def test_contexts_shared_while_offline_arrive_once_and_in_order(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await embed.pulse.cut()
    await visitor.button("I’m stuck").click()
    await visitor.call("shareContext", "own_words", "second")
    await visitor.button("I’m frustrated").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_have_count(3)
    await expect(visitor.panel.get_by_text("Reconnecting…")).to_be_visible()
    await embed.pulse.mend()
    await visitor.until_heard("context-shared", 3)
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_have_count(0)
    await expect(visitor.panel.get_by_text("Reconnecting…")).to_have_count(0)
    assert await kinds(embed) == ["stuck", "own_words", "frustrated"]
    assert [name for name, _ in await visitor.page.evaluate("heard")].count("online") == 1


async def test_unconfirmed_contexts_are_sent_again_and_count_once(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    embed.pulse.mute = True
    async with visitor.page.expect_event("websocket"):
        await visitor.button("I’m busy").click()
        # No answer arrives: the widget closes the connection and dials again.
    embed.pulse.mute = False
    embed.pulse.close_sockets(1012)
    await visitor.until_heard("context-shared")
    assert await kinds(embed) == ["busy"]


async def test_a_page_load_keeps_waiting_contexts(visit: Visit, embed: Embed) -> None:
    visitor = await visit(allow=re.compile("500"))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    # Neither way confirms: a silent socket is replaced by REST.
    embed.pulse.mute, embed.pulse.rest = True, "500"
    await visitor.button("I’m stuck").click()
    await expect(visitor.panel.get_by_text("waiting to be sent")).to_be_visible()
    kept = await visitor.page.evaluate("Object.keys(sessionStorage)")
    assert kept == ["pulse:outbox"]
    # A late answer to the first page would confirm it there.
    await visitor.page.goto(embed.page(""))
    await embed.pulse.until_tunnels(0)
    embed.pulse.mute, embed.pulse.rest = False, "pass"
    await visitor.page.goto(embed.page())
    await visitor.until_heard("context-shared")
    assert await kinds(embed) == ["stuck"]
    await visitor.page.wait_for_function("sessionStorage.length == 0")


async def test_a_waiting_context_can_be_withdrawn_before_sending(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await embed.pulse.cut()
    await visitor.until_heard("offline")
    await visitor.button("I’m stuck").click()
    await visitor.button("I’m busy").click()
    await visitor.button("Remove").first.click()
    await embed.pulse.mend()
    await visitor.until_heard("context-shared")
    assert await kinds(embed) == ["busy"]


async def test_a_context_withdrawn_while_sending_does_not_stay(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    pressed = await visitor.page.evaluate("""async () => {
      await PulseWidget.shareContext('stuck');  // no answer is heard before this script ends
      const root = document.querySelector('pulse-widget').shadowRoot;
      const pressed = root.querySelectorAll('.kinds button')[1].ariaPressed;
      root.querySelector('li > button:not(.fact)').click();
      return pressed;
    }""")
    assert pressed == "true"
    busy = visitor.button("I’m busy")
    await busy.click()
    await expect(visitor.panel.get_by_role("list", name="Shared with")).to_contain_text("I’m busy")
    await visitor.until_heard("context-shared")
    await visitor.page.wait_for_function("sessionStorage.length == 0")
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "false")
    assert await kinds(embed) == ["busy"]


async def test_the_outbox_is_bounded_and_reports_it(visit: Visit, embed: Embed) -> None:
    visitor = await visit(allow=UNREACHABLE)
    await visitor.see_score(78)
    await embed.pulse.cut()
    await visitor.until_heard("offline")
    answers = [await visitor.call("shareContext", "own_words", f"{n}") for n in range(21)]
    assert answers == [{"ok": False, "error": "queued"}] * 20 + [
        {"ok": False, "error": "queue_full"}
    ]


async def test_a_refused_context_is_dropped_and_reported(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    answer = await visitor.call("shareContext", "elated")
    assert answer == {"ok": False, "error": "CONTEXT_UNKNOWN"}
    assert await visitor.heard("error") == [{"code": "CONTEXT_UNKNOWN"}]
    await expect(visitor.panel.get_by_role("status")).to_contain_text("That did not work")
    await visitor.button("I’m busy").click()
    await visitor.until_heard("context-shared")
