"""The shop's widget in the customer's language, including texts from the real server."""

import re

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.test_the_loop import enter_the_shop
from tests.fixtures.browser import OpenPage
from tests.fixtures.demo_server import Demo


def who_reads(demo: Demo, language: str) -> str:
    """Return a customer with this stored language, which takes precedence over page and browser."""
    people = httpx.get(f"{demo.url}/demo/shop/customers", timeout=20).json()["data"]
    return next(person["customer_id"] for person in people if person["note"] == language)


@pytest.mark.parametrize(
    ("locale", "direction", "title", "reason", "milestone", "look_back", "opening"),
    [
        (
            *("de", "ltr", "Ihre Verbundenheit", "Sie haben schon viel bestellt: "),
            *("Ihre erste Bestellung", "Rückblick", "Sie und Lantern"),
        ),
        (
            *("ar", "rtl", "علاقتك بنا", "العودة لاكتشاف الجديد"),
            *("أول طلب لك", "حصادك معنا", "معًا: أنت"),
        ),
    ],
)
async def test_every_text_of_the_panel_is_in_the_customers_language(
    demo: Demo,
    open_page: OpenPage,
    locale: str,
    direction: str,
    title: str,
    reason: str,
    milestone: str,
    look_back: str,
    opening: str,
) -> None:
    page = await open_page(viewport={"width": 1000, "height": 800})
    await enter_the_shop(page, demo, who_reads(demo, locale))
    panel = page.locator("pulse-widget").locator("#panel")
    await expect(page.locator("pulse-widget > div").first).to_have_attribute("dir", direction)
    await expect(panel.get_by_role("meter", name=title)).to_be_visible()
    await expect(panel.get_by_text(reason).first).to_be_visible()
    await expect(panel.get_by_text(milestone)).to_be_attached()
    await panel.get_by_role("button", name=look_back).click()
    await expect(panel.get_by_text(re.compile(opening))).to_be_visible()
    assert not re.search(r"\b(orders|days|You|with us)\b", await panel.inner_text())
