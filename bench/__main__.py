"""`python -m bench NAME [--json FILE]`: one benchmark; its last printed line is a JSON object.

Every module of this package with a `run() -> dict` is a benchmark; its answer holds ours, peer,
ratio, unit and details (peer and ratio None where there is no peer).
"""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import click

import bench

KEYS = ("ours", "peer", "ratio", "unit", "details")


def names() -> list[str]:
    """The benchmarks there are: modules whose source defines `run`."""
    here = Path(bench.__path__[0])
    modules = (module.name for module in pkgutil.iter_modules([str(here)]))
    return [name for name in modules if "\ndef run(" in (here / f"{name}.py").read_text("utf-8")]


def measure(name: str) -> dict[str, Any]:
    """Run a benchmark; its figures under the agreed keys, the name first."""
    found = importlib.import_module(f"bench.{name}").run()
    return {"bench": name} | {key: found.get(key) for key in KEYS}


@click.command()
@click.argument("name", type=click.Choice(names()))
@click.option("--json", "into", type=click.Path(dir_okay=False, path_type=Path))
def main(name: str, into: Path | None) -> None:
    """Run the benchmark NAME and print its figures as one line of JSON."""
    line = json.dumps(measure(name))
    if into:
        into.write_text(line + "\n", encoding="utf-8")
    click.echo(line)


if __name__ == "__main__":
    main()
