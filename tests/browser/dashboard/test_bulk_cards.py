"""Cards created for selected customers of the list: counted, and not twice."""

from playwright.async_api import Page, expect


async def make_cards(page: Page) -> None:
    await page.get_by_role("button", name="Make cards …").click()
    why = page.get_by_label("Reason, for the person who delivers it")
    await why.fill("Ask about the summer list")
    await page.get_by_role("button", name="Make cards", exact=True).click()


async def test_a_card_is_created_once_for_each_chosen_customer(sign_in):
    page = await sign_in("admin", "/customers?search=12356")
    await page.get_by_label("Select all shown").click()
    await make_cards(page)
    await expect(page.get_by_text("1 card made.")).to_be_visible()
    await page.get_by_label("Select all shown").click()
    await make_cards(page)
    await expect(page.get_by_text("1 customer had an open one already.")).to_be_visible()
    await page.goto(page.url.split("/customers")[0] + "/customers/12356")
    await expect(page.get_by_text("A colleague asked for it").first).to_be_visible()


async def test_many_cards_are_created_by_a_job_and_counted(sign_in):
    page = await sign_in("admin@meridian.example", "/customers?search=7&value_from=1100")
    shown = page.locator(".pl-pager__text")
    await expect(shown).to_contain_text("1–50 of ")
    matching = (await shown.inner_text()).split(" of ")[1]
    await page.get_by_label("Select all shown").click()
    await page.get_by_role("button", name=f"Choose all {matching} that match").click()
    await expect(page.get_by_text(f"{matching} customers chosen")).to_be_visible()
    await make_cards(page)
    await expect(page.get_by_text("The cards are being made.")).to_be_visible()
    await expect(page.get_by_text(f"{matching} cards made.")).to_be_visible(timeout=60_000)
    await expect(page.get_by_role("progressbar", name="Progress of the computation")).to_be_hidden()
    await page.get_by_role("link", name="Queue").click()
    await expect(page.get_by_role("button", name=f"Waiting {matching}")).to_be_visible()
