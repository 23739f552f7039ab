from playwright.async_api import expect


async def test_learned_rates_are_shown_with_their_intervals(sign_in):
    page = await sign_in("viewer", "/learning")
    worth = page.get_by_role("region", name="Value of the cards")
    held_out = worth.get_by_role("row").filter(has_text="Second half, regulars")
    await expect(held_out).to_contain_text(" % to ")
    await expect(held_out).to_contain_text("£")
    await expect(worth.get_by_text("more often than chance")).to_be_visible()
    await expect(worth.get_by_text("Cards a week")).to_be_visible()
    await expect(page.get_by_text("Returned within 30 days")).to_be_visible()
    await expect(page.get_by_text("Cost per conversion")).to_be_visible()
    styles = page.get_by_role("region", name="Strength is falling · no declared state")
    await expect(styles.get_by_role("row")).to_have_count(5)
    causes = page.get_by_role("region", name="Results by cause").get_by_role("row")
    await expect(causes.filter(has_text="Strength is falling")).to_contain_text("%")
    versions = page.get_by_role("region", name="Results by writer").get_by_role("row")
    await expect(versions.filter(has_text="The template")).to_be_visible()


async def test_groups_whom_a_conversation_helps_open_the_customers_counted(sign_in):
    page = await sign_in("viewer", "/learning")
    groups = page.get_by_role("region", name="Whom a conversation helps")
    await expect(groups.get_by_text("Not used yet.")).to_contain_text("held out at random")
    with_a_card = groups.get_by_role("row").nth(1).get_by_role("link").first
    counted = await with_a_card.inner_text()
    await with_a_card.click()
    await expect(page.get_by_role("heading", name="Card opened, delivered or not")).to_be_visible()
    await expect(page.get_by_text(f" of {counted}").last).to_be_visible()
    await expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()
