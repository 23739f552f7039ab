"""How a host starts the widget: by tag, snippet or call, before or after loading."""

import re
from datetime import timedelta

from playwright.async_api import ConsoleMessage, expect

from tests.browser.widget.conftest import Visit, kinds
from tests.fixtures.embed import Embed
from tests.fixtures.widget_pages import SNIPPET
from ui.pages.install.install_snippets import LOADER

CALLS = """window.kept = PulseWidget;
PulseWidget.on('ready', () => window.wasReady = true);
PulseWidget.init({ getToken, apiUrl: 'https://HOST' }).then((answer) => window.answer = answer);
PulseWidget.open();
</script>"""


def loaded_later(embed: Embed) -> str:
    """The documented snippet followed by further calls."""
    body = LOADER.partition("PulseWidget.init(")[0] + CALLS
    return body.replace("https://HOST", embed.pulse.url).replace("{{nonce}}", "n0nce")


async def test_a_plain_script_tag_and_a_fixed_token_are_enough(visit: Visit, embed: Embed) -> None:
    body = (
        f"<script src='{embed.pulse.url}/widget/v1/pulse.js'></script><script>PulseWidget.init("
        f"{{token: '{embed.site.key.sign('maren')}', apiUrl: '{embed.pulse.url}', "
        "position: 'bottom-right'});</script>"
    )
    visitor = await visit(embed.page(body))
    await expect(visitor.launcher).to_contain_text("78")
    await embed.pulse.until_tunnels(1)
    assert await visitor.page.locator("pulse-widget").count() == 1


async def test_the_script_tag_works_without_code(visit: Visit, embed: Embed) -> None:
    body = (
        f"<script async src='{embed.pulse.url}/widget/v1/pulse.js' data-position='top-left' "
        "data-token-url='/pulse-token?c=maren' data-locale='de'></script>"
    )
    visitor = await visit(embed.page(body), locale="fr-FR")
    launcher = visitor.page.get_by_role("button", name="Ihre Verbundenheit")
    await expect(launcher).to_contain_text("78")
    box = await launcher.bounding_box()
    assert box
    assert (box["x"], box["y"]) == (20, 20)


async def test_calls_made_before_the_script_is_there_are_answered(
    visit: Visit, embed: Embed
) -> None:
    visitor = await visit(embed.page(loaded_later(embed)))
    await expect(visitor.panel).to_be_visible()
    assert await visitor.answer() == {"ok": True}
    await visitor.page.wait_for_function("window.wasReady")
    assert await visitor.page.evaluate("kept === PulseWidget && PulseWidget.isOpen")
    await visitor.page.evaluate("PulseWidget.once('ready', () => window.late = true)")
    await visitor.page.wait_for_function("window.late")


async def test_calls_are_answered_if_the_script_does_not_load(visit: Visit, embed: Embed) -> None:
    body = loaded_later(embed).replace("pulse.js", "absent.js")
    visitor = await visit(embed.page(body), allow=re.compile("404|MIME|CORS|ERR_FAILED"))
    assert await visitor.answer() == {"ok": False, "error": "load_failed"}


async def test_loaded_and_started_twice_it_stays_one(visit: Visit, embed: Embed) -> None:
    twice = SNIPPET.format(api=embed.pulse.url, options="") * 2
    warnings: list[ConsoleMessage] = []
    visitor = await visit(embed.page(""))
    visitor.page.on("console", lambda line: warnings.append(line))
    async with visitor.page.expect_console_message():
        await visitor.page.goto(embed.page(twice))
    await visitor.see_score(78)
    await expect(visitor.page.locator("pulse-widget")).to_have_count(1)
    assert [line.type for line in warnings] == ["warning"]
    other = {"apiUrl": embed.pulse.url, "token": embed.site.key.sign("idris")}
    assert await visitor.call("init", other) == {"ok": True}
    await visitor.see_score(38)
    await expect(visitor.page.locator("pulse-widget")).to_have_count(1)


async def test_no_request_is_sent_before_init_or_without_consent(
    visit: Visit, embed: Embed
) -> None:
    body = f"<script src='{embed.pulse.url}/widget/v1/pulse.js'></script>"
    visitor = await visit(embed.page(body))
    assert await visitor.call(
        "init", {"consent": False, "token": embed.site.key.sign("maren"), "apiUrl": embed.pulse.url}
    ) == {"ok": False, "error": "no_consent"}
    assert embed.pulse.requests == ["GET /widget/v1/pulse.js"]
    assert not embed.pulse.tunnels
    await expect(visitor.page.locator("pulse-widget")).to_have_count(0)
    assert await visitor.call(
        "init", {"consent": True, "token": embed.site.key.sign("maren"), "apiUrl": embed.pulse.url}
    ) == {"ok": True}
    await visitor.see_score(78)


