"""The churn comparison: fitted from the page, then both explanations of one customer."""

import re

from playwright.async_api import expect


async def test_a_model_is_fitted_and_shown_beside_identity_strength(sign_in):
    page = await sign_in("csm", "/churn")
    await expect(page.get_by_text("No model has been fitted yet")).to_be_visible()
    await page.get_by_role("button", name="Fit the model").click()
    await expect(page.get_by_text("What the model goes by")).to_be_visible(timeout=180_000)
    await expect(page.get_by_text("Fitted now")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Both")).click()
    await expect(page).to_have_url(re.compile("side=both"))
    second = page.locator(".pl-card-row").nth(1)
    name = await second.locator("b").inner_text()
    await second.click()
    await expect(page.get_by_role("heading", name=f"{name}: the model")).to_be_visible()
    await expect(page.locator("svg").filter(has_text="Chance of leaving")).to_be_visible()
    await expect(page.locator("svg").filter(has_text="Average customer")).to_be_visible()


async def test_a_viewer_reads_and_cannot_fit(sign_in):
    page = await sign_in("viewer", "/churn")
    await expect(page.get_by_role("heading", name="Churn comparison")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Fit"))).to_have_count(0)
