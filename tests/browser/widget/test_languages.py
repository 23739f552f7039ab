"""Seven languages: complete, loaded on demand, and replaceable by a host's own texts."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from pulse.contexts.described import nodes
from tests.browser.widget.conftest import Visit
from tests.fixtures.embed import Embed
from tests.fixtures.widget_pages import BUNDLE

SOURCES = BUNDLE / "src" / "locales"
CODES = ["ar", "bn", "de", "es", "fr", "pt", "pt-PT"]
NEVER = re.compile(
    r"churn|risk|risiko|riesgo|risque|risco|ঝুঁকি|خطر|kündig|abwander|lost|leaving", re.IGNORECASE
)


def _words(code: str, folder: Path = SOURCES) -> dict[str, str]:
    words: dict[str, str] = json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))
    return words


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_every_text_and_placeholder(code: str) -> None:
    english, words = _words("en"), _words(code)
    assert set(words) == set(english)
    for key, text in words.items():
        assert text.strip()
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[key])), key
        assert not NEVER.search(text), text
        if code == "fr":
            assert not re.search("'| [:;?!%»]|« ", text), "narrow spaces and ’"
    assert _words(code, BUNDLE / "dist" / "locales") == words


def test_every_text_is_used_and_every_used_text_exists() -> None:
    files = [*(BUNDLE / "src").rglob("*.*s"), *Path(nodes.__file__).parent.glob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for key in _words("en"):
        # Names by the server (a band) are in the API's types; its reasons are band + Because.
        reason = re.sub("^(strong|steady|fragile)(?=B)", "{band}", key)
        assert re.search(rf"""['"](?:{key}|{reason})['"]""", source), key
    for key in re.findall(r"""\b(?:t|button|icon|texts)\(['"](\w+)['"]""", source):
        assert key in _words("en")
    # The script contains exactly its own texts.
    script = "\n".join(path.read_text(encoding="utf-8") for path in (BUNDLE / "src").rglob("*.js"))
    for key in nodes.SAID_BY_THE_SCRIPT:
        assert re.search(rf"'{key}'", script), key


async def test_texts_arrive_with_the_state(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(options=", locale: 'pt-BR'"), locale="de-DE")
    await visitor.call("open")
    await expect(visitor.panel.get_by_text("O que torna seu vínculo forte")).to_be_visible()
    await expect(visitor.page.locator("pulse-widget > div").first).to_have_attribute(
        "lang", "pt-BR"
    )
    assert not [one for one in embed.pulse.requests if "locales" in one or "view" in one]


def _page_in(embed: Embed, lang: str) -> str:
    """Return a host page with this language; empty: none."""
    address = embed.page()
    path = address.removeprefix(embed.site.origin)
    text, kind, headers = embed.site.pages[path]
    embed.site.pages[path] = (text.replace('lang="en"', f'lang="{lang}"'), kind, headers)
    return address


async def test_the_stored_locale_precedes_the_page_s_and_the_browser_s(
    visit: Visit, embed: Embed
) -> None:
    silent, french = _page_in(embed, ""), _page_in(embed, "fr-CA")
    for address, code, title in (
        (silent, "de-AT", "Ihre Verbundenheit mit uns"),
        (french, "de-AT", "Votre relation avec nous"),
        (_page_in(embed, "ja"), "es-MX", "Su vínculo con nosotros"),
        (silent, "ja-JP", "Your bond with us"),
    ):
        visitor = await visit(address, locale=code)
        await expect(visitor.page.get_by_role("button", name=title)).to_be_visible()
    traits = {"customer_id": "maren", "traits": {"locale": "pt-BR"}}
    (await embed.api.post("/api/identify", json=traits)).raise_for_status()
    visitor = await visit(french, locale="de-AT")
    await expect(visitor.page.get_by_role("button", name="Seu vínculo conosco")).to_be_visible()
    chosen = await visit(embed.page(options=", locale: 'es'"))
    await expect(chosen.page.get_by_role("button", name="Su vínculo con nosotros")).to_be_visible()


async def test_errors_are_shown_in_the_visitor_s_language(visit: Visit, embed: Embed) -> None:
    embed.site.token_answer = "502"
    visitor = await visit(locale="en-GB", allow=re.compile("502"))
    await visitor.call("setLocale", "fr-CA")
    await visitor.page.get_by_role("button", name="Votre relation avec nous").click()
    await expect(visitor.panel.get_by_text("Nous réessayons.")).to_be_visible()
    assert "GET /widget/v1/view/fr-CA.json" in embed.pulse.requests
    embed.site.token_answer = "ok"
    await expect(visitor.button("Je n’arrive pas à avancer")).to_be_visible()


async def test_the_language_changes_while_open(visit: Visit) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.panel.get_by_label("In your own words").fill("half a sentence")
    assert await visitor.call("setLocale", "bn") == {"ok": True}
    await expect(visitor.panel.get_by_role("heading", name="যা আপনার সম্পর্ককে দৃঢ় করে")).to_be_visible()
    await expect(visitor.page.locator("pulse-widget .launcher")).to_contain_text("৭৮")
    await expect(visitor.panel.get_by_role("textbox")).to_have_value("half a sentence")
    await visitor.call("setLocale", "en")
    await expect(visitor.panel.get_by_text("Strong because")).to_be_visible()


async def test_the_server_receives_the_language(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(options=", locale: 'de-AT'"))
    await visitor.call("open")
    await expect(visitor.panel.get_by_text("Was Ihre Verbundenheit stark macht")).to_be_visible()
    assert embed.pulse.languages[-1] == "de-AT"
    assert await visitor.call("setLocale", "ar") == {"ok": True}
    await visitor.page.get_by_role("button", name="حصادك معنا").click()
    await expect(visitor.panel.locator(".card h3")).to_have_text(re.compile("[\u0621-\u064a]"))
    assert embed.pulse.languages[-1] == "ar"


async def test_a_host_s_own_texts_take_precedence_in_every_language(
    visit: Visit, embed: Embed
) -> None:
    options = ", locale: 'de', strings: {title: 'Lantern-Treue', stuck: 'Hilfe!'}"
    visitor = await visit(embed.page(options=options))
    await expect(visitor.page.get_by_role("button", name="Lantern-Treue")).to_be_visible()
    await visitor.call("open")
    await expect(visitor.button("Hilfe!")).to_be_visible()
    await expect(visitor.button("Viel zu tun")).to_be_visible()


async def test_missing_texts_fall_back_to_english_until_loaded(visit: Visit, embed: Embed) -> None:
    embed.site.token_answer = "502"
    address = embed.page(options=", locale: 'fr'")
    visitor = await visit(address, allow=re.compile("ERR_FAILED|502"))
    await visitor.page.route("**/widget/v1/view/*", lambda route: route.abort())
    await visitor.page.reload()
    await visitor.launcher.click()
    await expect(visitor.button("Close")).to_be_visible()
    embed.site.token_answer = "ok"
    await expect(visitor.button("Fermer")).to_be_visible()
    await expect(visitor.panel.get_by_role("textbox")).to_be_visible()
