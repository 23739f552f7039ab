"""`pulse migrate`, `backup`, `restore`, `openapi`."""

from pathlib import Path

import click
import msgspec

from pulse import settings
from pulse.cli.group import (
    FILE,
    NEW_FILE,
    chosen_settings,
    main,
    nothing,
    with_database,
)
from pulse.errors import Invalid


@main.command()
def migrate() -> None:
    """Migrate the database to the newest schema; serving does this automatically."""
    with_database(nothing, migrates=True)
    click.echo("The database is up to date.")


@main.command()
@click.argument("file", type=NEW_FILE)
def backup(file: Path) -> None:
    """Write the whole database to FILE (pg_dump's custom format)."""
    from pulse.db import backup as database_backup

    with_database(lambda: database_backup.dump(settings.current(), file))
    click.echo(f"Wrote {file.stat().st_size:,} bytes to {file}.")


@main.command()
@click.argument("file", type=FILE)
@click.confirmation_option(prompt="This replaces everything in the database. Go on?")
def restore(file: Path) -> None:
    """Replace the whole database by a backup; stop the servers first."""
    from pulse.db import backup as database_backup

    with_database(lambda: database_backup.restore(settings.current(), file), migrates=True)
    with_database(nothing, migrates=True)  # migrates a backup of an older Pulse
    click.echo(f"Restored {file}.")


@main.command()
@click.argument("file", type=NEW_FILE, required=False)
def openapi(file: Path | None) -> None:
    """Print the API's OpenAPI document (3.1, JSON), or write it to FILE."""
    chosen_settings()
    from widget_api.app import document

    text = msgspec.json.format(msgspec.json.encode(document()), indent=2)
    if file is None:
        click.echo(text)
        return
    try:
        file.write_bytes(text + b"\n")
    except OSError as wrong:
        raise Invalid(f"{file} cannot be written: {wrong.strerror}.") from wrong
