"""Outgoing webhooks, set up by an admin: from the URL to sending an event again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect
from standardwebhooks import Webhook

from tests.webhooks.conftest import Receiver


@pytest.fixture
async def warehouse() -> AsyncIterator[Receiver]:
    """An external system of the business on this machine."""
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield made


async def test_a_webhook_is_added_tested_rotated_and_replayed(sign_in, warehouse):
    page = await sign_in("admin", "/settings?tab=webhooks")
    await page.get_by_role("button", name="New webhook …").click()
    sheet = page.get_by_role("dialog", name="New webhook")
    await sheet.get_by_label("Address").fill(warehouse.url)
    await sheet.get_by_label("What is it for?").fill("The warehouse")
    await sheet.get_by_role("button", name="Add", exact=True).click()
    first = await secret_shown(page, "The webhook's secret")

    line = page.locator(".pl-item").filter(has_text="The warehouse")
    await line.get_by_role("button", name="Test").click()
    log = page.get_by_role("region", name="Deliveries").locator(".pl-item")
    await expect(log).to_have_count(1)
    await expect(log.first).to_contain_text("HTTP 200 · 1 try")  # without a reload
    assert is_signed_with(first, warehouse)

    await line.get_by_role("button", name="Secret …").click()
    await page.get_by_role("button", name="New secret", exact=True).click()
    second = await secret_shown(page, "The webhook's new secret")
    assert first != second

    await log.first.get_by_role("button", name="Again").click()
    await expect(log).to_have_count(2)
    await expect(log.first).to_contain_text("once more · HTTP 200 · 1 try")
    assert is_signed_with(second, warehouse)
    assert is_signed_with(first, warehouse), "the old one signs too, for a day"
    assert warehouse.got[0][1] == warehouse.got[1][1], "the same event"

    await line.get_by_role("button", name="Pause").click()
    await expect(line.get_by_text("paused")).to_be_visible()
    await line.get_by_role("button", name="Remove …").click()
    await page.get_by_role("button", name="Remove", exact=True).click()
    await expect(page.get_by_text("No webhook yet")).to_be_visible()


async def secret_shown(page: Page, heading: str) -> str:
    shown = page.get_by_role("dialog", name=heading)
    secret = await shown.locator("pre").inner_text()
    await shown.get_by_role("button", name="Done").click()
    await expect(shown).to_be_hidden()
    return secret


def is_signed_with(secret: str, receiver: Receiver) -> bool:
    """Verify the signature as a receiver does; raises an exception if it is wrong."""
    headers, body = receiver.got[-1]
    Webhook(secret).verify(body, headers)
    return True
