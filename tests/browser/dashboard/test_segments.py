"""A segment built from conditions, with a live count that equals its list."""

import re

from playwright.async_api import expect


async def test_conditions_are_counted_live_and_open_as_many_customers(sign_in):
    page = await sign_in("admin", "/segments")
    await page.get_by_role("button", name="New segment …").click()
    asked = page.get_by_role("dialog", name="New segment")
    found = asked.get_by_text(re.compile(r"^[\d,]+ customers now$"))
    await expect(found).to_be_visible()
    await asked.get_by_role("button", name="Add a condition").click()
    await asked.get_by_role("combobox", name="Field 2").click()
    await page.get_by_role("option", name="Orders").click()
    await asked.get_by_role("textbox", name="Value 2").fill("8")
    shown = asked.get_by_role("link", name="Show them")
    await expect(shown).to_have_attribute("href", re.compile(r"orders\.at_least\.8"))
    count = (await found.inner_text()).removesuffix(" customers now")
    await asked.get_by_label("Name").fill("Fragile regulars")
    await asked.get_by_role("button", name="Keep segment").click()
    row = page.get_by_role("row").filter(has_text="Fragile regulars")
    await expect(row).to_contain_text(count)
    await row.get_by_role("link", name="Fragile regulars").click()
    await expect(page).to_have_url(re.compile("where=all%3Aband.is.fragile%3Borders.at_least.8"))
    await expect(page.get_by_text(f"{count} customers").first).to_be_visible()
    await expect(page.get_by_text("band is fragile and orders at least 8")).to_be_visible()
