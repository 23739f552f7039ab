"""Respectful display: a symbol instead of a grade, strengths first, right of reply."""

import pytest
from playwright.async_api import expect

from tests.browser.widget.conftest import Visit
from tests.fixtures.embed import Embed

ON_TOP = """(node) => {
  node.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = node.getBoundingClientRect();
  return node.getRootNode().elementFromPoint(x + width / 2, y + height / 2) == node;
}"""
IDRIS = "<script nonce='n0nce'>customer='idris'</script>"


@pytest.mark.parametrize(
    "widget_settings", [{"bond": "Your Lantern circle", "launcher": "mark"}], ids=["mark"]
)
async def test_the_launcher_shows_a_symbol_unless_set_to_the_number(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit()
    launcher = visitor.page.get_by_role("button", name="Your Lantern circle", exact=True)
    await expect(launcher).to_contain_text("♥")
    await expect(launcher).not_to_contain_text("78")
    await launcher.click()
    await expect(visitor.page.get_by_role("meter", name="Your Lantern circle")).to_be_visible()
    # The business's own word, and nowhere Pulse's.
    for words in ("Your Lantern circle: what is going well", "Your Lantern circle: strong"):
        await expect(visitor.panel.get_by_text(words, exact=True)).to_be_visible()
    await expect(visitor.panel).not_to_contain_text("bond")


async def test_below_steady_strengths_are_shown_before_the_number(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit(embed.page(head=IDRIS))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    said = await visitor.panel.inner_text()
    assert said.index("What would strengthen your bond") < said.index("Growing")
    assert "in 7 days" not in said  # a fall is not shown as a reproach
    steps = visitor.panel.get_by_role("heading", name="What would strengthen your bond")
    await expect(steps.locator("xpath=..").get_by_role("listitem")).to_have_count(1)


async def test_a_celebration_covers_no_button(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.button("I’m stuck")).to_be_visible()
    await embed.celebrate()
    await expect(visitor.panel.get_by_text("Thank you for coming back.")).to_be_visible()
    for name in ("Look back", "Your data"):
        assert await visitor.button(name).evaluate(ON_TOP), name
    await visitor.button("I’m stuck").click()
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("widget_settings", [{"answer_hours": 1}], ids=["one hour"])
async def test_a_stuck_customer_sees_when_to_expect_an_answer(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.button("I’m stuck").click()
    await expect(visitor.panel.get_by_text("Somebody answers within 1 hour.")).to_be_visible()


@pytest.mark.parametrize(
    ("head", "dark"),
    [
        ("", False),
        ("<meta name=color-scheme content='light dark'>", True),
        ("<meta name=color-scheme content=dark>", True),
    ],
)
async def test_the_widget_follows_the_colour_scheme_of_its_page(
    visit: Visit, embed: Embed, head: str, dark: bool
) -> None:
    visitor = await visit(embed.page(head=head), color_scheme="dark")
    await visitor.open()
    background = await visitor.panel.evaluate("(panel) => getComputedStyle(panel).backgroundColor")
    assert (background != "rgb(255, 255, 255)") == dark, background
