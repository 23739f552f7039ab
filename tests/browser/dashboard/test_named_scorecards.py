"""Several scorecards on the scorecard page: add one, publish it, see it named, remove it."""

import re

from playwright.async_api import Page, expect

NAME = "Companies"
RESCORING = 60_000  # milliseconds: everybody is scored again on a machine that does much else


async def test_a_scorecard_is_added_published_named_and_removed(sign_in):
    page = await sign_in("admin", "/scorecard?tab=cards")
    base = page.url.split("/scorecard")[0]
    await page.get_by_role("button", name="Add a scorecard …").click()
    asked = page.get_by_role("dialog", name="New scorecard")
    await asked.get_by_label("Name").fill(NAME)
    await asked.get_by_role("combobox", name="Field 1").click()
    await page.get_by_role("option", name="Tag").click()
    await asked.get_by_role("textbox", name="Value 1").fill("company")
    await expect(asked.get_by_text("0 customers now")).to_be_visible()
    await asked.get_by_role("button", name="Keep scorecard").click()

    await expect(page.get_by_text("Nobody is scored by this scorecard until")).to_be_visible()
    await page.get_by_role("button", name="Publish …").first.click()
    await expect(page.get_by_text(f"Publish the scorecard “{NAME}”")).to_be_visible()
    await page.get_by_label("Why, in one sentence (for the history)").fill("Companies differ")
    await page.get_by_role("button", name="Publish", exact=True).click()
    published = re.compile(rf"Version \d+ of “{NAME}” is published\.")
    await expect(page.get_by_text(published)).to_be_visible()
    await expect(page.get_by_role("combobox", name="Which scorecard")).to_be_visible()
    await page.get_by_role("tab", name="Several scorecards").click()
    line = page.locator(".pl-item", has=page.get_by_text(NAME, exact=True))
    await expect(line.get_by_text("tag is company")).to_be_visible()
    await expect(line.get_by_text(re.compile(r"^v\d+$"))).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Rescoring")).to_be_hidden(timeout=RESCORING)

    await learning_and_reviews_are_its_own(page)

    await page.goto(f"{base}/customers/17850")
    await expect(page.get_by_text("Scored by the scorecard “Default”")).to_be_visible()
    await page.goto(f"{base}/customers")
    await expect(page.get_by_role("columnheader", name="Scorecard")).to_be_visible()

    await page.goto(f"{base}/scorecard?tab=cards")
    await line.get_by_role("button", name="Remove …").click()
    await expect(page.get_by_text("It scores 0 customers.")).to_be_visible()
    await page.get_by_role("button", name="Remove", exact=True).click()
    await expect(line).to_have_count(0)
    await expect(page.get_by_role("combobox", name="Which scorecard")).to_be_hidden()
    await expect(page.get_by_role("progressbar", name="Rescoring")).to_be_hidden(timeout=RESCORING)
    await expect(page.locator(".pl-trouble")).to_have_count(0)


async def learning_and_reviews_are_its_own(page: Page) -> None:
    await page.get_by_role("tab", name="Learn from outcomes").click()
    await expect(page.get_by_text("No outcome data yet")).to_be_visible()  # of its own customers
    await page.get_by_role("tab", name="Review", exact=True).click()
    await expect(page.get_by_text(f"Scorecard “{NAME}”: reviewed with")).to_be_visible()
    await page.get_by_role("button", name="Review now").click()
    few = page.get_by_text("Fewer than 200 customers of each outcome yet.")
    await expect(few).to_be_visible(timeout=RESCORING)


async def test_another_field_keeps_the_text_being_typed_and_the_focus(sign_in):
    page = await sign_in("admin", "/scorecard?tab=cards")
    await page.get_by_role("button", name="Add a scorecard …").click()
    asked = page.get_by_role("dialog", name="New scorecard")
    value = asked.get_by_role("textbox", name="Value 1")
    await value.evaluate("element => { element.isOfFirstField = true }")
    await asked.get_by_role("combobox", name="Field 1").click()
    await page.get_by_role("option", name="Tag").click()
    await expect(asked.get_by_role("combobox", name="Operator 1")).to_have_value("is")
    assert await value.evaluate("element => element.isOfFirstField"), "typed text would be lost"
    await expect(asked.get_by_role("combobox", name="Field 1")).to_be_focused()
