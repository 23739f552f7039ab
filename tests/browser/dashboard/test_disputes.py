"""A customer disputes a fact: the CSM sees the fact and the words, and answers."""

from collections.abc import Callable

import httpx
from playwright.async_api import FloatRect, Locator, Page, expect

from tests.browser.dashboard.conftest import SignIn
from tests.fixtures.demo_server import Demo

CUSTOMER, OTHER = "13047", "12748"


async def test_a_disputed_fact_is_answered_on_the_customer_s_page(
    sign_in: SignIn, demo: Demo, token_of: Callable[[str], str]
) -> None:
    page = await sign_in("csm", f"/customers/{CUSTOMER}")
    headers = {"Authorization": f"Bearer {token_of(CUSTOMER)}"}
    async with httpx.AsyncClient(base_url=demo.url, headers=headers, timeout=60) as customer:
        own = f"/api/customers/{CUSTOMER}"
        disputed = await customer.post(
            f"{own}/disputes", json={"feature": "orders", "note": "Half of these were my sister's."}
        )
        assert disputed.status_code == 201, disputed.text
        panel = page.get_by_role("group", name="Disputed fact")
        await expect(panel).to_contain_text("Half of these were my sister's.")
        await expect(panel).to_contain_text("Orders in all: ")
        await panel.get_by_label("Answer, read in the widget").fill("Thank you, we checked.")
        await panel.get_by_role("button", name="Send answer").click()
        await expect(panel).to_have_count(0)
        await expect(page.get_by_text("Thank you, we checked.")).to_be_visible()
        state = (await customer.get(f"{own}/widget")).json()["data"]
        assert state["disputes"][0]["answer"] == "Thank you, we checked."
        days = (await customer.get(f"{own}/access")).json()["data"]
        assert days[0]["people"] >= 1


async def press_down(page: Page, button: Locator) -> FloatRect:
    """Press the mouse button on it; aim again if the page moved it before. Returns where it was."""
    while True:
        await button.hover()
        where = await button.bounding_box()
        await page.mouse.down()
        if where and await button.evaluate("element => element.matches(':active')"):
            return where
        await page.mouse.up()


async def test_a_press_counts_although_a_live_update_moves_the_button(
    sign_in: SignIn, demo: Demo, token_of: Callable[[str], str]
) -> None:
    tall = {"width": 1280, "height": 1600}  # without scrolling, which could undo the move
    page = await sign_in("csm", f"/customers/{OTHER}", viewport=tall)
    headers = {"Authorization": f"Bearer {token_of(OTHER)}"}
    own = f"/api/customers/{OTHER}/disputes"
    async with httpx.AsyncClient(base_url=demo.url, headers=headers, timeout=60) as customer:
        disputed = await customer.post(own, json={"feature": "orders", "note": "First."})
        assert disputed.status_code == 201, disputed.text
        first = page.get_by_role("group", name="Disputed fact").filter(has_text="First.")
        await first.get_by_label("Answer, read in the widget").fill("We checked.")
        button = first.get_by_role("button", name="Send answer")
        before = await press_down(page, button)
        disputed = await customer.post(own, json={"feature": "days_since_order", "note": "Second."})
        assert disputed.status_code == 201, disputed.text
    second = page.get_by_role("group", name="Disputed fact").filter(has_text="Second.")
    await expect(second).to_be_visible()
    after = await button.bounding_box()
    assert after
    assert after["y"] > before["y"] + before["height"]
    await page.mouse.up()
    await expect(first).to_have_count(0)
    await expect(second).to_be_visible()
