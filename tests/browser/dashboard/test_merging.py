"""A CSM merges two customers and undoes it; possible duplicates have a page."""

import re

from playwright.async_api import expect

from tests.browser.dashboard.conftest import SignIn


async def test_a_merge_on_the_page_and_its_undo(sign_in: SignIn) -> None:
    page = await sign_in("csm", "/customers/12748")
    await page.get_by_role("button", name="Merge another customer").click()
    await page.get_by_label("Id of the other customer").fill("17850")
    await page.get_by_role("button", name="Merge", exact=True).click()
    await expect(page.get_by_text("17850 is merged into 12748.")).to_be_visible()

    other = await sign_in("admin", "/customers/17850")
    await expect(other.get_by_text("12748").first).to_be_visible()

    await page.get_by_role("button", name="Undo merge").click()
    await expect(page.get_by_text("17850 is a customer of its own again.")).to_be_visible()
    await expect(page.get_by_text(re.compile("undone now|undone .* ago"))).to_be_visible()


async def test_the_page_of_possible_duplicates(sign_in: SignIn) -> None:
    page = await sign_in("csm", "/customers?sort=identity_strength")
    await page.get_by_role("link", name="Possible duplicates").click()
    await expect(page.get_by_role("heading", name="Possible duplicates", level=1)).to_be_visible()
