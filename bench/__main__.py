"""`python -m bench NAME [--size N] [--json FILE]`: run one benchmark; prints one line of JSON.

Every module of this package with a `run() -> dict` is a benchmark; its result has ours, peer,
ratio, unit and details (peer and ratio None without a peer). The size is the first argument of
`run`, for a smaller machine or a quick check: `dashboard --size 20000` uses 20,000 customers.
"""

import importlib
import inspect
import json
import pkgutil
from pathlib import Path
from typing import Any

import click

import bench
from pulse.jobs import gc_tuning

KEYS = ("ours", "peer", "ratio", "unit", "details")


def names() -> list[str]:
    """The names of the benchmarks: modules whose source defines `run`."""
    here = Path(bench.__path__[0])
    modules = (module.name for module in pkgutil.iter_modules([str(here)]))
    return [name for name in modules if "\ndef run(" in (here / f"{name}.py").read_text("utf-8")]


def measure(name: str, size: int | None = None) -> dict[str, Any]:
    """Run a benchmark; returns its figures with the documented keys, the name first.

    Uses the garbage collection settings of the server. Raises click.UsageError for a size when the
    benchmark has only one.
    """
    run = importlib.import_module(f"bench.{name}").run
    if size is not None and not inspect.signature(run).parameters:
        raise click.UsageError(f"{name} has one size only")
    gc_tuning.tune_gc()
    found = run() if size is None else run(size)
    return {"bench": name} | {key: found.get(key) for key in KEYS}


@click.command()
@click.argument("name", type=click.Choice(names()))
@click.option("--size", type=click.IntRange(1), help="Smaller or larger than published.")
@click.option("--json", "into", type=click.Path(dir_okay=False, path_type=Path))
def main(name: str, size: int | None, into: Path | None) -> None:
    """Run the benchmark NAME and print its figures as one line of JSON."""
    line = json.dumps(measure(name, size))
    if into:
        into.write_text(line + "\n", encoding="utf-8")
    click.echo(line)


if __name__ == "__main__":
    main()
