"""Pages of figures in German over the demo's business: what is still English on them is named.

Looked for are whole texts of the catalogue that have a German form, and English words that German
lacks. Walked are pages without texts of people: other tests write such texts into this demo.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from pulse.i18n.catalogue import translations
from tests.browser.dashboard.conftest import SignIn

ENGLISH = re.compile(
    r"\b(the|of|and|with|for|not|is|are|have|has|this|that|from|by|when|who|what|your|their|yet|"
    r"they|says?|days?|points?|orders?|customers?|cards?|ago|last|since|every|no|or)\b"
)  # in small letters, as names have capitals
SHOWN = """(data) => {
    const found = [];
    const page = document.querySelector('.pl-view:not(.pl-hidden)') ?? document.body;
    const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const box = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent.trim();
        if (text && !box.closest(data) && !box.closest('.q-icon, i, style, script'))
            found.push(text);
    }
    for (const one of page.querySelectorAll('[aria-label], [placeholder], [title]'))
        for (const name of ['aria-label', 'placeholder', 'title']) {
            const text = (one.getAttribute(name) ?? '').trim();
            if (text && !one.closest(data)) found.push(text);
        }
    return [...new Set(found)];
}"""
DATA = ", ".join(("code", "pre", ".pl-opener", ".pl-said", ".pl-preview", "[dir=auto]"))
"""Elements that hold what people, files, programs and the widget say."""
QUOTED = re.compile("“[^”]*”")  # what customers say; German quotes are others
PATHS = ("/overview", "/learning")


def leftovers(texts: list[str]) -> Iterator[str]:
    """The texts that are English although the reader is not."""
    german = translations("de")
    for text in texts:
        if german.gettext(text) not in (text, "") or ENGLISH.search(QUOTED.sub("", text)):
            yield text


async def shown(page: Page, path: str) -> list[str]:
    origin = "/".join(page.url.split("/")[:3])
    await page.goto(f"{origin}{path}")
    await expect(page.locator(".pl-view:not(.pl-hidden):not(.pl-loading) h1").first).to_be_visible()
    texts: list[str] = await page.evaluate(SHOWN, DATA)
    return texts


async def test_pages_of_figures_hold_no_english_for_a_german_reader(sign_in: SignIn) -> None:
    page = await sign_in("admin", "/overview", locale="de-DE")
    found = {path: rest for path in PATHS if (rest := list(leftovers(await shown(page, path))))}
    assert not found, "\n".join(f"{path}: {rest}" for path, rest in found.items())


@pytest.mark.parametrize("text", ["Customers", "3 days ago", "Kunden of the year"])
def test_english_is_recognised(text: str) -> None:
    assert list(leftovers([text])) == [text]


@pytest.mark.parametrize("text", ["Kunden", "vor 3 Tagen", "Pulse", "E-Mail", "CSV", "Name"])
def test_german_is_left_alone(text: str) -> None:
    assert not list(leftovers([text]))
