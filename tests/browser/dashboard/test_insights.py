"""Outcomes of conversations, for the own book or for everybody."""

import re

from playwright.async_api import expect


async def test_my_book_lists_only_me_and_the_business_everybody(sign_in):
    page = await sign_in("csm", "/insights?book=all")
    people = page.get_by_role("table", name="By person").locator("tbody tr")
    await expect(people.nth(1)).to_be_visible()
    await page.get_by_role("button", name="My book").click()
    await expect(people).to_have_count(1)
    await expect(people).to_contain_text("Cleo Marsh")
    lead = page.get_by_text(
        re.compile(r"\d+ cards? delivered in 90 days, \d+ with an outcome: \d+")
    )
    await expect(lead).to_be_visible()
