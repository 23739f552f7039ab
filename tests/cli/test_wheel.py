"""The wheel runs in an empty environment and installs only our packages."""

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PACKAGES = {"pulse", "ui", "widget_api", "widget_bundle", "piccolo_migrations"}
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the sources, since a build leaves files beside them."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder / "dist", folder], check=True)
    (made,) = (folder / "dist").glob("*.whl")
    return made


def test_it_holds_no_other_top_level_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    for needed in (
        "pulse/db/schema.sql",
        "ui/static/dashboard.css",
        "pulse/i18n/sources/identity.json",
    ):
        assert needed in names
    assert any(name.startswith("piccolo_migrations/sql/") for name in names)
    for language in ("ar", "de", "pt_PT"):
        assert f"pulse/locales/{language}/LC_MESSAGES/pulse.mo" in names
    assert not any(name.endswith((".po", ".pot")) for name in names)


def test_it_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Dependencies come from this environment: the wheel is tested, not their download."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    purelib = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    pip = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True, cwd=tmp_path
    )
    (purelib / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(*command: str) -> str:
        done = subprocess.run(
            [str(home / "bin" / command[0]), *command[1:]],
            cwd=tmp_path,
            env={"PATH": str(home / "bin"), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    where = run("python", "-c", "import pulse, ui; print(pulse.__file__, ui.__file__)")
    assert all(path.startswith(str(home)) for path in where.split())
    assert "0.1.0" in run("pulse", "--version")
    assert "--data-dir" in run("pulse", "demo", "--help")
