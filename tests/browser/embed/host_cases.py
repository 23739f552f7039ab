"""Host pages with frameworks, loaders, policies and old libraries, for every browser.

A step has the format of firefox.mjs; `run` executes the same steps in Chromium.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from playwright.async_api import Page

from tests.browser.embed.conftest import PAGE, plain
from tests.fixtures.embed import Embed
from tests.fixtures.widget_pages import BUNDLE
from ui.pages.install.install_snippets import LOADER

MODULES = BUNDLE / "node_modules"
Step = tuple[str, ...]
ROOT = "document.querySelector('pulse-widget')?.shadowRoot"
LAUNCHER = f"{ROOT}?.querySelector('.launcher')?.textContent"
OPEN: list[Step] = [
    ("click", ">>> .launcher"),
    ("wait", f"{ROOT}?.querySelector('.gauge')"),
]
ONE = ("wait", "document.querySelectorAll('pulse-widget').length == 1")
STAYS = ("wait", f"{ROOT}?.querySelector('#panel .gauge')")


def shows(score: int) -> Step:
    return ("wait", f"({LAUNCHER} || '').includes('{score}')")


def share(words: str) -> list[Step]:
    """Share this text and wait until Pulse has confirmed it."""
    told = "window.told = PulseWidget.shareContext('own_words', '{}')"
    return [("value", told.format(words)), ("wait", "!sessionStorage['pulse:outbox']")]


@dataclass(frozen=True)
class Case:
    """A page, the steps on it, and the texts that Pulse has of maren afterwards."""

    name: str
    url: str
    steps: list[Step]
    words: str | None = None
    sockets: str = "pass"
    allow: re.Pattern[str] | None = None


LIBRARIES = {
    "/turbo.js": "@hotwired/turbo/dist/turbo.es2017-umd.js",
    "/htmx.js": "htmx.org/dist/htmx.min.js",
    "/zone.js": "zone.js/bundles/zone.umd.min.js",
}
PROTOTYPE = """<script>
Array.prototype.toJSON = function () {
  return '[' + Array.from(this, (one) => JSON.stringify(one)).join(', ') + ']'; };
