"""Set-up: a customer list imported by hand, people and roles, rules, personal data."""

import asyncio
import gzip
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from pulse.demo.build_data import DATA, TELCO
from tests.browser.dashboard.conftest import SignIn, fill_form, found_business
from tests.fixtures.browser import OpenPage
from tests.fixtures.demo_server import Demo

GUESSED = {
    "customerID": ("customer's id", None, None),
    "tenure": ("metric", "tenure", "higher is stronger"),
    "Contract": ("metric", "loyalty", None),
    "TechSupport": ("metric", "satisfaction", None),
    "TotalCharges": ("metric", "value", "higher is stronger"),
    "gender": ("attribute", None, None),
    "Churn": ("who left", None, None),
}
"""Column → role, signal, direction; None where any value is right."""


@pytest.fixture(scope="session")
def sparrow(demo: Demo) -> str:
    """A new business, and its owner's e-mail."""
    return found_business(demo, "Sparrow", "USD")


async def test_a_list_is_imported_by_hand_and_its_customers_scored(
    sign_in: SignIn, sparrow: str, tmp_path: Path
) -> None:
    file = tmp_path / "telco-customer-churn.csv"
    file.write_bytes(gzip.decompress((DATA / TELCO).read_bytes()))
    page = await sign_in(sparrow, "/imports")
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.get_by_text("7,043 rows")).to_be_visible()
    for column, (role, signal, direction) in GUESSED.items():
        await _says(page, f"{column}: what it is", role)
        await _says(page, f"{column}: signal", signal)
        await _says(page, f"{column}: direction", direction)
    first = page.get_by_role("row").filter(has_text="7590-VHVEG")
    await expect(first).to_contain_text("Electronic check")
    await page.get_by_role("button", name="Import", exact=True).click()
    done = page.locator(".pl-item").filter(has_text=file.name).filter(has_text="done")
    await expect(done).to_contain_text("7,043 new", timeout=120_000)

    await page.get_by_role("link", name="Customers").click()
    await expect(page.get_by_text("1–50 of 5,174")).to_be_visible()  # without those who left
    everybody = page.url.split("?")[0] + "?sort=identity_strength"
    await page.goto(everybody)
    await expect(page.get_by_text("1–50 of 7,043")).to_be_visible()
    await page.goto(everybody + "&lifecycle=current")
    await expect(page.get_by_text("1–50 of 5,174")).to_be_visible()
    weakest = page.locator(".pl-view:not(.pl-hidden) tbody tr").first
    await expect(weakest).to_contain_text("fragile")  # scored, and sorted by score


async def _says(page: Page, field: str, expected: str | None) -> None:
    if expected is not None:
        chosen = page.locator(".pl-field").filter(has=page.get_by_label(field, exact=True))
        await expect(chosen.first).to_contain_text(expected)


async def choose_password(page: Page, password: str, button: str = "Continue") -> None:
    """Set the first own password, required after an invitation or when an admin has set one."""
    await page.get_by_label("The new password, 10").fill(password)
    await page.get_by_label("The new password again").fill(password)
    await page.get_by_role("button", name=button).click()


async def test_an_admin_adds_a_person_and_changes_their_role(
    sign_in: SignIn, demo: Demo, open_page: OpenPage
) -> None:
    page = await sign_in("admin", "/team")
    await page.get_by_role("button", name="Add a person …").click()
    sheet = page.get_by_role("dialog", name="Add a person")
    await sheet.get_by_label("Name").fill("Nia New")
    await sheet.get_by_label("E-mail").fill("nia@lantern.example")
    await sheet.get_by_role("button", name="Add", exact=True).click()
    invited = page.get_by_role("dialog", name="Invitation for Nia New")
    written = await invited.locator("pre").inner_text()
    link = re.search(r"\S+/sign-in/invitation#\S+", written)[0]
    await invited.get_by_role("button", name="Done").click()
    line = page.locator(".pl-person").filter(has_text="nia@lantern.example")
    await expect(line).to_be_visible()
    await line.get_by_role("combobox").click()
    await page.get_by_role("option", name="viewer").click()
    await expect(page.get_by_text("Nia New is viewer now.")).to_be_visible()

    theirs = await open_page()
    await theirs.goto(link)
    await expect(theirs.get_by_text("by Alma Reyes. Choose your password.")).to_be_visible()
    await expect(theirs).to_have_url(f"{demo.url}/sign-in/invitation")  # without the token
    await choose_password(theirs, "seven quiet harbours", "Sign in")
    await expect(theirs.get_by_role("heading", name="Today")).to_be_visible()
    await theirs.goto(f"{demo.url}/imports")
    await expect(theirs.get_by_text("Your role does not open this page")).to_be_visible()
    await line.get_by_role("button", name="Deactivate …").click()
    leaving = page.get_by_role("dialog", name="Deactivate Nia New?")
    heir = leaving.locator(".q-select")  # somebody who works here, not nobody
    await expect(heir).to_contain_text(re.compile(r"\w+ \w+"))
    await expect(heir).not_to_contain_text("Unassigned")
    await leaving.get_by_role("button", name="Deactivate", exact=True).click()
    await expect(line.get_by_text("has left")).to_be_visible()


