"""`make bench`: run every benchmark in turn, and write docs/performance.md from their results.

A benchmark that fails does not stop the others: its row says so, and the exit code is 1.
"""

import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import psutil

from bench.__main__ import names
from bench.goals import GOALS, PROFILES, Goal

INTO = Path(__file__).parents[1] / "docs" / "performance.md"
LONGEST = 900.0  # seconds allowed for one benchmark
SHORTER = {"soak": {"PULSE_BENCH_SECONDS": "120"}}
"""What `make bench` shortens so that the whole takes less than 40 minutes."""

VERSIONS = ("nicegui", "litestar", "piccolo", "polars", "numpy", "fastapi", "sqlalchemy", "shap")


class Measured(NamedTuple):
    """One benchmark's result, or its error output; with the seconds it took."""

    name: str
    seconds: float
    answer: dict[str, Any] | None
    failure: str


@click.command()
@click.argument("chosen", nargs=-1, type=click.Choice(names()))
@click.option("--into", default=INTO, type=click.Path(dir_okay=False, path_type=Path))
def main(chosen: tuple[str, ...], into: Path) -> None:
    """Run the benchmarks CHOSEN (all without an argument) and write the page of results.

    The others keep the figures that the page has.
    """
    measured = answers_on(into.read_text(encoding="utf-8")) if chosen and into.exists() else {}
    for name in chosen or names():
        measured[name] = measure(name)
        click.echo(_row(measured[name]))
        # written after each one, so that an interruption loses nothing
        into.write_text(page(measured[one] for one in sorted(measured)), encoding="utf-8")
    if any(measured[name].answer is None for name in chosen or names()):
        sys.exit(1)


def answers_on(text: str) -> dict[str, Measured]:
    """The results on a page written by `page`, by the benchmark's name."""
    parts = re.findall(r"^### (\w+) \((\d+) s\)\n\n```json\n(.*?)\n```$", text, re.M | re.S)
    return {
        name: Measured(name, float(took), json.loads(answer), "") for name, took, answer in parts
    }


def measure(name: str) -> Measured:
    """Run one benchmark in its own process, for at most `LONGEST` seconds."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench", name]
    try:
        ran = subprocess.run(
            command,
            env=os.environ | SHORTER.get(name, {}),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=True,
        )
        answer = json.loads(ran.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return Measured(name, LONGEST, None, f"not done after {LONGEST:.0f} s")
    except (subprocess.CalledProcessError, ValueError, IndexError) as failed:
        said = (getattr(failed, "stderr", "") or str(failed)).strip().splitlines() or ["nothing"]
        return Measured(name, time.perf_counter() - began, None, said[-1][:200])
    return Measured(name, time.perf_counter() - began, answer, "")


def page(measured: Iterable[Measured]) -> str:
    """docs/performance.md: the machine, one row per benchmark, then the details of each."""
    rows = list(measured)
    lines = [
        "# Performance",
        "",
        "`make bench` measures all of this and writes this page. “Ours” and “peer” come from the",
        "same run; a ratio above 1 is in our favour where both are rates, and what it is else is",
        "said in the column “unit”. A goal in bold was missed.",
        "",
        *_machine(),
        "",
        "| benchmark | ours | peer | ratio | unit | goals |",
        "|---|---|---|---|---|---|",
        *(_row(one) for one in rows),
        "",
        *_claims(rows),
        *_growth(rows),
        "## Details",
        "",
    ]
    for one in rows:
        if one.answer is not None:
            answer = json.dumps(one.answer, indent=1, ensure_ascii=False)
            lines += [f"### {one.name} ({one.seconds:.0f} s)", "", "```json", answer, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _machine() -> list[str]:
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{one} {importlib.metadata.version(one)}" for one in VERSIONS)
    return [
        f"Machine: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}; load average at the end "
        f"{os.getloadavg()[0]:.1f}.",
        f"Versions: {versions}.",
        *(
            f"`{name}` is shortened by {' '.join(_settings(less))}."
            for name, less in SHORTER.items()
        ),
    ]


def _settings(environment: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in environment.items()]


def _row(one: Measured) -> str:
    if one.answer is None:
        return f"| {one.name} | **failed** | | | {one.failure} | |"
    shown = [_shown(one.answer[key]) for key in ("ours", "peer", "ratio")]
    goals = "; ".join(_goal(goal, one.answer) for goal in GOALS.get(one.name, ()))
    return f"| {one.name} | {' | '.join(shown)} | {one.answer['unit']} | {goals} |"


def _goal(goal: Goal, answer: dict[str, Any]) -> str:
    said = f"{goal.figure} {goal.sign} {goal.limit:g}"
    return said if goal.is_met(answer) else f"**{said}**"


def _claims(rows: Sequence[Measured]) -> list[str]:
    """The goals and the measured figures; below, why a missed one takes so long."""
    lines = ["## Claims", "", "| claim | goal | measured | held? |", "|---|---|---|---|"]
    missed: list[str] = []
    for one in rows:
        for goal in GOALS.get(one.name, ()):
            held, found = "not measured", ""
            if one.answer is not None:
                met = goal.is_met(one.answer)
                held, found = "yes" if met else "**no**", _shown(goal.found_in(one.answer))
                if not met:
                    missed.append(one.name)
            lines.append(f"| {goal.claim} | {goal.sign} {goal.limit:g} | {found} | {held} |")
    lines.append("")
    for name in dict.fromkeys(missed):
        lines += [f"What takes the time in `{name}`: {PROFILES.get(name, 'not profiled yet.')}", ""]
    return lines


def _growth(rows: Sequence[Measured]) -> list[str]:
    """The growth with size, of every benchmark whose details have a `growth`."""
    lines: list[str] = []
    for one in rows:
        curve = (one.answer or {}).get("details", {}).get("growth")
        if curve:
            figures = [*next(iter(curve.values()))]
            lines += [
                f"## Growth ({one.name})",
                "",
                f"| customers | {' | '.join(figures)} |",
                f"|---|{'---|' * len(figures)}",
                *(
                    f"| {size} | {' | '.join(_shown(found[each]) for each in figures)} |"
                    for size, found in curve.items()
                ),
                "",
            ]
    return lines


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:,g}" if value < 1e6 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
