"""Known kinds of host pages that broke embedded widgets, as reported."""

from playwright.async_api import async_playwright, expect

from tests.browser.conftest import DEADLINE
from tests.browser.embed.conftest import PAGE, Enter, plain
from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.embed import Embed

HEAD = "<!doctype html><html lang=en><head><meta charset=utf-8><title>h</title>{}</head><body>{}"
SWITCH = """<script>window.signIn = (c) => PulseWidget.init({
  getToken: () => fetch('/pulse-token?c=' + c).then((a) => a.text()),
  apiUrl: 'https://HOST', locale: 'en'});</script>"""


async def test_a_plain_tag_in_the_head_waits_for_the_body(embed: Embed, enter: Enter) -> None:
    icon = '<link rel=icon href="data:,">'
    visitor = await enter(embed.site.add(HEAD.format(icon + plain(embed), "<h1>Host</h1>")))
    await visitor.see_score(78)
    assert await visitor.answer() == {"ok": True}


async def test_init_with_another_get_token_is_another_customer(embed: Embed, enter: Enter) -> None:
    script = embed.here("<script src='https://HOST/widget/v1/pulse.js'></script>" + SWITCH)
    visitor = await enter(embed.site.add(PAGE.format(script)))
    await visitor.page.evaluate("signIn('maren')")
    await visitor.open()
    await visitor.panel.get_by_role("textbox").fill("half a sentence")
    seen = await visitor.page.evaluate(
        "signIn('idris'), document.querySelector('pulse-widget').shadowRoot.textContent"
    )
    assert "78" not in seen
    await visitor.see_score(38)
    assert await visitor.panel.get_by_role("textbox").input_value() == ""
    assert await visitor.call("shareContext", "own_words", "of idris") == {"ok": True}
    assert await embed.shared("idris") == [("own_words", "of idris")]
    assert await embed.shared("maren") == []


async def test_after_logout_the_same_init_starts_the_next_customer(
    embed: Embed, enter: Enter
) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.see_score(78)
    await visitor.call("logout")
    await expect(visitor.launcher).to_have_count(0)
    embed.site.customer = "idris"
    assert await visitor.page.evaluate("PulseWidget.init(options)") == {"ok": True}
    await visitor.see_score(38)


async def test_the_page_s_shortcuts_ignore_typing_in_the_widget(embed: Embed, enter: Enter) -> None:
    spies = """<script>window.HOT = [];
      for (const at of [document, document.documentElement])
        for (const capture of [true, false])
          for (const name of ['keydown', 'keyup', 'keypress', 'input', 'paste', 'focusin'])
            at.addEventListener(name, (e) => { HOT.push(name + e.key);
              if (e.key == ' ' || e.key == '/') e.preventDefault(); }, capture);</script>"""
    visitor = await enter(embed.site.add(PAGE.format(spies + plain(embed))))
    await visitor.open()
    field = visitor.panel.get_by_role("textbox")
    await field.click()
    await visitor.page.keyboard.type("g i / ? words")
    await expect(field).to_have_value("g i / ? words")
    await expect(visitor.panel.get_by_text("267 left")).to_be_visible()
    assert await visitor.page.evaluate("HOT") == []
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.panel).to_have_count(0)
    assert await visitor.page.evaluate("HOT") == []


async def test_escape_closes_the_panel_and_not_what_the_page_has_open(
    embed: Embed, enter: Enter
) -> None:
    drawer = """<dialog id=d open>drawer</dialog><div id=p popover>menu</div><script>
      document.addEventListener('keydown', (e) => { if (e.key === 'Escape') d.close(); });
      </script>"""
    visitor = await enter(embed.site.add(PAGE.format(drawer + plain(embed))))
    await visitor.open()
    await visitor.page.evaluate("p.showPopover()")
    await visitor.panel.get_by_role("textbox").focus()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.panel).to_have_count(0)
    assert await visitor.page.evaluate("d.open && p.matches(':popover-open')")


async def test_a_locale_in_any_spelling_never_throws(embed: Embed, enter: Enter) -> None:
    for locale, title in {
        "en_US": "Your bond",
        "de_DE": "Ihre Verbundenheit",
        "pt_BR": "",
        "zh-Hant": "Your bond",
        "x": "Your bond",
        "not a locale!": "Your bond",
    }.items():
        address = embed.site.add(PAGE.format(plain(embed, f"locale: '{locale}'")))
        visitor = await enter(address)
        launcher = visitor.page.locator("pulse-widget .launcher")
        await expect(launcher).to_contain_text("78")
        assert title in (await launcher.get_attribute("aria-label") or "")
        await launcher.click()
        await expect(visitor.panel.get_by_role("meter")).to_be_visible()
        await visitor.context.close()


async def test_an_element_removed_by_the_page_stays_removed(embed: Embed, enter: Enter) -> None:
    observer = """<script>window.N = 0; new MutationObserver((m) => {
      for (const x of m) for (const n of x.addedNodes)
        if (n.localName === 'pulse-widget' && N++ < 200000) n.remove();
      }).observe(document.documentElement, {childList: true})</script>"""
    visitor = await enter(embed.site.add(PAGE.format(observer + plain(embed))))
    await visitor.page.wait_for_function("heard.some(([n, d]) => d.code == 'REMOVED_BY_PAGE')")
    assert await visitor.page.evaluate("N") < 10
    # as soon as its state has arrived; before, it shows "loading"
    await visitor.page.wait_for_function(
        "async () => (await PulseWidget.debug()).why == 'no_place'"
    )


