"""The examples do what they say, each as far as this machine has what it needs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from playwright.async_api import expect

from tests.browser.widget.conftest import Visit
from tests.fixtures.widget_host import BUNDLE, WidgetHost

ROOT = BUNDLE.parent
SIGNERS = ROOT / "examples" / "sign-token"
SECRET = "an example's secret, long enough: 32 bytes"
COMMANDS = {
    "python": [sys.executable, str(SIGNERS / "sign_token.py")],
    "node": ["node", str(SIGNERS / "sign-token.mjs")],
    "php": ["php", str(SIGNERS / "sign-token.php")],
}
HERE = [name for name, (program, _) in COMMANDS.items() if shutil.which(program)]


@pytest.mark.parametrize("name", HERE)
def test_a_signer_s_token_is_what_pulse_reads(name: str) -> None:
    environment = os.environ | {
        "PULSE_BUSINESS": "lantern",
        "PULSE_KID": "k1",
        "PULSE_SIGNING_SECRET": SECRET,
    }
    done = subprocess.run(
        [*COMMANDS[name], "käthe/7"], capture_output=True, text=True, env=environment, check=True
    )
    token = done.stdout.strip()
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "k1"}
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="pulse")
    assert (claims["customer_id"], claims["business_id"]) == ("käthe/7", "lantern")
    assert claims["exp"] - claims["iat"] == 15 * 60


async def test_the_plain_page_shows_the_score(visit: Visit, widget_host: WidgetHost) -> None:
    page = (ROOT / "examples" / "plain" / "index.html").read_text()
    page = page.replace("/widget/", f"{widget_host.api}/widget/").replace(
        "/pulse-token", "/host-token?customer=maren"
    )
    visitor = await visit(widget_host.whole_page(page))
    await visitor.see_score(78)


async def test_the_documented_snippet_works_as_printed(
    visit: Visit, widget_host: WidgetHost
) -> None:
    text = (ROOT / "docs" / "embed.md").read_text()
    blocks = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    snippet = blocks[0].replace("https://HOST", widget_host.api).replace("{{nonce}}", "n0nce")
    snippet = snippet.replace("/pulse-token", "/host-token?customer=maren")
    websocket = widget_host.api.replace("http", "ws")
    policy = (
        f"default-src 'none'; script-src 'nonce-n0nce' {widget_host.api}; style-src 'nonce-n0nce'; "
        f"connect-src {widget_host.origin} {widget_host.api} {websocket}; img-src data:; "
        "require-trusted-types-for 'script'; trusted-types pulse"
    )
    visitor = await visit(widget_host.page(snippet, Content_Security_Policy=policy))
    await visitor.see_score(78)


def _bundle(source: str, folder: Path) -> str:
    """A tiny application around an example, built by the widget's own esbuild."""
    entry = folder / "entry.jsx"
    entry.write_text(source)
    esbuild = BUNDLE / "node_modules" / ".bin" / "esbuild"
    done = subprocess.run(
        [
            str(esbuild),
            str(entry),
            "--bundle",
            "--define:process.env.NODE_ENV='production'",
            "--define:__VUE_OPTIONS_API__=true",
            "--define:__VUE_PROD_DEVTOOLS__=false",
            "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"NODE_PATH": str(BUNDLE / "node_modules")},
        check=True,
    )
    return done.stdout


REACT = """
import { createRoot } from 'react-dom/client';
import { createElement, useState } from 'react';
import { usePulse } from '%s/examples/react/usePulse.jsx';
const App = () => {
  const [who, setWho] = useState('maren');
  const score = usePulse(who, { apiUrl: '%s' });
  return createElement('button', { onClick: () => setWho(null) }, 'Score ' + score);
};
createRoot(document.querySelector('#app')).render(createElement(App));
"""
VUE = """
import { createApp, h, ref } from 'vue';
import { usePulse } from '%s/examples/vue/usePulse.js';
createApp({ setup() {
  const who = ref('maren');
  const score = usePulse(who, { apiUrl: '%s' });
  return () => h('button', { onClick: () => (who.value = null) }, 'Score ' + score.value);
} }).mount('#app');
"""

if (BUNDLE / "node_modules").exists():

    @pytest.mark.parametrize("source", [REACT, VUE], ids=["react", "vue"])
    async def test_in_a_framework_it_comes_and_goes_with_the_customer(
        visit: Visit, widget_host: WidgetHost, tmp_path: Path, source: str
    ) -> None:
        script = _bundle(source % (ROOT, widget_host.api), tmp_path)
        script = script.replace("/pulse-token", "/host-token?customer=maren")
        script = script.replace("</script", "<\\/script")
        body = (
            f"<div id='app'></div><script src='{widget_host.api}/widget/v1/pulse.js'></script>"
            f"<script nonce='n0nce'>{script}</script>"
        )
        visitor = await visit(widget_host.page(body))
        await visitor.see_score(78)
        mine = visitor.page.get_by_role("button", name="Score 78.4")
        await mine.click()
        await expect(visitor.page.locator("pulse-widget")).to_have_count(0)
