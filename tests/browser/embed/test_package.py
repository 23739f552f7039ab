"""The npm package as it is published, in a Vite app and a Next app on another origin."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from pulse.widget_release import FOLDER
from tests.browser.embed.conftest import Enter
from tests.fixtures.embed import Embed

ROOT = FOLDER.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "pulse-tests"
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css"}
BLOCKED = re.compile("ERR_BLOCKED_BY_CLIENT|ERR_FAILED|Failed to load")


def _run(*command: str, cwd: Path) -> None:
    environment = os.environ | {"CI": "1", "NEXT_TELEMETRY_DISABLED": "1"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run `npm pack`: the archive that would be published."""
    if not (FOLDER / "node_modules").exists():
        _run("npm", "ci", "--no-audit", "--no-fund", cwd=FOLDER)
    target = tmp_path_factory.mktemp("packed")
    _run("npm", "pack", "--silent", "--pack-destination", str(target), cwd=FOLDER / "package")
    [archive] = target.glob("*.tgz")
    return archive


def _built(name: str, archive: Path, output: str) -> Path:
    """Build the example app with the package; dependencies are installed once per version."""
    source = ROOT / "examples" / name
    manifest = (source / "package.json").read_text()
    key = hashlib.sha256(manifest.encode()).hexdigest()[:12]
    app = CACHE / f"{name}-{key}"
    shutil.copytree(source, app, dirs_exist_ok=True)
    if not (app / "node_modules" / ".complete").exists():
        own = re.sub(r'\s*"@pulse-identity/widget": "[^"]*",', "", manifest)
        (app / "package.json").write_text(own)
        _run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", cwd=app)
        (app / "node_modules" / ".complete").touch()
    installed = app / "node_modules" / "@pulse-identity" / "widget"
    shutil.rmtree(installed, ignore_errors=True)
    installed.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            member.name = member.name.removeprefix("package/")
            tar.extract(member, installed, filter="data")
    shutil.rmtree(app / output, ignore_errors=True)
    _run("npm", "run", "--silent", "build", cwd=app)
    return app / output


@pytest.fixture(scope="session")
def vite_app(packed: Path) -> Path:
    """The Vite app, built once."""
    return _built("vite", packed, "dist")


def _served(embed: Embed, built: Path, base: str = "/app/") -> str:
    """Serve the built files on the business's site; returns the page's URL."""
    for file in built.rglob("*"):
        if file.is_file() and file.suffix in KINDS:
            path = base + file.relative_to(built).as_posix()
            embed.site.add(file.read_text(), KINDS[file.suffix], path)
    return f"{embed.site.origin}{base}index.html?api={embed.pulse.url}"


@pytest.mark.parametrize("way", ["react", "vue", "svelte"])
async def test_a_wrapper_shows_the_widget_and_tells_the_score(
    embed: Embed, enter: Enter, vite_app: Path, way: str
) -> None:
    visitor = await enter(_served(embed, vite_app) + f"&with={way}")
    await visitor.see_score(78)
    await expect(visitor.page.locator("output")).to_contain_text("ready 78")
    if way == "react":
        await visitor.page.get_by_role("button", name="Sign out").click()
        await expect(visitor.page.locator("pulse-widget")).to_have_count(0)
        await visitor.page.get_by_role("button", name="Sign in").click()
        await visitor.see_score(78)


@pytest.mark.parametrize("way", ["init", "bundled"])
async def test_the_main_entry_and_the_bundled_one_start(
    embed: Embed, enter: Enter, vite_app: Path, way: str
) -> None:
    visitor = await enter(_served(embed, vite_app) + f"&with={way}")
    await visitor.see_score(78)
    await visitor.open()
    await visitor.button("Your data").click()
    await expect(visitor.button("Download my data")).to_be_visible()
    loaded = await visitor.page.evaluate(
        "performance.getEntriesByType('resource').map((one) => one.name).join(' ')"
    )
    assert ("/widget/v1/pulse.js" in loaded) == (way == "init")


async def test_a_blocked_script_returns_a_result_instead_of_raising(
    embed: Embed, enter: Enter, vite_app: Path
) -> None:
    address = _served(embed, vite_app) + "&with=init"
    visitor = await enter(embed.site.add("<title>Host</title>"), allow=BLOCKED)
    await visitor.page.route("**/pulse.js", lambda route: route.abort("blockedbyclient"))
    await visitor.page.goto(address)
    await expect(visitor.page.get_by_text("no widget: load_failed")).to_be_visible()


async def test_headless_use_has_state_and_sharing(
    embed: Embed, enter: Enter, vite_app: Path
) -> None:
    page: Page = (await enter(_served(embed, vite_app) + "&with=headless")).page
    await expect(page.locator("output")).to_have_text("live 78 0")
    await page.get_by_role("button", name="I need help").click()
    await expect(page.locator("output")).to_have_text("live 78 1")
    assert await embed.shared("maren") == [("stuck", "Where is my order?")]
    await embed.rescore("maren", 64.0)
    await expect(page.locator("output")).to_contain_text("live 64")
    await expect(page.locator("pulse-widget")).to_have_count(0)


def test_the_documented_calls_hold_under_strict(vite_app: Path) -> None:
    """`tsc --strict` over the package's README and docs/embed.md's calls."""
    app = vite_app.parent
    readme = (FOLDER / "package" / "README.md").read_text()
    blocks = re.findall(r"```(jsx?)\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) == 3
    given = (
        "declare const getToken: () => Promise<string>;\n"
        "declare const user: { id: string } | null;\n"
        "declare const render: (score: number | null | undefined) => void;\n"
    )
    folder = app / "documented"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number, (kind, code) in enumerate(blocks):
        (folder / f"block{number}.{'tsx' if 'x' in kind else 'ts'}").write_text(code + given)
    (folder / "script-tag.ts").write_text(
        "import type {} from '@pulse-identity/widget';\n"
        "await PulseWidget.init({ token: '…', apiUrl: 'https://HOST', position: 'top-left' });\n"
        "await PulseWidget.on('score', ({ score, change, band }) => {\n"
        "  const sum: number = (score ?? 0) + change; console.log(sum, band); });\n"
        "window.PulseWidget?.open();\n"
        "declare const maybe: string | undefined;\n"
        "window.PulseWidget.init({ locale: maybe, token: maybe, offset: { x: 10, y: 10 } });\n"
        "await window.PulseWidget.shareContext('stuck', 'words');\n"
        "addEventListener('pulse:score', ({ detail }) => detail.score?.toFixed());\n"
        "addEventListener('pulse:context-shared', (event) => event.detail.expires_at);\n"
    )
    flags = ["--strict", "--noEmit", "--module", "esnext", "--moduleResolution", "bundler"]
    target = ["--target", "es2022", "--lib", "es2022,dom", "--jsx", "react-jsx", "--types", "react"]
    files = [str(file.relative_to(app)) for file in sorted(folder.iterdir())]
    _run("npx", "--no-install", "tsc", *flags, *target, *files, cwd=app)


@pytest.mark.slow
async def test_a_next_app_renders_without_a_window_and_shows_the_widget(
    embed: Embed, enter: Enter, packed: Path
) -> None:
    built = _built("next", packed, "out")
    assert "idle" in (built / "index.html").read_text()  # rendered by the build without the widget
    address = _served(embed, built, "/")
    visitor = await enter(address)
    await visitor.see_score(78)
    await expect(visitor.page.locator("output")).to_contain_text("ready 78")
