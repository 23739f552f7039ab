"""The examples work, as far as this machine has the required programs."""

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
from tests.fixtures.embed import Embed
from tests.fixtures.widget_pages import BUNDLE
from ui.pages.install.install_snippets import CSP, SNIPPETS, filled
from ui.pages.install.install_snippets import SIGNERS as SIGNERS_SHOWN

ROOT = BUNDLE.parent
SIGNERS = ROOT / "examples" / "sign-token"
SECRET = "an example secret, long enough: 32 bytes"
COMMANDS = {
    "python": [sys.executable, str(SIGNERS / "sign_token.py")],
    "node": ["node", str(SIGNERS / "sign-token.mjs")],
    "php": ["php", str(SIGNERS / "sign-token.php")],
}
HERE = [name for name, (program, _) in COMMANDS.items() if shutil.which(program)]


@pytest.mark.parametrize("name", HERE)
def test_the_signers_tokens_are_accepted(name: str) -> None:
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


async def test_the_plain_page_shows_the_score(visit: Visit, embed: Embed) -> None:
    page = (ROOT / "examples" / "plain" / "index.html").read_text()
    page = page.replace("/widget/", f"{embed.pulse.url}/widget/").replace(
        "/pulse-token", "/pulse-token?c=maren"
    )
    visitor = await visit(embed.site.add(page))
    await visitor.see_score(78)
    assert not await visitor.heard("error")


EMBED = (ROOT / "docs" / "embed.md").read_text()
FORMS = re.findall(r"```html\n(.*?)```", EMBED, re.DOTALL)
(POLICY,) = re.findall(r"security policy\n\n```\n(.*?)\n```", EMBED)
TYPES = "; require-trusted-types-for 'script'; trusted-types pulse"
DYNAMIC = POLICY.replace(" https://HOST;", " 'strict-dynamic';")


@pytest.mark.parametrize(
    ("form", "policy"),
    [(FORMS[0], POLICY + TYPES), (FORMS[0], DYNAMIC + TYPES), (FORMS[2], POLICY)],
    ids=["snippet", "strict-dynamic", "tag"],
)
async def test_documented_code_works_under_the_documented_policy(
    visit: Visit, embed: Embed, form: str, policy: str
) -> None:
    def here(text: str) -> str:
        text = text.replace("https://HOST", embed.pulse.url).replace("{{nonce}}", "n0nce")
        socket = embed.pulse.url.replace("http", "ws")
        text = text.replace("wss://HOST", socket).replace("nonce-…", "nonce-n0nce")
        return text.replace("/pulse-token", "/pulse-token?c=maren")

    bare = f"<!doctype html><title>Bare</title><link rel=icon href='data:,'><body>{here(form)}"
    allowed = here(f"default-src 'none'; img-src data:; {policy}")
    visitor = await visit(embed.site.add(bare, Content_Security_Policy=allowed))
    await visitor.see_score(78)
    await visitor.open()
    await expect(visitor.panel).to_have_css("width", "376px")


def test_the_install_page_offers_the_documented_forms() -> None:
    assert [form.rstrip() for form in (FORMS[2], FORMS[0])] == list(SNIPPETS.values())[:2]
    assert set(re.split(r"[;\s]+", POLICY.replace("'nonce-…' ", ""))) <= set(CSP.split())


SAMPLES = {
    "Python": "{sample}\nprint(pulse_token('käthe/7'))",
    "Node": "{sample}\nconsole.log(pulseToken('käthe/7'));",
    "PHP": "<?php {sample}\necho pulse_token('käthe/7');",
}
SUFFIXES = {"Python": "py", "Node": "mjs", "PHP": "php"}


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.lower() in HERE])
def test_the_install_page_s_signers_tokens_are_accepted(name: str, tmp_path: Path) -> None:
    sample = filled(SIGNERS_SHOWN[name], "https://pulse.example", "lantern")
    program = tmp_path / f"sign.{SUFFIXES[name]}"
    program.write_text(SAMPLES[name].replace("{sample}", sample))
    command = [COMMANDS[name.lower()][0], str(program)]
    known = os.environ | {"PULSE_KID": "k1", "PULSE_SIGNING_SECRET": SECRET}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=known)
    token = done.stdout.strip()
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="pulse")
    assert (claims["customer_id"], claims["business_id"]) == ("käthe/7", "lantern")
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert jwt.get_unverified_header(token)["kid"] == "k1"


def _bundle(source: str, folder: Path) -> str:
    """Bundle a small application around an example with the widget's own esbuild."""
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
    async def test_in_a_framework_it_mounts_and_unmounts_with_the_customer(
        visit: Visit, embed: Embed, tmp_path: Path, source: str
    ) -> None:
        script = _bundle(source % (ROOT, embed.pulse.url), tmp_path)
        script = script.replace("/pulse-token", "/pulse-token?c=maren")
        script = script.replace("</script", "<\\/script")
        body = (
            f"<div id='app'></div><script src='{embed.pulse.url}/widget/v1/pulse.js'></script>"
            f"<script nonce='n0nce'>{script}</script>"
        )
        visitor = await visit(embed.page(body))
        await visitor.see_score(78)
        mine = visitor.page.get_by_role("button", name="Score 78")
        await mine.click()
        await expect(visitor.page.locator("pulse-widget")).to_have_count(0)

    @pytest.mark.parametrize("source", [REACT, VUE], ids=["react", "vue"])
    async def test_a_framework_s_page_works_without_the_script(
        visit: Visit, embed: Embed, tmp_path: Path, source: str
    ) -> None:
        script = _bundle(source % (ROOT, embed.pulse.url), tmp_path)
        script = script.replace("</script", "<\\/script")
        body = (
            f"<div id='app'></div><script src='{embed.pulse.url}/widget/v1/absent.js'></script>"
            f"<script nonce='n0nce'>{script}</script>"
        )
        visitor = await visit(embed.page(body), allow=re.compile("404|MIME|ERR_"))
        mine = visitor.page.get_by_role("button", name="Score")
        await mine.click()
        await expect(mine).to_be_visible()