String.prototype.toJSON = function () { return '"' + this + '"'; };
Number.prototype.toJSON = function () { return isFinite(this) ? this.toString() : 'null'; };
</script>"""
LOADERS = """<script>window.defined = 0;
window.define = Object.assign(() => { defined++; }, { amd: {} });
window.module = { exports: {} }; window.exports = module.exports;</script>"""
CLOCK = """<script>{ const Real = Date, off = %d * 3600e3;
window.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + off); }
  static now() { return Real.now() + off; } }; }</script>"""
PATCHED = """<script>{ const real = window.fetch;
window.fetch = (url, options = {}) =>
  real(url, { ...options, headers: { ...options.headers, 'X-Host-Trace': '1' } }); }</script>"""
DENIED = """<script>for (const name of ['sessionStorage', 'localStorage'])
  Object.defineProperty(window, name,
    { get() { throw new DOMException('denied', 'SecurityError'); } });</script>"""
SWAP = """window.swapped = 0; (document.startViewTransition ?? ((run) => run())).call(document,
  () => { const next = document.createElement('body'); next.append('Another page');
    document.body.replaceWith(next); swapped = 1; }), 0"""
RELOAD = """delete window.PulseWidget;
  document.head.appendChild(Object.assign(document.createElement('script'),
    { src: '%s/widget/v1/pulse.js' })), 0"""
WRITTEN = """<script>document.write('<script src="https://HOST/widget/v1/pulse.js"><\\/script>');
</script><script>PulseWidget.init({ apiUrl: 'https://HOST', locale: 'en',
  getToken: () => fetch('/pulse-token').then((a) => a.text()) });</script>"""
MODULE = """<script type=module>import 'https://HOST/widget/v1/pulse.js';
  PulseWidget.init({ getToken: () => fetch('/pulse-token').then((a) => a.text()) });</script>"""


def _page(embed: Embed, body: str, **headers: str) -> str:
    return embed.site.add(PAGE.format(embed.here(body)), **headers)


def frameworks(embed: Embed) -> list[Case]:
    """Return pages whose framework replaces the body while the panel is open."""
    for path, file in LIBRARIES.items():
        embed.site.add((MODULES / file).read_text(), "text/javascript", path)
    refresh = "<meta name=turbo-refresh-method content=morph>"
    head = "<!doctype html><html lang=en><head><link rel=icon href='data:,'><title>Host</title>"
    cases = []
    for name, attribute in {"turbo": "", "htmx": "hx-boost=true"}.items():
        script = f"<script src='/{name}.js'></script>"
        second, first = f"/{name}-second", f"/{name}-first"
        end = f"</head><body {attribute}><a id=a href='{second}'>a</a>" + embed.here(LOADER)
        embed.site.add(head + refresh + script + end, path=first)
        text = head.replace("Host", "Other") + refresh + script + end
        embed.site.add(text.replace("id=a", "id=b"), path=second)
        steps = [shows(78), *OPEN, ("value", "window.same = 1"), ("click", "#a")]
        steps += [("wait", "document.title == 'Other' && same"), STAYS, ONE, ("back",)]
        steps += [("wait", "document.title == 'Host' && same"), STAYS, ONE, *share(name)]
        cases.append(Case(name, embed.site.origin + first, steps, name))
    morph: list[Step] = [
        *(shows(78), *OPEN),
        ("value", "addEventListener('turbo:render', (e) => (window.how = e.detail.renderMethod))"),
        ("value", "Turbo.visit(location.href, { action: 'replace' }), 0"),
        *(("wait", "window.how == 'morph'"), STAYS, ONE),
    ]
    cases.append(Case("morphing", embed.site.origin + "/turbo-first", morph))
    swapped: list[Step] = [*OPEN, ("value", SWAP), ("wait", "swapped"), STAYS, ONE]
    cases.append(Case("transition", _page(embed, plain(embed)), [shows(78), *swapped]))
    zone = _page(embed, "<script src='/zone.js'></script>" + plain(embed))
    cases.append(Case("zone", zone, [shows(78), *OPEN, *share("zone")], "zone"))
    return cases


def loaders(embed: Embed) -> list[Case]:
    """Return other ways to load the script, including loading it several times."""
    tag = embed.here("<script src='https://HOST/widget/v1/pulse.js'></script>")
    own = ("wait", "PulseWidget.loaded && !defined && !Object.keys(module.exports).length")
    again = ("value", RELOAD % embed.pulse.url)
    late = "window.late = 0; PulseWidget.on('ready', ({ ...detail }) => { late++; }), 0"
    change = "PulseWidget.init({ ...options, position: 'top-left' }).then((it) => it.ok)"
    out = "PulseWidget.logout().then((it) => it.ok)"
    nobody = "PulseWidget.open().then((it) => it.error == 'not_started')"
    listening: list[Step] = [
        *(shows(78), ("value", late), ("wait", "late == 1")),
        *(("wait", change), ("wait", "late >= 2"), ("wait", out)),
        *(("wait", f"!{ROOT}?.querySelector('.launcher')"), ("wait", nobody)),
        *(("value", "void PulseWidget.init(options)"), shows(78), ONE),
    ]
    loaded: list[Step] = [shows(78), again, ("wait", "window.PulseWidget?.loaded"), *OPEN, ONE]
    return [
        Case("amd", _page(embed, LOADERS + tag + plain(embed)), [shows(78), own, ONE]),
        Case("written", _page(embed, WRITTEN), [shows(78)]),
        Case("module", _page(embed, MODULE), [shows(78)]),
        Case("loaded again", _page(embed, plain(embed)), loaded),
        Case("listeners", _page(embed, plain(embed)), listening),
    ]


def surroundings(embed: Embed) -> list[Case]:
    """Return pages with policies, denied storage, wrong clocks and replaced built-in functions."""
    isolated = {
        "Cross_Origin_Opener_Policy": "same-origin",
        "Cross_Origin_Embedder_Policy": "require-corp",
    }
    socket = embed.pulse.url.replace("http", "ws")
    policy = (
        f"default-src 'none'; script-src 'nonce-n0nce' 'strict-dynamic'; img-src data:; "
        f"connect-src 'self' {embed.pulse.url} {socket}; base-uri 'none'"
    )
    cases = [
        Case("policy", _page(embed, LOADER, Content_Security_Policy=policy), [shows(78), *OPEN]),
        Case("storage", _page(embed, DENIED + plain(embed)), [shows(78), *OPEN]),
    ]
    for name, form in {"isolated": LOADER, "isolated tag": plain(embed)}.items():
        steps: list[Step] = [("wait", "crossOriginIsolated"), shows(78), *share(name)]
        cases.append(Case(name, _page(embed, form, **isolated), steps, name))
    pages = {"prototype": PROTOTYPE, "patched fetch": PATCHED}
    pages |= {f"clock {hours} h": CLOCK % hours for hours in (-9600, 1)}
    for name, script in pages.items():
        steps = [shows(78), *share(name)]
        cases.append(Case(name, _page(embed, script + plain(embed)), steps, name))
    url = _page(embed, PATCHED + plain(embed))
    steps = [shows(78), *share("over REST")]
    refused = Case("patched fetch over REST", url, steps, "over REST", "refuse")
    cases.append(replace(refused, allow=re.compile("WebSocket")))
    return cases


def all_cases(embed: Embed) -> list[Case]:
    """Return every case with its page served."""
    return [*frameworks(embed), *loaders(embed), *surroundings(embed)]


async def run(page: Page, steps: list[Step]) -> list[Any]:
    """Execute in Chromium what firefox.mjs does in Firefox."""
    values: list[Any] = []
    for what, *rest in steps:
        try:
            values.append(await _step(page, what, *rest))
        except Exception as error:
            raise AssertionError((what, rest, values)) from error
    return values


async def _step(page: Page, what: str, argument: str = "") -> Any:
    if what == "wait":
        return bool(await page.wait_for_function(f"() => ({argument})"))  # a policy may forbid more
    if what == "value":
        return await page.evaluate(argument)
    if what == "click":
        return await page.locator(argument.removeprefix(">>> ")).first.click()
    assert what == "back", what
    return await page.evaluate("void setTimeout(() => history.back())")
