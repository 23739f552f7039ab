"""Team controls and a confirmed export: a change appears for the other person."""

import re
from datetime import timedelta

import fastexcel
from playwright.async_api import Page, expect

from pulse import clock
from pulse.auth import audit
from pulse.auth.scope import Scope
from pulse.auth.sign_in.staff_sessions import COOKIE, open_session
from pulse.auth.staff import add_staff, person_by_email
from pulse.customers.repository import get_or_create
from pulse.db.transaction import system
from tests.browser.sign_in.conftest import PASSWORD, Site, Visit, admin_of, by_password


async def pick(page: Page, field: str, choice: str) -> None:
    """Choose an option in the select field with this label."""
    await page.get_by_label(field, exact=True).click()
    await page.get_by_role("option", name=choice, exact=True).click()


async def add_role(page: Page, name: str, *permissions: str) -> None:
    await page.get_by_role("button", name="New role …").click()
    form = page.get_by_role("dialog", name="New role")
    await form.get_by_label("Name of the role").fill(name)
    for permission in permissions:
        await form.get_by_role("checkbox", name=permission).click()
    await form.get_by_role("button", name="Save").click()


async def test_a_role_with_book_and_factor_takes_effect_for_the_person(
    site: Site, business: Scope, visit: Visit
):
    email = f"cleo@{admin_of(business).partition('@')[2]}"
    await add_staff(business, email, "Cleo", "viewer", PASSWORD)
    cleo, ada = await visit(), await visit()
    await by_password(cleo, email)
    await expect(cleo.get_by_role("link", name="Imports")).to_have_count(0)
    await by_password(ada, admin_of(business))
    await expect(ada.locator(".pl-me")).to_contain_text("Ada Admin")

    await ada.goto(f"{site.url}/team")
    await add_role(ada, "Data desk", "Import lists", "Edit customers")
    await expect(ada.get_by_text("view, edit customers, import lists")).to_be_visible()
    await pick(ada, "Role of Cleo", "Data desk")
    await expect(ada.get_by_text("Cleo is Data desk now.")).to_be_visible()

    await expect(cleo.locator(".pl-me")).to_contain_text("Cleo")
    await cleo.goto(f"{site.url}/imports")
    await expect(cleo.get_by_role("heading", name="Imports", exact=True)).to_be_visible()
    await expect(cleo.locator(".pl-me")).to_contain_text("Data desk")
    await cleo.goto(f"{site.url}/audit")
    await expect(cleo.get_by_text("needs the permission “read audit”")).to_be_visible()

    saved = ada.get_by_text("Set.", exact=True)
    await expect(saved).to_have_count(0)
    await pick(ada, "Customers that a Data desk sees", "their own customers")
    await expect(saved).to_be_visible()
    await expect(cleo).to_have_url(re.compile("/sign-in"))  # no open page shows the old book
    await expect(saved).to_have_count(0)  # the next one is about the next change
    ticks = ada.get_by_role("checkbox", name="Second factor")
    await ticks.last.click()
    await expect(saved).to_be_visible()
    await expect(ticks.last).to_be_checked()
    await by_password(cleo, email)
    await expect(cleo.get_by_text("Your role needs a second factor.")).to_be_visible()
    known = await person_by_email(business, email)
    assert (known.role_label, known.customers) == ("Data desk", 0)
    told = [entry.action for entry in await audit.entries(business)]
    assert told.count("role.rule_changed") == 2


async def test_an_export_requires_a_confirmation_and_is_audited(
    site: Site, business: Scope, visit: Visit
):
    for name in ("c1", "c3", "c2"):
        await get_or_create(business, name)
    known = await person_by_email(business, admin_of(business))
    person = {"business_id": business.business_id, "id": known.id}
    long_ago = clock.now() - timedelta(hours=2)
    async with system() as unit:
        cookie, _ = await open_session(unit, person, book="all", confirmed_at=long_ago)
    page = await visit()
    await page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.url}])
    await page.goto(f"{site.url}/customers?sort=-external_id")
    await page.get_by_role("button", name="Export").click()
    await expect(page).to_have_url(re.compile(r"/confirm\?next=/customers"))
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Confirm").click()
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Download").click()
    file = await (await started.value).path()
    sheet = fastexcel.read_excel(file.read_bytes()).load_sheet(0).to_polars()
    assert sheet["Customer id"].to_list() == ["c3", "c2", "c1"]  # as on screen
    assert "customer.list_exported" in [entry.action for entry in await audit.entries(business)]