async def test_attributes_of_the_script_tag_work_as_documented(embed: Embed, enter: Enter) -> None:
    tag = embed.here("<script async src='https://HOST/widget/v1/pulse.js' data-debug='false' ")
    tag += "data-token-url='/pulse-token' data-locale=en></script>"
    told: list[str] = []
    visitor = await enter("about:blank")
    visitor.page.on("console", lambda line: told.append(line.text))
    await visitor.page.goto(embed.site.add(PAGE.format(tag)))
    await visitor.see_score(78)
    assert told == []


async def test_an_element_named_like_the_global_and_a_second_load_do_no_harm(
    embed: Embed, enter: Enter
) -> None:
    body = "<p id=PulseWidget>Host</p>" + plain(embed)
    visitor = await enter(embed.site.add(PAGE.format(body)))
    await visitor.see_score(78)
    again = """async (src) => {
      delete window.PulseWidget;
      const script = document.createElement('script');
      script.src = src;
      document.head.append(script);
      await new Promise((done) => (script.onload = done));
      return PulseWidget.loaded && PulseWidget.open();
    }"""
    source = embed.pulse.url + "/widget/v1/pulse.js"
    assert await visitor.page.evaluate(again, source) == {"ok": True}
    await expect(visitor.page.locator("pulse-widget")).to_have_count(1)
    await expect(visitor.gauge).to_be_visible()


async def test_imported_as_a_module_it_knows_its_url(embed: Embed, enter: Enter) -> None:
    body = embed.here("""<script type=module>import 'https://HOST/widget/v1/pulse.js';
      PulseWidget.init({getToken: () => fetch('/pulse-token').then((a) => a.text())});</script>""")
    visitor = await enter(embed.site.add(PAGE.format(body)))
    await expect(visitor.launcher).to_contain_text("78")


async def test_listeners_survive_another_init_and_get_ready_late(
    embed: Embed, enter: Enter
) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.see_score(78)
    await visitor.page.evaluate(
        "window.late = []; PulseWidget.on('ready', ({ ...detail }) => late.push(detail));"
    )
    await visitor.page.wait_for_function("late.length == 1")
    answer = await visitor.page.evaluate("PulseWidget.init({...options, position: 'top-left'})")
    assert answer == {"ok": True}
    await visitor.page.wait_for_function("late.length == 2")
    assert not await visitor.heard("destroyed")


async def test_ok_is_returned_only_for_completed_actions(embed: Embed, enter: Enter) -> None:
    script = embed.here("<script src='https://HOST/widget/v1/pulse.js'></script>")
    visitor = await enter(embed.site.add(PAGE.format(script)))
    nothing = {"ok": False, "error": "not_started"}
    for method in ("open", "toggle", "show", "hide", "setTheme", "setLocale", "shareContext"):
        assert await visitor.call(method, "x") == nothing, method
    assert (await visitor.call("debug"))["why"] == "not_started"
    assert await visitor.call("init", {"consent": False}) == {"ok": False, "error": "no_consent"}
    assert (await visitor.call("debug"))["why"] == "no_consent"


async def test_the_host_s_error_tracker_is_called(embed: Embed, enter: Enter) -> None:
    embed.site.token_answer = "html"
    body = "<script>window.errors = []</script>" + plain(embed, "onError: (e) => errors.push(e)")
    visitor = await enter(embed.site.add(PAGE.format(body)))
    await visitor.page.wait_for_function("errors.length")
    assert (await visitor.page.evaluate("errors"))[0] == {"code": "TOKEN_MALFORMED"}


async def test_it_is_not_printed(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.see_score(78)
    await visitor.page.emulate_media(media="print")
    await expect(visitor.launcher).to_be_hidden()


async def test_on_touch_screens_targets_and_text_are_large(embed: Embed, enter: Enter) -> None:
    address = embed.site.add(PAGE.format(plain(embed)))
    phone = {"width": 390, "height": 780}
    visitor = await enter(address, viewport=phone, has_touch=True, is_mobile=True)
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    sizes = await visitor.sizes_of_buttons()
    assert sizes
    assert min(sizes.values()) >= 44, sizes
    await expect(visitor.panel.get_by_role("textbox")).to_have_css("font-size", "16px")


async def test_it_works_after_returning_from_the_page_cache(embed: Embed) -> None:
    address = embed.site.add(PAGE.format(plain(embed)))
    other = embed.site.add("<!doctype html><title>Other</title><link rel=icon href='data:,'>")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        page = await browser.new_page()
        page.set_default_timeout(DEADLINE)
        await page.goto(address)
        launcher = page.locator("pulse-widget .launcher")
        await expect(launcher).to_contain_text("78")
        await page.evaluate("void addEventListener('pageshow', (e) => (window.kept = e.persisted))")
        await page.goto(other)
        await page.evaluate("void setTimeout(() => history.back())")
        await page.wait_for_function("document.title == 'Host'")
        await page.wait_for_function("window.kept")
        await embed.rescore("maren", 66)
        await expect(launcher).to_contain_text("66")
        await browser.close()
