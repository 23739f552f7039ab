"""A German list on the Imports page: correct guesses, and wrong ones corrected by settings."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard.conftest import SignIn, found_business
from tests.fixtures.demo_server import Demo

LIST = (
    "Kundennr;Firma;Ansprechpartner;NPS;Jahresumsatz;Vertragsende;Letzter Kontakt;Telefon\n"
    "00017;Müller GmbH;Eva Groß;9;12.500,00 €;31.12.2026;5. März 2026;0171 555010\n"
    "00018;Schmidt KG;Jan Weiß;3;1.000,00 €;01.02.2027;12. Mai 2026;0171 555011\n"
    "00019;Hof & Söhne;Ute Klein;;950,50 €;15.07.2027;;0171 555012\n"
)


@pytest.fixture(scope="session")
def kranich(demo: Demo) -> str:
    """A new business, and its owner's e-mail."""
    return found_business(demo, "Kranich", "EUR")


def field(page: Page, label: str) -> object:
    return page.locator(".pl-field").filter(has=page.get_by_label(label, exact=True)).first


async def says(page: Page, label: str, words: str) -> None:
    await expect(field(page, label)).to_contain_text(words)  # type: ignore[arg-type]


async def choose(page: Page, label: str, option: str) -> None:
    await field(page, label).click()  # type: ignore[attr-defined]
    await page.get_by_role("option", name=option, exact=True).click()
    await says(page, label, option)


async def test_a_german_list_is_read_and_wrong_guesses_are_corrected(
    sign_in: SignIn, kranich: str, tmp_path: Path
) -> None:
    file = tmp_path / "kunden.csv"
    file.write_bytes(LIST.encode("cp1252"))
    page = await sign_in(kranich, "/imports")
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.get_by_text("3 rows")).to_be_visible()
    for column, what in {
        "Kundennr": "customer's id",
        "Ansprechpartner": "name",
        "NPS": "metric",
        "Jahresumsatz": "value",
        "Vertragsende": "renewal date",
        "Letzter Kontakt": "metric",
    }.items():
        await says(page, f"{column}: what it is", what)
    await expect(page.get_by_text("It is read as Western European").or_(
        page.get_by_text("read as Western European (Windows 1252)")
    ).first).to_be_visible()  # fmt: skip
    first = page.get_by_role("row", name=re.compile("^2 00017"))
    await expect(first).to_contain_text("12500")
    await expect(first).to_contain_text("Eva Groß")

    await choose(page, "Decimal mark", "point: 1,234.5")
    await expect(first).not_to_contain_text("12500")
    await choose(page, "Decimal mark", "comma: 1.234,5")
    await expect(first).to_contain_text("12500")
    await choose(page, "Kind of list", "what customers did")
    await says(page, "NPS: what it is", "attribute")  # redrawn
    await choose(page, "Kind of list", "customers")
    await says(page, "NPS: what it is", "metric")
    await choose(page, "Encoding", "Cyrillic (Windows 1251)")
    await expect(first).not_to_contain_text("Eva Groß")
    await choose(page, "Encoding", "Western European (Windows 1252)")
    await expect(first).to_contain_text("Eva Groß")
    await choose(page, "Firma: what it is", "leave out")

    await page.get_by_role("button", name="Import", exact=True).click()
    done = page.locator(".pl-item").filter(has_text=file.name).filter(has_text="done")
    await expect(done).to_contain_text("3 new", timeout=120_000)
    await page.get_by_role("link", name="Customers").click()
    await expect(page.get_by_text("Eva Groß").first).to_be_visible()
