"""The whole product in one test: a customer in the shop, a CSM in the queue, live."""

import re

import httpx
from playwright.async_api import Locator, Page, expect

from tests.fixtures.browser import OpenPage
from tests.fixtures.demo_server import PASSWORD, Demo

DESK = {"viewport": {"width": 1280, "height": 860}}
SOON = 60_000  # milliseconds; how soon is measured in bench/, tests share their machine


async def test_the_loop(demo: Demo, open_page: OpenPage) -> None:
    who, name = newcomer(demo)
    shop, today = await open_page(**DESK), await open_page(**DESK)
    await sign_in(today, demo)
    await nobody_is_left_alone(today, demo)
    dossier = await today.context.new_page()
    await dossier.goto(f"{demo.url}/customers/{who}")
    await expect(dossier.get_by_role("heading", name=name)).to_be_visible(timeout=SOON)
    await enter_the_shop(shop, demo, who)

    await says_stuck(shop)
    waiting = today.get_by_role("region", name="Priorities").get_by_role("row")
    await expect(waiting.filter(has_text=name).first).to_contain_text("stuck", timeout=SOON)

    before = await strength(shop)
    happens(demo, "orders", customer_id=who, sku="22423", amount=4000)
    await expect(launcher(shop)).not_to_have_text(before, timeout=SOON)
    after = await strength(shop)
    assert int(after) > int(before)
    await expect(told(dossier, "Order, £4,000")).to_be_visible(timeout=SOON)
    await expect(dossier.locator(".pl-score--big .pl-score__value")).to_have_text(
        after, timeout=SOON
    )

    happens(demo, "cancellations", customer_id=who)
    await expect(launcher(shop)).not_to_have_text(after, timeout=SOON)
    assert int(after) - int(await strength(shop)) > 10

    words = f"Dear {name}, I saw that an order did not work out. May I help?"
    await work_the_card(today, demo, name, words)
    for line in (
        "Cancellation, −£4,000",
        "Order, £4,000",
        "Said they are stuck",
        "Says they are stuck",
    ):
        await expect(told(dossier, line)).to_be_visible(timeout=SOON)
    await expect(dossier.get_by_text(words)).to_be_visible(timeout=SOON)
    await expect(told(dossier, "converted")).to_be_visible(timeout=SOON)


def newcomer(demo: Demo) -> tuple[str, str]:
    """Return id and name of a customer with a single order, whose score changes at every step."""
    people = httpx.get(f"{demo.url}/demo/shop/customers", timeout=20).json()["data"]
    new = next(person for person in people if person["note"] == "new")
    return new["customer_id"], new["name"]


def happens(demo: Demo, what: str, **about: object) -> None:
    """Send an event over the API as the shop's server does."""
    httpx.post(f"{demo.url}/demo/shop/{what}", json=about, timeout=20).raise_for_status()


async def sign_in(page: Page, demo: Demo) -> None:
    await page.goto(demo.url)
    await page.get_by_label("E-mail").fill("admin@lantern.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Today")).to_be_visible(timeout=2 * SOON)
    await expect(rows(page).first).to_be_visible(timeout=SOON)


async def nobody_is_left_alone(page: Page, demo: Demo) -> None:
    """Disable the random hold-out, by which one in twenty gets no card."""
    await page.goto(f"{demo.url}/settings")
    share = page.get_by_label("Share held out to measure what outreach does")
    await share.fill("0", timeout=SOON)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. New cards follow these rules.")).to_be_visible(
        timeout=SOON
    )
    await page.goto(demo.url)
    await expect(rows(page).first).to_be_visible(timeout=SOON)


async def enter_the_shop(page: Page, demo: Demo, who: str) -> None:
    await page.goto(f"{demo.url}/demo/shop")
    await page.locator("#customer").select_option(who)
    await expect(launcher(page)).to_have_text(re.compile(r"^\s*\d+\s*$"), timeout=SOON)
    await launcher(page).click()


async def says_stuck(page: Page) -> None:
    button = page.get_by_role("button", name="I’m stuck")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true", timeout=SOON)


async def work_the_card(queue: Page, demo: Demo, name: str, words: str) -> None:
    """Find the customer's card, edit it, deliver it and record its outcome."""
    await queue.goto(f"{demo.url}/queue")
    await rows(queue).filter(has_text=name).get_by_role("button").click(timeout=SOON)
    opener = queue.get_by_role("textbox", name="Opener")
    editor = queue.locator(".pl-card-editor").filter(has=queue.get_by_role("link", name=name))
    cause = editor.locator(".pl-badge").get_by_text("Says they are stuck")
    await expect(cause).to_be_visible(timeout=SOON)
    # a new customer has no band, and so no strength to fall from
    await expect(editor.get_by_text("Strength fell")).to_have_count(0)
    await opener.fill(words)
    await queue.get_by_role("button", name="Delivered").click()
    await expect(queue.get_by_text("Marked as delivered.")).to_be_visible(timeout=SOON)
    await queue.get_by_role("button", name=re.compile(r"^Needs outcome")).click()
    await expect(queue).to_have_url(re.compile("tab=outcomes"), timeout=SOON)
    await rows(queue).filter(has_text=name).get_by_role("button").click(timeout=SOON)
    await expect(editor.locator(".pl-said")).to_be_visible(timeout=SOON)  # the delivered card
    await queue.get_by_role("button", name="Converted").click(timeout=SOON)
    await queue.get_by_role("button", name="Save").click(timeout=SOON)
    await expect(queue.get_by_text("Outcome recorded: converted.")).to_be_visible(timeout=SOON)


def rows(page: Page) -> Locator:
    return page.get_by_role("row")


def told(page: Page, words: str) -> Locator:
    return page.get_by_text(words, exact=False).first


def launcher(page: Page) -> Locator:
    return page.locator("pulse-widget button.launcher")


async def strength(page: Page) -> str:
    return (await launcher(page).inner_text()).strip()
