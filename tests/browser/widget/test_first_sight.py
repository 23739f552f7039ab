"""The first view of a customer, and the options of a host."""

import re

from playwright.async_api import expect

from tests.browser.widget.conftest import Visit
from tests.fixtures.embed import Embed
from tests.fixtures.widget_pages import SNIPPET


async def test_the_score_is_seen_and_explained(visit: Visit) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await visitor.open()
    await expect(visitor.gauge).to_have_attribute("aria-valuetext", "78 of 100, Strong")
    for words in (
        "Strong because",
        "Standing: 78.4 points",
        "What would strengthen your bond",
        "Standing: from 78.4 points to 100 points",
        "Always back",
        "2 more points",
        "A strong bond",
    ):
        await expect(visitor.panel.get_by_text(words, exact=True)).to_be_visible()


async def test_a_new_customer_sees_an_explanation_and_no_number(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(head="<script nonce='n0nce'>customer='noor'</script>"))
    await visitor.open()
    await expect(visitor.panel.get_by_text("We are getting to know you")).to_be_visible()
    await expect(visitor.gauge).to_have_count(0)
    await expect(visitor.button("I’m busy")).to_be_visible()
    # Nothing that depends on a score they do not have.
    await expect(visitor.panel).not_to_contain_text(
        re.compile(r"\b0\b|NaN|null|undefined|points|Unchanged")
    )


async def test_no_visible_text_mentions_leaving(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(head="<script nonce='n0nce'>customer='idris'</script>"))
    await visitor.see_score(38)
    await visitor.open()
    await expect(visitor.gauge).to_have_attribute("aria-valuetext", "38 of 100, Growing")
    seen = await visitor.panel.inner_text()
    assert not re.search(r"churn|risk|fragile|erosion|leav|value", seen, re.IGNORECASE)


async def test_before_opening_only_the_launcher_is_visible(visit: Visit) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await expect(visitor.panel).to_have_count(0)
    await visitor.open()
    await visitor.panel.get_by_label("In your own words").fill("half a sentence")
    await visitor.button("Close").click()
    await expect(visitor.panel).to_have_count(0)
    await visitor.open()
    await expect(visitor.panel.get_by_role("textbox")).to_have_value("half a sentence")
    await visitor.button("Share").click()
    await expect(visitor.panel.get_by_role("textbox")).to_have_value("")


async def test_options_change_its_appearance(visit: Visit, embed: Embed) -> None:
    options = (
        ", position: 'bottom-left', offset: {x: 40, y: 60}, zIndex: 7, accent: 'rgb(1, 102, 53)',"
        " fontFamily: 'monospace', launcher: {label: 'My standing'}, theme: 'dark',"
        " strings: {strong: 'Rock solid'}"
    )
    visitor = await visit(embed.page(options=options))
    launcher = visitor.page.get_by_role("button", name="My standing 78 of 100, Rock solid")
    await expect(launcher).to_be_visible()
    box = await launcher.bounding_box()
    assert box
    assert (box["x"], box["y"] + box["height"]) == (40, 700)
    style = (
        "(node) => { const s = getComputedStyle(node); return [s.zIndex, s.fontFamily, s.color] }"
    )
    assert await launcher.evaluate(style) == [
        "7",
        "monospace, sans-serif",
        "rgb(241, 241, 243)",
    ]
    await expect(launcher.locator(".value")).to_have_css("stroke", "rgb(1, 102, 53)")
    await visitor.call("setTheme", "light")
    await expect(launcher).to_have_css("color", "rgb(27, 27, 31)")


async def test_the_launcher_can_be_hidden_and_shown(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(options=", launcher: {hidden: true}"))
    await visitor.until_heard("ready")
    await expect(visitor.launcher).to_have_count(0)
    await visitor.call("open")
    await expect(visitor.panel).to_be_visible()
    await visitor.call("close")
    await visitor.call("show")
    await visitor.see_score(78)
    await visitor.call("hide")
    await expect(visitor.launcher).to_have_count(0)


async def test_an_element_of_a_framework_can_be_the_mount(visit: Visit, embed: Embed) -> None:
    body = f"<div id='spot'></div><script src='{embed.pulse.url}/widget/v1/pulse.js'></script>"
    visitor = await visit(embed.page(body))
    answer = await visitor.page.evaluate(
        """([token, apiUrl]) => {
          spot.__fiber = { element: spot };
          return PulseWidget.init({ mount: spot, token, apiUrl });
        }""",
        [embed.site.key.sign("maren"), embed.pulse.url],
    )
    assert answer == {"ok": True}
    await expect(visitor.gauge).to_be_visible()


async def test_inline_it_is_part_of_the_page(visit: Visit, embed: Embed) -> None:
    body = "<div id='spot'></div>" + SNIPPET.format(api=embed.pulse.url, options=", mount: '#spot'")
    visitor = await visit(embed.page(body))
    await expect(visitor.gauge).to_be_visible()
    await expect(visitor.launcher).to_have_count(0)
    await expect(visitor.page.locator("#spot > pulse-widget")).to_have_count(1)
    assert await visitor.panel.evaluate("(node) => getComputedStyle(node).position") == "static"


async def test_events_carry_numbers_never_words_or_tokens(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await visitor.open()
    await visitor.call("shareContext", "own_words", "my secret words")
    await visitor.until_heard("context-shared")
    await visitor.call("close")
    heard = await visitor.page.evaluate("heard")
    assert [name for name, _ in heard] == ["score", "ready", "opened", "context-shared", "closed"]
    assert heard[0][1] == {"score": 78, "change": 0, "band": "strong"}
    assert set(heard[3][1]) == {"kind", "expires_at"}
    assert "secret" not in str(heard)


async def test_a_failing_listener_of_the_host_affects_nothing_else(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit(allow=re.compile("the host's own"))
    await visitor.page.evaluate(
        "PulseWidget.on('opened', () => { throw new Error(\"the host's own\") });"
        "PulseWidget.on('opened', () => window.second = true)"
    )
    await visitor.open()
    await visitor.page.wait_for_function("window.second")
    await expect(visitor.gauge).to_be_visible()
