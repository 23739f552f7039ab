"""Messages a page receives by itself: notices, and the loss of its connection."""

import re

import httpx
from playwright.async_api import Page, expect

from tests.fixtures.line import line_to


async def tapped(demo, token_of, customer, kind):
    headers = {"authorization": f"Bearer {token_of(customer)}"}
    async with httpx.AsyncClient(base_url=demo.url, headers=headers, timeout=60) as http:
        path = f"/api/customers/{customer}/contexts"
        answer = await http.post(path, json={"context_type": kind})
    assert answer.status_code == 201


async def one_of_mine(page: Page) -> tuple[str, str]:
    """Return id and name of a customer of the csm's own book, which the list shows first."""
    await page.goto(page.url.split("/?")[0] + "/customers")
    await expect(page).to_have_url(re.compile("owner="))
    link = page.locator("tbody tr a").first
    read = "(a) => [a.pathname, a.querySelector('b').textContent]"  # at once: rows change places
    address, name = await link.evaluate(read)
    return address.rpartition("/")[2], name


async def test_a_call_for_help_is_shown_at_once_and_listed_in_notices(demo, token_of, sign_in):
    page = await sign_in("csm", "/?book=mine")
    customer, name = await one_of_mine(page)
    bell = page.get_by_role("button", name="Notices")
    notices = page.get_by_role("dialog", name="Notices")
    said = page.get_by_role("status").get_by_text(f"{name} says: frustrated")
    await bell.click()
    await expect(notices.locator(".pl-form .pl-labelled")).to_have_count(4)  # it listens now
    await page.keyboard.press("Escape")
    await expect(notices).to_be_hidden()
    await expect(said).to_have_count(0)
    await expect(bell).to_have_text(re.compile(r"Notices\s*$"))
    await tapped(demo, token_of, customer, "frustrated")
    await expect(said).to_be_visible()
    await expect(bell).to_have_text(re.compile(r"Notices\s*\d+$"))
    await bell.click()
    heard = notices.locator(".pl-event").filter(has_text=name)
    await expect(heard.filter(has_text="says: frustrated").first).to_be_visible()


async def test_a_lost_connection_is_reported_and_missed_changes_shown(
    demo, token_of, sign_in, browser
):
    known = await (await sign_in("csm")).context.storage_state()
    away = await browser.new_context(storage_state=known)  # a browser may complain of no network
    page = await away.new_page()
    row = page.locator("tbody tr").first
    lost = page.get_by_text("Connection lost")
    async with line_to(demo.url) as line:
        await page.goto(f"{line.url}/customers?search=16029")
        await expect(row).to_contain_text("16029")
        await page.wait_for_function("window.did_handshake")  # before, there is nothing to lose
        await expect(lost).to_be_hidden()
        await expect(row).not_to_contain_text("exploring")
        await line.cut()
        await expect(lost).to_be_visible()
        await tapped(demo, token_of, "16029", "exploring")
        await expect(row).not_to_contain_text("exploring")
        await line.mend()
        await expect(lost).to_be_hidden()
        await expect(row).to_contain_text("exploring")
        await away.close()
