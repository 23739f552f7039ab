"""Nobody is shamed: a mark instead of a grade, what goes well first, and the right of reply."""

import pytest
from playwright.async_api import expect

from tests.browser.widget.conftest import Visit
from tests.fixtures.widget_host import WidgetHost

IDRIS = "<script nonce='n0nce'>customer='idris'</script>"


async def test_the_launcher_shows_a_mark_unless_the_business_wants_the_number(
    visit: Visit, widget_host: WidgetHost
) -> None:
    widget_host.customers["maren"]["widget"] = {
        "bond": "Your Lantern circle",
        "launcher": "mark",
        "answer_hours": 0,
    }
    visitor = await visit()
    launcher = visitor.page.get_by_role("button", name="Your Lantern circle", exact=True)
    await expect(launcher).to_contain_text("♥")
    await expect(launcher).not_to_contain_text("78")
    await launcher.click()
    await expect(visitor.page.get_by_role("meter", name="Your Lantern circle")).to_be_visible()


async def test_below_steady_what_goes_well_comes_before_the_number(
    visit: Visit, widget_host: WidgetHost
) -> None:
    visitor = await visit(widget_host.page(head=IDRIS))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    said = await visitor.panel.inner_text()
    assert said.index("What is going well") < said.index("38")
    assert "in 7 days" not in said  # a fall is not held against anybody
    steps = visitor.panel.get_by_role("heading", name="What would strengthen your bond")
    await expect(steps.locator("xpath=..").get_by_role("listitem")).to_have_count(1)


async def test_a_celebration_covers_no_button(visit: Visit, widget_host: WidgetHost) -> None:
    visitor = await visit()
    await visitor.open()
    await expect(visitor.button("I’m stuck")).to_be_visible()
    told = {"key": "count_10", "title": "10 orders", "text": "Thank you."}
    await widget_host.push("maren", "celebration", told)
    await expect(visitor.panel.get_by_text("10 orders")).to_be_visible()
    await visitor.button("I’m stuck").click()
    await expect(visitor.button("I’m stuck")).to_have_attribute("aria-pressed", "true")


async def test_who_is_stuck_reads_when_somebody_answers(
    visit: Visit, widget_host: WidgetHost
) -> None:
    widget_host.customers["maren"]["widget"]["answer_hours"] = 1
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
async def test_the_widget_is_as_dark_as_its_page(
    visit: Visit, widget_host: WidgetHost, head: str, dark: bool
) -> None:
    visitor = await visit(widget_host.page(head=head), color_scheme="dark")
    await visitor.open()
    background = await visitor.panel.evaluate("(panel) => getComputedStyle(panel).backgroundColor")
    assert (background != "rgb(255, 255, 255)") == dark, background
