"""Seven languages: complete, fetched only when wanted, and open to a host's own words."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

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
def test_a_language_has_every_word_and_every_place(code: str) -> None:
    english, words = _words("en"), _words(code)
    assert set(words) == set(english)
    for key, text in words.items():
        assert text.strip()
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[key])), key
        assert not NEVER.search(text), text
        if code == "fr":
            assert not re.search("'| [:;?!%»]|« ", text), "narrow spaces and ’"
    assert _words(code, BUNDLE / "dist" / "locales") == words


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    source = "\n".join(path.read_text() for path in (BUNDLE / "src").rglob("*.*s"))
    for key in _words("en"):
        # What the server names (a band) is in the wire's types; its reasons are band + Because.
        reason = re.sub("^(own|strong|steady|fragile)(?=B)", "", key)
        assert re.search(rf"'(?:{key}|{reason})'", source), key
    for key in re.findall(r"\b(?:t|button|icon)\('(\w+)'", source):
        assert key in _words("en")


async def test_only_the_wanted_language_is_fetched(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(options=", locale: 'pt-BR'"), locale="de-DE")
    await visitor.call("open")
    await expect(visitor.panel.get_by_text("O que torna seu vínculo forte")).to_be_visible()
    await expect(visitor.page.locator("pulse-widget > div").first).to_have_attribute(
        "lang", "pt-BR"
    )
    fetched = [one for one in embed.pulse.requests if "locales" in one]
    assert fetched == ["GET /widget/v1/locales/pt.json"]


def _page_in(embed: Embed, lang: str) -> str:
    """A host page that says this language; empty: none."""
    address = embed.page()
    path = address.removeprefix(embed.site.origin)
    text, kind, headers = embed.site.pages[path]
    embed.site.pages[path] = (text.replace('lang="en"', f'lang="{lang}"'), kind, headers)
    return address


async def test_the_stored_locale_counts_then_the_page_s_then_the_browser_s(
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


async def test_english_does_not_wait_for_its_words(visit: Visit, embed: Embed) -> None:
    gate = embed.pulse.hold("GET /widget/v1/locales/en.json")
    visitor = await visit(locale="en-GB")
    await visitor.see_score(78)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    gate.release.set()
    await expect(visitor.button("I’m busy")).to_be_visible()


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


async def test_the_server_is_told_the_language(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(options=", locale: 'de-AT'"))
    await visitor.call("open")
    await expect(visitor.panel.get_by_text("Was Ihre Verbundenheit stark macht")).to_be_visible()
    assert embed.pulse.languages[-1] == "de-AT"
    assert await visitor.call("setLocale", "ar") == {"ok": True}
    await visitor.page.get_by_role("button", name="حصادك معنا").click()
    await expect(visitor.panel.locator(".card h3")).to_have_text(re.compile("[\u0621-\u064a]"))
    assert embed.pulse.languages[-1] == "ar"


async def test_a_host_s_own_words_win_in_every_language(visit: Visit, embed: Embed) -> None:
    options = ", locale: 'de', strings: {title: 'Lantern-Treue', stuck: 'Hilfe!'}"
    visitor = await visit(embed.page(options=options))
    await expect(visitor.page.get_by_role("button", name="Lantern-Treue")).to_be_visible()
    await visitor.call("open")
    await expect(visitor.button("Hilfe!")).to_be_visible()
    await expect(visitor.button("Viel zu tun")).to_be_visible()


async def test_words_that_do_not_come_leave_english_and_come_later(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit(embed.page(options=", locale: 'fr'"), allow=re.compile("ERR_FAILED"))
    await visitor.page.route("**/locales/*", lambda route: route.abort())
    await visitor.page.reload()
    await visitor.see_score(78)
    await visitor.call("open")
    await expect(visitor.button("Close")).to_be_visible()
    await visitor.page.unroute("**/locales/*")
    embed.pulse.close_sockets(1012)
    await expect(visitor.button("Fermer")).to_be_visible()
    await expect(visitor.panel.get_by_role("textbox")).to_be_visible()
