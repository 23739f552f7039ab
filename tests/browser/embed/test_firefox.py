"""The same host pages in the system's Firefox, driven by widget_bundle/firefox.mjs."""

from pathlib import Path

from tests.browser.embed.conftest import PAGE, Firefox, plain
from tests.browser.embed.host_cases import OPEN, ROOT, Step, shows
from tests.browser.embed.test_modals import BOOTSTRAP, RADIX, TRAP, serve
from tests.fixtures.embed import Embed
from ui.pages.install.install_snippets import LOADER, TAG


async def test_the_host_pages_behave_in_firefox(embed: Embed, firefox: Firefox) -> None:
    def page(body: str) -> str:
        return embed.site.add(PAGE.format(body))

    for form in (LOADER, TAG):
        assert (await firefox.visit(page(embed.here(form)), shows(78)))[0] is True
    german = embed.here(TAG).replace('data-locale="auto"', 'data-locale="de-AT"')
    label = f"{ROOT}?.querySelector('.launcher')?.ariaLabel?.startsWith('Ihre')"
    assert (await firefox.visit(page(german), ("wait", label)))[0] is True
    head = page("").removeprefix(embed.site.origin)
    text, kind, headers = embed.site.pages[head]
    embed.site.pages[head] = (text.replace("</head>", plain(embed) + "</head>"), kind, headers)
    assert (await firefox.visit(embed.site.origin + head, shows(78)))[0] is True
    for locale in ("en_US", "pt_BR", "zh-Hant", "not a locale!"):
        assert (await firefox.visit(page(plain(embed, f"locale: '{locale}'")), shows(78), *OPEN))[
            0
        ] is True
    for how in ("delete window.WebSocket", "WebSocket = function () { throw Error('no'); }"):
        assert (await firefox.visit(page(f"<script>{how}</script>" + plain(embed)), shows(78)))[
            0
        ] is True
    assert (await firefox.visit(page("<p id=PulseWidget>x</p>" + embed.here(LOADER)), shows(78)))[
        0
    ] is True


async def test_customers_are_separated_in_firefox(embed: Embed, firefox: Firefox) -> None:
    switch = embed.here("""<script src='https://HOST/widget/v1/pulse.js'></script><script>
      window.signIn = (c) => PulseWidget.init({apiUrl: 'https://HOST', locale: 'en',
        getToken: () => fetch('/pulse-token?c=' + c).then((a) => a.text())});</script>""")
    first = f"signIn('idris'), {ROOT}.textContent"
    url = embed.site.add(PAGE.format(switch))
    _, _, _, _, seen, _, told, *_ = await firefox.visit(
        url,
        ("value", "signIn('maren')"),
        shows(78),
        *OPEN,
        ("value", first),
        shows(38),
        ("value", "PulseWidget.shareContext('own_words', 'of idris')"),
        ("value", "PulseWidget.logout()"),
        ("value", "signIn('idris')"),
        shows(38),
    )
    assert "78" not in seen
    assert told == {"ok": True}
    assert await embed.shared("idris") == [("own_words", "of idris")]
    assert await embed.shared("maren") == []


async def test_keys_and_escape_stay_in_the_widget_in_firefox(
    embed: Embed, firefox: Firefox
) -> None:
    spies = """<dialog id=d open>drawer</dialog><script>window.HOT = [];
      for (const capture of [true, false]) for (const name of ['keydown', 'keypress', 'focusin'])
        document.addEventListener(name, (e) => { HOT.push(e.key);
          if (e.key == ' ' || e.key == '/') e.preventDefault();
          if (e.key == 'Escape') d.close(); }, capture);</script>"""
    typed = f"{ROOT}.querySelector('textarea').value"
    *_, words, heard, _, open_, _ = await firefox.visit(
        embed.site.add(PAGE.format(spies + plain(embed))),
        shows(78),
        *OPEN,
        ("click", ">>> textarea"),
        ("value", "HOT.length = 0"),
        ("type", "g i / words"),
        ("value", typed),
        ("value", "HOT"),
        ("press", "Escape"),
        ("value", "d.open"),
        ("wait", f"!{ROOT}.querySelector('#panel')"),
    )
    assert (words, heard, open_) == ("g i / words", [], True)


async def test_faults_of_the_network_are_survived_in_firefox(
    embed: Embed, firefox: Firefox
) -> None:
    url = embed.site.add(PAGE.format(plain(embed)))
    share: list[Step] = [
        ("value", "PulseWidget.shareContext('stuck')"),
        ("value", "PulseWidget.logout()"),
    ]
    for fault in ("hang", "buffer", "refuse"):
        embed.pulse.sockets = fault  # type: ignore[assignment]
        values = await firefox.visit(url, shows(78), *share)
        assert values[1] == {"ok": True}, fault
    embed.pulse.sockets = "pass"
    embed.site.token_answer = "html"
    seen = (("wait", "window.answer"), ("value", "answer"))
    _, answer = await firefox.visit(url, *seen, keep=True)
    assert answer == {"ok": False, "error": "token"}
    embed.site.token_answer = "ok"
    await firefox.visit("", shows(78))


