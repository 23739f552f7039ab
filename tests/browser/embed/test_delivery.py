"""The documented ways to load the widget, verbatim, on allowed and foreign origins."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.embed.conftest import PAGE, Enter
from tests.fixtures.embed import Embed
from ui.pages.install.install_snippets import LOADER, TAG

REFUSED = re.compile("ORIGIN_NOT_ALLOWED|blocked by CORS policy|net::ERR_FAILED")


@pytest.mark.parametrize("form", [LOADER, TAG], ids=["snippet", "tag"])
async def test_the_documented_form_shows_the_score_on_an_allowed_site(
    embed: Embed, enter: Enter, form: str
) -> None:
    visitor = await enter(embed.site.add(PAGE.format(embed.here(form))))
    await expect(visitor.launcher).to_contain_text("78")


async def test_texts_of_another_language_load_on_an_allowed_site(
    embed: Embed, enter: Enter
) -> None:
    form = embed.here(TAG).replace('data-locale="auto"', 'data-locale="de-AT"')
    visitor = await enter(embed.site.add(PAGE.format(form)))
    await expect(visitor.page.get_by_role("button", name="Ihre Verbundenheit")).to_be_visible()


async def test_a_script_tag_with_the_published_hash_is_loaded(embed: Embed, enter: Enter) -> None:
    address = embed.site.add(PAGE.format("<p id=place></p>"))
    visitor = await enter(address)
    loaded = await visitor.page.evaluate(
        """async (url) => {
          const { data } = await (await fetch(url + '/widget/v1/integrity')).json();
          const script = document.createElement('script');
          Object.assign(script, { crossOrigin: 'anonymous', integrity: data.integrity });
          script.src = url + '/widget/v1/pulse.js';
          document.head.append(script);
          return new Promise((done) => {
            script.onload = () => done(PulseWidget.loaded);
            script.onerror = () => done(false);
          });
        }""",
        embed.pulse.url,
    )
    assert loaded is True


async def test_on_a_foreign_origin_the_script_reports_why_nothing_shows(
    embed: Embed, enter: Enter
) -> None:
    path = embed.site.add(PAGE.format(embed.here(LOADER))).removeprefix(embed.site.origin)
    visitor = await enter(embed.site.foreign_origin + path, allow=REFUSED)
    await visitor.until_heard("auth-error")
    assert await visitor.heard("auth-error") == [{"reason": "origin"}]
    await expect(visitor.launcher).not_to_contain_text("78")


async def test_trusted_types_without_our_policy_uses_a_module_import(
    embed: Embed, enter: Enter
) -> None:
    policy = "require-trusted-types-for 'script'; trusted-types other"
    address = embed.site.add(PAGE.format(embed.here(LOADER)), content_security_policy=policy)
    visitor = await enter(address, allow=re.compile("TrustedTypePolicy|trusted-types"))
    await expect(visitor.launcher).to_contain_text("78")


async def test_where_the_script_is_blocked_every_call_is_answered(
    embed: Embed, enter: Enter
) -> None:
    snippet = embed.here(LOADER).replace("pulse.js", "absent.js")
    visitor = await enter(embed.site.add(PAGE.format(snippet)), allow=re.compile("404|ERR_|MIME"))
    failed = {"ok": False, "error": "load_failed"}
    for method in ("open", "logout", "shareContext", "debug"):
        assert await visitor.call(method) == failed


async def test_an_element_named_like_the_global_does_not_stop_the_snippet(
    embed: Embed, enter: Enter
) -> None:
    page = PAGE.format("<p id=PulseWidget>Host</p>" + embed.here(LOADER))
    visitor = await enter(embed.site.add(page))
    await expect(visitor.launcher).to_contain_text("78")
