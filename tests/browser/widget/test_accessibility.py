"""Accessibility: axe, keyboard, screen readers, reduced motion, contrast, zoom."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.browser.widget.conftest import UNREACHABLE, Visit, Visitor
from tests.fixtures.embed import Embed

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def _clean(visitor: Visitor) -> None:
    # Transitions end first, since colours cannot be judged during a fade.
    await visitor.page.evaluate(
        "Promise.allSettled(document.querySelector('pulse-widget').shadowRoot.getAnimations()"
        ".map((one) => one.finished)).then(() => null)"
    )
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    results = await Axe().run(visitor.page, context="pulse-widget", options=options)
    assert not results.response["violations"], results.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ar"])
async def test_axe_finds_nothing_in_any_state(
    visit: Visit, embed: Embed, theme: str, locale: str
) -> None:
    options = f", locale: '{locale}', theme: '{theme}'"
    ground = "#141414" if theme == "dark" else "#fff"
    head = f"<style nonce='n0nce'>body {{ background: {ground}; color: #888 }}</style>"
    visitor = await visit(
        embed.page(head=head, options=options), allow=UNREACHABLE, reduced_motion="reduce"
    )
    launcher = visitor.page.locator("pulse-widget .launcher")
    await expect(launcher).to_contain_text("78")
    await _clean(visitor)
    await launcher.click()
    await visitor.call("shareContext", "stuck")
    await visitor.panel.get_by_role("textbox").fill("words")
    await visitor.until_heard("context-shared")
    await _clean(visitor)
    await embed.celebrate()
    await expect(visitor.panel.locator(".party")).to_be_visible()
    await _clean(visitor)
    wrapped, data = await visitor.panel.locator("footer button").all()
    await wrapped.click()
    await expect(visitor.panel.locator(".card b, .card h3")).to_be_visible()
    await _clean(visitor)
    await visitor.panel.locator("header button").first.click()
    await data.click()
    await visitor.panel.locator(".erasure button").click()
    await _clean(visitor)
    await visitor.panel.locator("header button").first.click()
    await embed.pulse.cut()
    await visitor.until_heard("offline")
    await _clean(visitor)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_where_there_is_no_score(
    visit: Visit, embed: Embed, theme: str
) -> None:
    head = "<script nonce='n0nce'>customer='noor'</script>"
    visitor = await visit(embed.page(head=head, options=f", theme: '{theme}'"))
    await visitor.open()
    await expect(visitor.panel.get_by_text("We are getting to know you")).to_be_visible()
    await _clean(visitor)
    embed.pulse.close_sockets(4403)
    await expect(visitor.panel.get_by_text("Not available on this site.")).to_be_visible()
    await _clean(visitor)


@pytest.mark.parametrize("accent", ["#ffd400", "#0a5", "#111", "#ff5ca8", "#fff"])
async def test_any_accent_keeps_its_words_readable(visit: Visit, embed: Embed, accent: str) -> None:
    visitor = await visit(embed.page(options=f", accent: '{accent}'"))
    await visitor.open()
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")
    await _clean(visitor)
    assert await embed.shared("maren") == [("stuck", None)]


async def test_everything_works_by_keyboard(visit: Visit) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await visitor.launcher.focus()
    await expect(visitor.launcher).to_have_attribute("aria-expanded", "false")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.panel).to_be_visible()
    await expect(visitor.launcher).to_have_attribute("aria-expanded", "true")
    await expect(visitor.button("Close")).to_be_focused()
    await expect(visitor.button("I’m busy")).to_be_visible()
    facts = await visitor.panel.locator(".fact").all()
    for fact in facts:
        await visitor.page.keyboard.press("Tab")
        await expect(fact).to_be_focused()
    for name in ("I’m busy", "I’m stuck"):
        await visitor.page.keyboard.press("Tab")
        await expect(visitor.button(name)).to_be_focused()
    await visitor.page.keyboard.press("Space")
    await visitor.until_heard("context-shared")
    await expect(visitor.button("I’m stuck")).to_be_focused()
    await visitor.button("Look back").focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.button("Back")).to_be_focused()
    await expect(visitor.panel.locator(".card h3")).to_be_visible()
    await visitor.button("Quarter").focus()
    await visitor.page.keyboard.press("ArrowRight")
    await expect(visitor.panel.get_by_text("You keep coming back.")).to_be_visible()
    await visitor.page.keyboard.press("ArrowLeft")
    await expect(visitor.panel.locator(".card b, .card h3")).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.panel).to_be_hidden()
    await expect(visitor.launcher).to_be_focused()


async def test_the_focus_returns_to_the_host_s_own_button(visit: Visit) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await visitor.page.evaluate("void (mine.onclick = () => PulseWidget.toggle())")
    await visitor.page.locator("#mine").focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.button("Close")).to_be_focused()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator("#mine")).to_be_focused()


async def test_beside_a_page_it_is_not_modal_and_on_a_phone_it_is(visit: Visit) -> None:
    wide = await visit()
    await wide.open()
    assert not await wide.panel.evaluate("(node) => node.matches(':modal')")
    await wide.page.locator("#mine").click()
    phone = await visit(viewport={"width": 390, "height": 780})
    await phone.open()
    assert await phone.panel.evaluate("(node) => node.matches(':modal')")
    assert await phone.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    for _ in range(30):
        await phone.page.keyboard.press("Tab")
        outside = "document.activeElement.id == 'mine'"
        assert await phone.page.evaluate(outside) is False
    await phone.page.keyboard.press("Escape")
    await expect(phone.panel).to_be_hidden()
    await expect(phone.launcher).to_be_focused()
    assert await phone.page.evaluate("PulseWidget.isOpen") is False


async def test_every_target_is_large_enough(visit: Visit) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")
    sizes = await visitor.sizes_of_buttons()
    assert sizes
    assert min(sizes.values()) >= 24, sizes


async def test_a_change_is_announced_politely_in_the_open_panel(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await visitor.open()
    await expect(visitor.panel.get_by_role("status")).to_have_text("")
    await embed.rescore("maren", 80)
    await expect(visitor.panel.get_by_role("status")).to_have_text("Your bond with us 80")


async def test_reduced_motion_stops_all_animation(visit: Visit, embed: Embed) -> None:
    visitor = await visit(reduced_motion="reduce")
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await embed.celebrate()
    await expect(visitor.panel.get_by_text("Thank you for coming back.")).to_be_visible()
    await embed.rescore("maren", 85)
    await visitor.see_score(85)
    moving = "document.querySelector('pulse-widget').shadowRoot.getAnimations().length"
    assert await visitor.page.evaluate(moving) == 0
    await expect(visitor.panel.locator(".party svg")).to_be_hidden()


async def test_in_forced_colours_the_pressed_state_is_visible(visit: Visit) -> None:
    visitor = await visit(forced_colors="active")
    await visitor.open()
    await visitor.button("I’m stuck").click()
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "true")
    ground = "(node) => getComputedStyle(node).backgroundColor"
    pressed = await visitor.button("I’m stuck").evaluate(ground)
    other = await visitor.button("I’m busy").evaluate(ground)
    assert pressed != other
    await expect(visitor.launcher).to_have_css("border-top-style", "solid")


async def test_in_forced_colours_the_look_back_can_be_read(visit: Visit) -> None:
    visitor = await visit(forced_colors="active")
    await visitor.open()
    await visitor.button("Look back").click()
    await expect(visitor.panel.locator(".card b, .card h3")).to_be_visible()
    card = visitor.panel.locator(".card")
    await expect(card).to_have_css("forced-color-adjust", "none")
    colour, ground = await card.evaluate(
        "(node) => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
    )
    assert colour != ground


async def test_right_to_left_mirrors_the_whole_widget(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(options=", locale: 'ar'"))
    await visitor.call("open")
    await expect(visitor.panel).to_have_css("direction", "rtl")
    close = visitor.panel.locator("header button")
    title = visitor.panel.get_by_role("heading", level=2)
    left, right = await close.bounding_box(), await title.bounding_box()
    assert left
    assert right
    assert left["x"] < right["x"]
    await expect(title).to_have_css("text-align", "right")
    assert await visitor.panel.evaluate("(node) => node.scrollWidth <= node.clientWidth")


async def test_at_four_times_the_size_nothing_is_cut_off(visit: Visit) -> None:
    visitor = await visit(viewport={"width": 320, "height": 256})
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    body = visitor.panel.locator(".body")
    assert await body.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    await visitor.button("Your data").click()
    await expect(visitor.panel.get_by_text("Ask to delete my data")).to_be_visible()