async def test_without_consent_the_script_tag_and_identify_start_nothing_either(
    visit: Visit, embed: Embed
) -> None:
    body = (
        f"<script src='{embed.pulse.url}/widget/v1/pulse.js' data-consent='false' "
        "data-token-url='/pulse-token?c=maren'></script>"
    )
    visitor = await visit(embed.page(body))
    refused = {"ok": False, "error": "not_started"}
    assert await visitor.call("identify", embed.site.key.sign("maren")) == refused
    for method in ("setLocale", "setTheme", "setNonce"):
        assert await visitor.call(method, "x") == refused
    assert await visitor.call("shareContext", "busy") == {"ok": False, "error": "no_consent"}
    await expect(visitor.page.locator("pulse-widget")).to_have_count(0)
    assert embed.pulse.requests == ["GET /widget/v1/pulse.js"]
    assert not embed.pulse.tunnels


async def test_debug_mode_logs_to_the_console(visit: Visit, embed: Embed) -> None:
    told: list[str] = []
    visitor = await visit(embed.page(""))
    visitor.page.on("console", lambda line: told.append(line.text))
    async with visitor.page.expect_console_message(lambda line: "pulse:ready" in line.text):
        await visitor.page.goto(embed.page() + "?pulseDebug=true")
    await visitor.see_score(78)
    assert [text.split()[0] for text in told] == ["pulse:score", "pulse:ready"]


async def test_only_necessary_requests_are_sent(visit: Visit, embed: Embed) -> None:
    visitor = await visit()
    await visitor.see_score(78)
    await visitor.open()
    await expect(visitor.button("I’m busy")).to_be_visible()
    assert sorted(embed.pulse.requests) == ["GET /widget/v1/pulse.js", "GET /ws"]
    assert embed.site.tokens_given == 1


async def test_it_leaves_no_global_no_cookie_and_no_storage(visit: Visit, embed: Embed) -> None:
    visitor = await visit(embed.page(""))
    before = set(await visitor.page.evaluate("Object.getOwnPropertyNames(window)"))
    await visitor.page.goto(embed.page())
    await visitor.see_score(78)
    await visitor.open()
    after = set(await visitor.page.evaluate("Object.getOwnPropertyNames(window)"))
    assert after - before == {"PulseWidget"}
    assert await visitor.page.evaluate("[document.cookie, localStorage.length]") == ["", 0]
    assert await visitor.page.evaluate("sessionStorage.length") == 0
    assert not await visitor.context.cookies()


async def test_unavailable_storage_does_no_harm(visit: Visit, embed: Embed) -> None:
    blocked = (
        "<script nonce='n0nce'>Object.defineProperty(window, 'sessionStorage',"
        "{get() { throw new DOMException('denied', 'SecurityError'); }});</script>"
    )
    visitor = await visit(embed.page(head=blocked))
    await visitor.open()
    await visitor.button("I’m busy").click()
    await visitor.until_heard("context-shared")
    assert await kinds(embed) == ["busy"]


async def test_consecutive_calls_are_executed_in_order(visit: Visit, embed: Embed) -> None:
    """As in a framework that runs each effect twice to find errors."""
    body = f"<script src='{embed.pulse.url}/widget/v1/pulse.js'></script>"
    visitor = await visit(embed.page(body))
    answers = await visitor.page.evaluate(
        """([token, apiUrl]) => {
          const options = { token, apiUrl };
          const calls = ['init', 'destroy', 'init'].map((name) => PulseWidget[name](options));
          PulseWidget.on('ready', () => window.wasReady = true);
          return Promise.all(calls);
        }""",
        [embed.site.key.sign("maren"), embed.pulse.url],
    )
    assert answers == [{"ok": False, "error": "ended"}, {"ok": True}, {"ok": True}]
    await visitor.see_score(78)
    await visitor.page.wait_for_function("window.wasReady")
    await expect(visitor.page.locator("pulse-widget")).to_have_count(1)
    await embed.pulse.until_tunnels(1)


async def test_a_listener_before_init_receives_an_invalid_token_error(
    visit: Visit, embed: Embed
) -> None:
    body = f"<script src='{embed.pulse.url}/widget/v1/pulse.js'></script>"
    visitor = await visit(embed.page(body))
    await visitor.page.evaluate(
        """(apiUrl) => {
          PulseWidget.on('auth-error', ({ reason }) => window.reason = reason);
          PulseWidget.init({ token: 'no token', apiUrl });
        }""",
        embed.pulse.url,
    )
    await visitor.page.wait_for_function("window.reason")
    assert await visitor.page.evaluate("reason") == "token"


async def test_an_invalid_token_is_reported_and_not_thrown(visit: Visit, embed: Embed) -> None:
    body = f"<script src='{embed.pulse.url}/widget/v1/pulse.js'></script>"
    visitor = await visit(embed.page(body))
    answer = await visitor.call("init", {"token": "no token at all", "apiUrl": embed.pulse.url})
    assert answer == {"ok": False, "error": "token"}
    assert await visitor.heard("auth-error") == [{"reason": "token"}]
    expired = embed.site.key.sign("maren", life=timedelta(minutes=-5))
    answer = await visitor.call("identify", expired)
    assert answer == {"ok": False, "error": "token"}
    assert await visitor.call("identify", embed.site.key.sign("maren")) == {"ok": True}
    await visitor.see_score(78)
