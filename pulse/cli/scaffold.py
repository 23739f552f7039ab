"""`pulse new-view`: create a new dashboard page."""

from pathlib import Path

import click

from pulse.cli.group import main
from pulse.errors import Invalid

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@main.command(name="new-view")
@click.argument("name")
@click.option(
    "--folder", type=FOLDER, default=".", help="A checkout of Pulse; by default the present folder."
)
def new_view(name: str, folder: Path) -> None:
    """Write a working view and its test as a starting point.

    NAME is the name of a Python module: orders, big_spenders, …
    """
    from ui import scaffold as views

    if not (folder / "ui" / "pages").is_dir():
        raise Invalid("Views live in a checkout of Pulse: go there, or name it by --folder.")
    made = views.new_view(name, folder)
    click.echo(f"Wrote {made.view} and {made.test}.")
    click.echo(f"“{made.title}” will be in the side bar at {made.route} when Pulse starts again;")
    click.echo("in a running demo, when a dashboard page is next loaded.")
