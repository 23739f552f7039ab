"""The package is described in pyproject.toml; this compiles the message catalogue into it."""

from pathlib import Path
from runpy import run_path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTexts(build_py):
    """As usual, and a `.mo` file in the place of each `.po` file."""

    def run(self) -> None:
        """Copy the packages, then compile; an editable installation reads the sources."""
        super().run()
        if self.editable_mode:
            return
        compiled = run_path("pulse/i18n/catalogue.py")["compiled"]
        for source in Path("pulse", "locales").rglob("*.po"):
            made = Path(self.build_lib, source).with_suffix(".mo")
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(compiled(source))


setup(cmdclass={"build_py": BuildWithTexts})
