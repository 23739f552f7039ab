"""Each person reads the dashboard in their own language, in one process."""

import re

import httpx
from playwright.async_api import expect

from tests.browser.dashboard.conftest import SignIn
from tests.fixtures.demo_server import Demo


async def test_a_german_and_an_english_colleague_read_their_own_language(sign_in: SignIn) -> None:
    german = await sign_in("csm", "/queue", locale="de-DE")
    english = await sign_in("admin", "/queue", locale="en-GB")
    for page, lang, queue, own, waiting in (
        (german, "de", "Warteschlange", "Kunden", "Wartend"),
        (english, "en", "Queue", "Customers", "Waiting"),
    ):
        navigation = page.locator("aside nav")
        await expect(navigation.get_by_text(queue, exact=True)).to_be_visible()
        await expect(navigation.get_by_text(own, exact=True)).to_be_visible()
        await expect(page.get_by_role("button", name=waiting).first).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{lang}"))
    await expect(german.get_by_role("heading", level=1)).to_have_text("Gesprächswarteschlange")
    await expect(english.get_by_role("heading", level=1)).to_have_text("Conversation queue")
    await expect(german.get_by_role("button", name="Als übermittelt markieren")).to_be_visible()
    # later changes of a bound state are in the reader's language too
    await german.get_by_role("button", name="Ohne Ergebnis").first.click()
    await expect(german.get_by_text("im Jahr").first).to_be_visible()


async def test_a_chosen_language_is_remembered(sign_in: SignIn) -> None:
    page = await sign_in("viewer", "/customers", locale="en-GB")
    await page.locator(".pl-me").click()
    await page.get_by_text("Deutsch", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Kunden")
    await expect(page.get_by_role("columnheader", name="Kunde", exact=True)).to_be_visible()
    await page.goto(page.url)
    await expect(heading).to_have_text("Kunden")
    await page.locator(".pl-me").click()
    await page.get_by_text("English", exact=True).click()
    await expect(heading).to_have_text("Customers")


async def test_the_sign_in_form_uses_the_browsers_language(demo: Demo) -> None:
    wrong = {"email": "csm@lantern.example", "password": "not the password"}
    headers = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}
    async with httpx.AsyncClient(base_url=demo.url, headers=headers, timeout=60) as visitor:
        page = (await visitor.get("/sign-in")).text
        refused = (await visitor.post("/sign-in", data=wrong)).text
    assert '<html lang="de">' in page
    assert "Passwort" in page
    assert ">Anmelden</button>" in page
    assert "E-Mail-Adresse oder Passwort ist falsch." in refused
