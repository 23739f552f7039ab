"""Pages whose modals trap the focus: Bootstrap, focus-trap, Radix and native dialogs."""

import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.embed.conftest import PAGE, Enter, plain
from tests.browser.widget.conftest import Visitor
from tests.fixtures.embed import Embed
from tests.fixtures.widget_pages import BUNDLE

MODULES = BUNDLE / "node_modules"
NATIVE = """<dialog id=m><input id=mi><button id=ask onclick="PulseWidget.open()">Ask</button>
</dialog><script>window.openModal = () => m.showModal();
window.isOpen = () => m.open;</script>"""
BOOTSTRAP = """<link rel=stylesheet href="/bootstrap.css"><script src="/bootstrap.js"></script>
<div class="modal" id=m tabindex=-1><div class="modal-dialog"><div class="modal-content">
<div class="modal-body">Hi <input id=mi></div></div></div></div><script>
window.openModal = () => new bootstrap.Modal(m, { backdrop: false }).show();
window.isOpen = () => m.classList.contains('show');</script>"""
TRAP = """<div id=m><input id=mi><button>x</button></div><script src="/tabbable.js"></script>
<script src="/trap.js"></script><script>
window.openModal = () => { window.t = focusTrap.createFocusTrap(m); t.activate(); };
window.isOpen = () => t.active;</script>"""
RADIX = """<div id=app></div><script src="/radix.js"></script>"""
RADIX_APP = """
import { createRoot } from 'react-dom/client';
import { createElement as h, useState } from 'react';
import * as Dialog from '@radix-ui/react-dialog';
const App = () => {
  const [open, setOpen] = useState(false);
  window.openModal = () => setOpen(true);
  window.isOpen = () => open;
  return h(Dialog.Root, { open, onOpenChange: setOpen }, h(Dialog.Portal, {},
    h(Dialog.Content, { 'aria-describedby': undefined },
      h(Dialog.Title, {}, 'Dialog'), h('input', { id: 'mi' }))));
};
createRoot(document.querySelector('#app')).render(h(App));
"""


def serve(embed: Embed, folder: Path) -> None:
    """Put the libraries of these modals on the site."""
    files = {
        "/bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
        "/bootstrap.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
        "/tabbable.js": "tabbable/dist/index.umd.min.js",
        "/trap.js": "focus-trap/dist/focus-trap.umd.min.js",
    }
    for path, name in files.items():
        kind = "text/css" if path.endswith("css") else "text/javascript"
        embed.site.add((MODULES / name).read_text(), kind, path)
    entry = folder / "radix.js"
    entry.write_text(RADIX_APP)
    flags = ["--bundle", "--minify", "--define:process.env.NODE_ENV='production'"]
    built = subprocess.run(
        [str(MODULES / ".bin" / "esbuild"), str(entry), *flags],
        env={"NODE_PATH": str(MODULES), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    embed.site.add(built.stdout, "text/javascript", "/radix.js")


async def _types_into_the_widget(visitor: Visitor) -> None:
    field = visitor.panel.get_by_role("textbox")
    await field.click()
    await visitor.page.keyboard.type("my words")
    await expect(field).to_have_value("my words")
    assert await visitor.page.evaluate("mi.value") == ""
    assert await visitor.page.evaluate("isOpen()") is True
    await visitor.button("Share").click()
    await visitor.until_heard("context-shared")


@pytest.mark.parametrize("modal", [BOOTSTRAP, TRAP, RADIX], ids=["bootstrap", "trap", "radix"])
async def test_typing_works_in_the_widget_while_a_modal_is_open(
    embed: Embed, enter: Enter, tmp_path: Path, modal: str
) -> None:
    serve(embed, tmp_path)
    visitor = await enter(embed.site.add(PAGE.format(modal + plain(embed))))
    await visitor.see_score(78)
    await visitor.page.evaluate("openModal()")
    await visitor.page.wait_for_function("isOpen()")
    await visitor.page.locator("#mi").focus()
    await visitor.open()
    await _types_into_the_widget(visitor)
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.panel).to_have_count(0)
    assert await visitor.page.evaluate("isOpen()") is True


async def test_escape_in_an_inline_widget_closes_the_modal_around_it(
    embed: Embed, enter: Enter, tmp_path: Path
) -> None:
    serve(embed, tmp_path)
    modal = BOOTSTRAP.replace("<input id=mi>", "<input id=mi><div id=spot></div>")
    visitor = await enter(embed.site.add(PAGE.format(modal + plain(embed, "mount: '#spot'"))))
    await visitor.page.evaluate("openModal()")
    field = visitor.panel.get_by_role("textbox")
    await field.click()
    await visitor.page.keyboard.type("my words")
    await expect(field).to_have_value("my words")
    await visitor.page.keyboard.press("Escape")
    await visitor.page.wait_for_function("!isOpen()")


async def test_opened_from_a_native_modal_the_panel_can_be_used(embed: Embed, enter: Enter) -> None:
    visitor = await enter(embed.site.add(PAGE.format(NATIVE + plain(embed))))
    await visitor.see_score(78)
    await visitor.page.evaluate("openModal()")
    await visitor.page.locator("#ask").click()
    await _types_into_the_widget(visitor)
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.panel).to_have_count(0)
    assert await visitor.page.evaluate("isOpen()") is True
    await expect(visitor.page.locator("#ask")).to_be_focused()


async def test_the_panel_is_above_everything_on_the_page(embed: Embed, enter: Enter) -> None:
    cover = """document.body.insertAdjacentHTML('beforeend',
      "<div style='position:fixed;inset:0;z-index:2147483647;background:#fff'></div>")"""
    visitor = await enter(embed.site.add(PAGE.format(plain(embed))))
    await visitor.open()
    await expect(visitor.gauge).to_be_visible()
    await visitor.page.evaluate(
        "(html) => document.body.insertAdjacentHTML('beforeend', html)", cover
    )
    await visitor.button("I’m stuck").click()
    await visitor.until_heard("context-shared")
