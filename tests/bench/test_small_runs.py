"""Every benchmark in a small form: it ends, and its figures have the agreed format.

Each runs in a separate process, as by `make bench`. No figure here depends on the machine's speed.
The others have a file each: cluster, faults, reads, soak, storm, truth.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import KEYS, names

WITH_A_PEER = {"import", "learning", "scoring", "widget"}
SMALL = {
    "dashboard": "asyncio.run(bench.listed(300, rounds=1))",
    "fanout": "bench.run(10, 5)",
    "import": "bench.run(2_000)",
    "ingest": "bench.run(50, 2.0)",
    "learning": "bench.run(1, 300)",
    "scoring": "bench.run(4_000)",
    "startup": "bench.run(1, command='serve')",
    "widget": "bench.run(1)",
}
RUN = """
import asyncio, importlib, json
bench = importlib.import_module("bench.{name}")
print(json.dumps({call}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_small_run_ends_with_its_figures(name: str) -> None:
    figures = _figures(RUN.format(name=name, call=SMALL[name]))
    assert set(KEYS) - {"peer", "ratio"} <= set(figures)
    assert isinstance(figures["ours"], int | float)
    assert figures["unit"]
    assert figures["details"]
    assert (figures.get("peer") is not None) == (name in WITH_A_PEER)
    for wrong in ("lost", "doubled"):
        assert not figures["details"].get(wrong)


def test_every_benchmark_has_a_small_run() -> None:
    here = Path(__file__).parent
    own_files = {path.stem.removeprefix("test_") for path in here.glob("test_*.py")}
    assert set(names()) <= own_files | set(SMALL)


def _figures(program: str) -> dict[str, Any]:
    command = [sys.executable, "-c", program]
    quiet = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(command, env=quiet, capture_output=True, text=True, timeout=280)
    assert ran.returncode == 0, ran.stderr[-3000:]
    figures: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return figures
