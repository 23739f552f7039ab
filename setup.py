"""The package is described in pyproject.toml; this compiles the message catalogue into it."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTexts(build_py):
    """As usual, and a `.mo` file in the place of each `.po` file."""

    def run(self) -> None:
        """Copy the packages, then compile; an editable installation reads the sources."""
        super().run()
        if self.editable_mode:
            return
        for source in Path("pulse", "locales").rglob("*.po"):
            made = Path(self.build_lib, source).with_suffix(".mo")
            made.parent.mkdir(parents=True, exist_ok=True)
            with source.open("rb") as texts, made.open("wb") as compiled:
                write_mo(compiled, read_po(texts))


setup(cmdclass={"build_py": BuildWithTexts})
