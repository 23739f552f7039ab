"""Install widget: the real widget in a frame, as the chosen customer."""

import re

from playwright.async_api import Page, expect

from tests.browser.dashboard.conftest import SignIn


async def test_the_real_widget_is_shown_read_only_as_the_chosen_customer(
    sign_in: SignIn,
) -> None:
    page = await sign_in("admin", "/install")
    offers = page.locator(".pl-look__offer")
    first = offers.first
    await expect(first).to_have_attribute("aria-pressed", "true")
    await _shows(page, await first.locator(".pl-num").inner_text())

    await page.get_by_label("Search customers").fill("17850")
    await expect(offers).to_have_count(1)
    strength = await offers.locator(".pl-num").inner_text()
    name = await offers.locator(".pl-grow").inner_text()
    await offers.click()
    await expect(page).to_have_url(re.compile("customer=17850"))
    await expect(page.locator("iframe")).to_have_attribute("title", re.compile(re.escape(name)))
    await _shows(page, strength)

    widget = page.frame_locator("iframe")
    async with page.expect_console_message(lambda said: "pulse:error" in said.text):
        await widget.get_by_role("button", name="I’m stuck").click()
    await expect(widget.get_by_text("That did not work. Please try again.")).to_be_attached()
    await expect(widget.get_by_role("button", name="Remove")).to_have_count(0)


async def _shows(page: Page, strength: str) -> None:
    gauge = page.frame_locator("iframe").locator("pulse-widget [part=gauge]")
    await expect(gauge).to_contain_text(strength)
