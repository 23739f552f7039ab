"""`pulse migrate`, `backup`, `restore`, `openapi`: what goes in and out."""

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
    """Bring the database to the newest schema; serving does this by itself."""
    with_database(nothing, migrates=True)
    click.echo("The database is up to date.")


@main.command()
@click.argument("file", type=NEW_FILE)
def backup(file: Path) -> None:
    """Write the whole database into FILE (pg_dump's custom format)."""
    from pulse.db import backup as database_backup

    with_database(lambda: database_backup.dump(settings.current(), file))
    click.echo(f"Wrote {file.stat().st_size:,} bytes to {file}.")


@main.command()
@click.argument("file", type=FILE)
@click.confirmation_option(prompt="This replaces everything in the database. Go on?")
def restore(file: Path) -> None:
    """Put a backup in the place of everything there is; stop the servers first."""
    from pulse.db import backup as database_backup

    with_database(lambda: database_backup.restore(settings.current(), file), migrates=True)
    with_database(nothing, migrates=True)  # a backup of an older Pulse is migrated
    click.echo(f"Restored {file}.")


@main.command()
@click.argument("file", type=NEW_FILE, required=False)
def openapi(file: Path | None) -> None:
    """Print the API's description (OpenAPI 3.1, JSON), or write it to FILE."""
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