async def test_removal_by_the_page_and_page_cache_in_firefox(
    embed: Embed, firefox: Firefox
) -> None:
    observer = """<script>window.N = 0; new MutationObserver((m) => {
      for (const x of m) for (const n of x.addedNodes)
        if (n.localName === 'pulse-widget' && N++ < 200000) n.remove();
      }).observe(document.documentElement, {childList: true})</script>"""
    gone = "PulseWidget.debug().then((a) => a.why)"
    _, removed, why = await firefox.visit(
        embed.site.add(PAGE.format(observer + plain(embed))),
        ("wait", "window.answer"),
        ("value", "N"),
        ("value", gone),
    )
    assert removed < 10
    assert why == "no_place"
    # Firefox does not cache a page that had an open socket, even a closed one: it reloads.
    other = embed.site.add("<!doctype html><title>Other</title>")
    steps: list[Step] = [shows(78), ("go", other), ("back",), ("wait", "document.title == 'Host'")]
    await firefox.visit(embed.site.add(PAGE.format(plain(embed))), *steps, shows(78))


async def test_a_failed_action_is_reported_in_place_in_firefox(
    embed: Embed, firefox: Firefox
) -> None:
    embed.pulse.rest, embed.pulse.only = "500", "preferences|wrapped|erasure|maren/data"
    failed = f"{ROOT}.querySelector('#panel .notice')?.innerText.includes('That did not work')"
    gone = f"!{ROOT}.querySelector('#panel .notice')"

    def press(selector: str, number: int = 0) -> Step:
        return ("value", f"{ROOT}.querySelectorAll('{selector}')[{number}].click()")

    back = press("header button")
    url = embed.site.add(PAGE.format(plain(embed)))
    steps = [press("footer button"), ("wait", failed), back, ("wait", gone)]
    there = ("wait", f"{ROOT}.querySelector('.body .wide')")
    for button in (0, 1):  # download, hide
        steps += [press("footer button", 1), there, press(".body .wide", button)]
        steps += [("wait", failed), back]
    footer = ("wait", f"{ROOT}.querySelector('footer')")
    told = await firefox.visit(url, shows(78), *OPEN, footer, *steps, ("wait", gone))
    assert told[-1] is True


async def test_blocked_pinned_and_debugged_scripts_in_firefox(
    embed: Embed, firefox: Firefox
) -> None:
    def page(body: str, **headers: str) -> str:
        return embed.site.add(PAGE.format(body), **headers)

    blocked = embed.here(LOADER).replace("pulse.js", "absent.js")
    answers = ("value", "PulseWidget.logout()")
    late = ("wait", "PulseWidget.init({}).then((it) => it.error == 'load_failed')")
    _, answer = await firefox.visit(page(blocked), late, answers)
    assert answer == {"ok": False, "error": "load_failed"}

    told = (await embed.api.get("/widget/v1/integrity")).json()["data"]
    pinned = f"""<script src="{embed.pulse.url}/widget/v{told["version"]}/pulse.js"
      integrity="{told["integrity"]}" crossorigin="anonymous" data-token-url="/pulse-token"
      data-debug="false"></script><script>window.told = [];
      console.warn = (...words) => told.push(words)</script>"""
    *_, said = await firefox.visit(page(pinned), shows(78), ("value", "told"))
    assert said == []

    policy = (
        f"script-src 'nonce-n0nce' {embed.pulse.url}; "
        "require-trusted-types-for 'script'; trusted-types other"
    )
    strict = page(embed.here(LOADER), Content_Security_Policy=policy)
    await firefox.visit(strict, shows(78), *OPEN)


async def test_typing_works_in_the_widget_beside_modals_in_firefox(
    embed: Embed, firefox: Firefox, tmp_path: Path
) -> None:
    serve(embed, tmp_path)
    typed = f"{ROOT}.querySelector('textarea').value"
    for modal in (BOOTSTRAP, TRAP, RADIX):
        values = await firefox.visit(
            embed.site.add(PAGE.format(modal + plain(embed))),
            shows(78),
            ("value", "openModal()"),
            ("wait", "isOpen()"),
            ("click", "#mi"),
            *OPEN,
            ("click", ">>> textarea"),
            ("type", "my words"),
            ("value", f"[{typed}, mi.value]"),
            ("press", "Escape"),
            ("wait", f"!{ROOT}.querySelector('#panel')"),
            ("value", "isOpen()"),
        )
        assert ["my words", ""] in values, modal
        assert values[-1] is True, modal
