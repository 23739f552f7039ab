"""The scorecard page: all tabs, publishing and rolling back, learning a scorecard."""

import re

import pytest
from playwright.async_api import expect

WHY = "Why, in one sentence (for the history)"
WEIGHT = "Weight of Days since the last order"
TABS = {
    "configuration": "any size; shown as shares of 100",
    "learn": "weights and curves from who left and who stayed",
    "test": "Try the draft on a customer",
    "preview": "No difference from the published scorecard",
    "backtest": "What leaving means",
    "review": "on the first of each month",
    "history": "Set from the data at hand",
}
LEARNING = 120_000  # milliseconds: a model is fitted six times on a busy machine


@pytest.mark.parametrize("person", ["csm", "admin"])
async def test_every_tab_opens_and_changes_are_offered_by_permission(sign_in, person):
    page = await sign_in(person, "/scorecard")
    base = page.url.split("?")[0]
    for tab, words in TABS.items():
        await page.goto(f"{base}?tab={tab}")
        shown = page.get_by_label(words) if tab == "backtest" else page.get_by_text(words)
        if tab != "history":
            await expect(shown.first).to_be_visible()
        await expect(page.locator(".pl-trouble")).to_have_count(0)
    for tab, button in {
        "learn": "Learn from: No order in 90 days",
        "backtest": "Run the back-test",
    }.items():
        await page.goto(f"{base}?tab={tab}")
        await expect(page.get_by_role("tabpanel").filter(visible=True)).to_be_visible()
        offered = page.get_by_role("button", name=button)
        await expect(offered).to_have_count(1 if person == "admin" else 0)


async def test_a_weight_is_changed_previewed_published_and_rolled_back(sign_in):
    page = await sign_in("admin", "/scorecard")
    subtitle = page.get_by_text(re.compile(r"^Version \d+ published, set by hand"))
    await expect(subtitle).to_be_visible()
    first = re.match(r"Version (\d+)", await subtitle.inner_text()).group(1)
    publish = page.get_by_role("button", name="Publish …")
    await expect(publish).to_be_disabled()
    await page.get_by_label(WEIGHT, exact=True).fill("40")
    await expect(publish).to_be_enabled()
    await page.get_by_role("tab", name="Preview for all").click()
    await expect(page.get_by_role("heading", name="Who would move most")).to_be_visible()

    await publish.click()
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("Please write one sentence.")).to_be_visible()
    await expect(page.get_by_label(WHY)).to_be_focused()
    await page.keyboard.type("Coming back says most")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text(re.compile(r"Version \d+ is published\."))).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Rescoring")).to_be_hidden()
    await expect(page.get_by_text(f"Version {first} published")).to_have_count(0)

    await page.get_by_role("tab", name="Versions").click()
    await expect(page.get_by_text("Coming back says most")).to_be_visible()
    line = page.locator(".pl-item", has=page.get_by_text(f"v{first}", exact=True))
    await line.get_by_role("button", name="Publish …").click()
    await page.get_by_label(WHY).fill("The old weights held better")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text(f"Version {first} is published again.")).to_be_visible()
    await expect(line.get_by_text("The old weights held better")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Rescoring")).to_be_hidden()
    await expect(page.get_by_text(f"Version {first} published")).to_be_visible()
    await page.goto(f"{page.url.split('/scorecard')[0]}/customers/17850")
    await expect(page.get_by_text(re.compile(rf"scorecard v\d+, v{first}")).first).to_be_visible()


async def test_a_scorecard_is_learned_opened_and_its_model_card_downloaded(sign_in):
    page = await sign_in("admin@meridian.example", "/scorecard?tab=learn")
    await page.get_by_role("button", name="Learn from: Churn is “Yes”").click()
    await expect(page.get_by_role("heading", name="Accuracy by fold")).to_be_visible(
        timeout=LEARNING
    )
    await expect(page.get_by_text("Share of customers who stay")).to_be_visible()
    await expect(page.get_by_text("is sensitive").first).to_be_visible()
    await page.get_by_role("button", name="Open this version").click()
    await expect(page.get_by_text(re.compile(r"Version \d+ is open \(learned"))).to_be_visible()
    await expect(page.get_by_label("Weight of Internet service")).to_be_visible()
    await page.get_by_role("tab", name="Versions").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Model card").first.click()
    kept = (await (await download.value).path()).read_text()
    assert "learned from outcomes" in kept.lower()
    assert "On fifths of the customers it had not seen, ROC-AUC 0.8" in kept


async def test_a_review_reports_the_challenger_and_data_drift(sign_in):
    page = await sign_in("admin", "/scorecard")
    await page.goto(f"{page.url.split('?')[0]}?tab=review")
    await page.get_by_role("button", name="Review now").click()
    found = page.get_by_text("Scorecard in force and challenger").or_(
        page.get_by_text("No challenger this time")
    )
    await expect(found.first).to_be_visible(timeout=LEARNING)
    await expect(page.locator(".pl-trouble")).to_have_count(0)
