"""The command palette and the list of shortcuts, by keyboard only."""

import re

from playwright.async_api import expect


async def test_ctrl_k_searches_and_a_question_mark_lists_the_keys(sign_in):
    page = await sign_in("csm@lantern.example")
    await page.keyboard.press("Control+k")
    search = page.get_by_role("dialog", name="Search")
    await search.get_by_label("Search").fill("george")
    await search.get_by_text("All customers matching “george”").click()
    await expect(page.get_by_role("heading", name="Customers")).to_be_visible()
    await expect(page).to_have_url(re.compile("search=george"))
    await expect(search).to_be_hidden()

    await page.keyboard.press("Control+k")
    await expect(search.get_by_label("Search")).to_be_focused()
    await page.keyboard.type("overview")
    await page.keyboard.press("Enter")  # before the words were searched
    await expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    await expect(search).to_be_hidden()

    await page.keyboard.press("?")
    await expect(page.get_by_text("queue: next card, previous card")).to_be_visible()
