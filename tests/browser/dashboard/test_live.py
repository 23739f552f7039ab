"""Both sides live: a customer's actions appear on the CSM's open pages without a reload."""

import httpx
from playwright.async_api import expect


def api(demo, token_of, customer):
    headers = {"authorization": f"Bearer {token_of(customer)}"}
    return httpx.AsyncClient(base_url=demo.url, headers=headers, timeout=60)


async def test_a_tap_reaches_the_open_pages(demo, token_of, sign_in):
    today = await sign_in("csm", "/?book=all")
    sheet = await sign_in("admin", "/customers/17841")
    name = await sheet.locator(".pl-view:not(.pl-hidden) h1").inner_text()
    async with api(demo, token_of, "17841") as customer:
        path = "/api/customers/17841/contexts"
        answer = await customer.post(path, json={"context_type": "stuck", "note": "Lost my order"})
        assert answer.status_code == 201
    await expect(sheet.get_by_text("says stuck").first).to_be_visible()
    await expect(sheet.locator(".pl-event").first).to_contain_text("stuck")
    heard = today.locator(".pl-feed .pl-event").filter(has_text=name)
    await expect(heard.filter(has_text="says: stuck")).to_be_visible()
    row = today.locator(".pl-table").get_by_role("row").filter(has_text=name)
    await expect(row.first).to_contain_text("says stuck")


async def test_an_open_list_changes_in_place(demo, token_of, sign_in):
    page = await sign_in("csm", "/customers?search=17511")
    row = page.locator("tbody tr").first
    await expect(row).to_contain_text("17511")
    async with api(demo, token_of, "17511") as customer:
        path = "/api/customers/17511/contexts"
        await customer.post(path, json={"context_type": "busy"})
    await expect(row).to_contain_text("says busy")