async def test_a_lost_password_is_reset_and_changed_by_its_owner(
    sign_in: SignIn, demo: Demo, open_page: OpenPage
) -> None:
    page = await sign_in("admin@meridian.example", "/team")
    await page.get_by_role("button", name="Add a person …").click()
    sheet = page.get_by_role("dialog", name="Add a person")
    await sheet.get_by_label("Name").fill("Otto Own")
    await sheet.get_by_label("E-mail").fill("otto@meridian.example")
    await sheet.get_by_role("button", name="Add", exact=True).click()
    invited = page.get_by_role("dialog", name="Invitation for Otto Own")
    await invited.get_by_role("button", name="Done").click()
    line = page.locator(".pl-person").filter(has_text="otto@meridian.example")
    await line.get_by_role("button", name="New password …").click()
    await page.get_by_role("button", name="Make one").click()
    shown = page.get_by_role("dialog", name="Otto Own’s new password")
    made = await shown.locator("pre").inner_text()
    await shown.get_by_role("button", name="Done").click()

    theirs = await open_page()
    await fill_form(theirs, demo, "otto@meridian.example", "/overview", made)
    await choose_password(theirs, "nine quiet harbours")
    await theirs.get_by_role("button", name="Otto Own").click()
    await theirs.get_by_text("Change password …").click()
    await theirs.get_by_label("Current password").fill("nine quiet harbours")
    await theirs.get_by_label("The new password, 10").fill("a much better one")
    await theirs.get_by_label("The new password again").fill("a much better one")
    await theirs.get_by_role("button", name="Change it").click()
    await expect(theirs.get_by_role("heading", name="Today")).to_be_visible()
    second = await open_page()
    await fill_form(second, demo, "otto@meridian.example", "/overview", "a much better one")
    await expect(second.get_by_role("heading", name="Overview")).to_be_visible()


async def test_a_changed_rule_is_saved_audited_and_reset(sign_in: SignIn) -> None:
    page = await sign_in("admin", "/settings")
    tone = page.get_by_label("Tone, in a sentence or two")
    before = await tone.input_value()
    for words in ("Short, and never formal.", before):
        await tone.fill(words)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Saved. New cards follow these rules.").last).to_be_visible()
        await page.reload()
        await expect(tone).to_have_value(words)
    await page.goto(page.url.replace("/settings", "/audit"))
    await expect(page.get_by_text("Short, and never formal.").first).to_be_visible()


async def test_personal_data_is_exported_and_erased_after_confirmation(
    sign_in: SignIn,
) -> None:
    page = await sign_in("admin", "/customers/18287")
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Export data").click()
    taken = await (await coming.value).path()
    assert '"external_id": "18287"' in await asyncio.to_thread(taken.read_text)
    erase = page.get_by_role("button", name="Erase …")
    sheet = page.get_by_role("dialog", name="Erase this customer?")
    await erase.click()
    await sheet.get_by_label("Type 18287 to confirm").fill("18288")
    await sheet.get_by_role("button", name="Erase", exact=True).click()
    await expect(page.get_by_text("Not erased")).to_be_visible()
    await erase.click()
    await sheet.get_by_label("Type 18287 to confirm").fill("18287")
    await sheet.get_by_label("Reason, for the audit log").fill("asked by letter")
    await sheet.get_by_role("button", name="Erase", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/customers\?"))
    await page.goto(page.url.split("?")[0] + "/18287")
    await expect(page.locator(".pl-view:not(.pl-hidden)")).to_contain_text(
        re.compile("no such customer", re.I)
    )


async def test_a_csm_exports_but_does_not_erase(sign_in: SignIn) -> None:
    page = await sign_in("csm", "/customers/17850")
    await expect(page.get_by_role("button", name="Export data")).to_be_visible()
    await expect(page.get_by_role("button", name="Erase …")).to_have_count(0)
