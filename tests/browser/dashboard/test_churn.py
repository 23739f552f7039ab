"""The churn comparison: the model appears live, both explain one customer, a viewer reads."""

import re

from playwright.async_api import expect

FITTING = 180_000  # ms; the demo trains its models in the background


async def test_the_model_stands_beside_identity_strength(sign_in):
    page = await sign_in("csm", "/churn")
    await expect(page.get_by_text("What the model relies on")).to_be_visible(timeout=FITTING)
    await expect(page.get_by_role("button", name="Fit again")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Both")).click()
    await expect(page).to_have_url(re.compile("side=both"))
    await expect(page.get_by_text("Ranked among the weakest fifth by strength and")).to_be_visible()
    second = page.locator(".pl-card-row").nth(1)
    name = await second.locator("b").inner_text()
    await second.click()
    await expect(page.get_by_role("heading", name=f"{name}: the model")).to_be_visible()
    await expect(page.locator("svg").filter(has_text="Chance of leaving")).to_be_visible()
    await expect(page.locator("svg").filter(has_text="Starting point")).to_be_visible()


async def test_a_viewer_reads_and_cannot_fit(sign_in):
    page = await sign_in("viewer", "/churn")
    await expect(page.get_by_text("What the model relies on")).to_be_visible(timeout=FITTING)
    await expect(page.get_by_role("button", name=re.compile("Fit"))).to_have_count(0)
