"""`pulse import`, `migrate`, `backup`, `restore`, `openapi`: what goes in and out."""

from pathlib import Path
from typing import Any

import click
import msgspec

from pulse import settings
from pulse.cli.group import (
    BUSINESS,
    FILE,
    NEW_FILE,
    chosen_settings,
    main,
    nothing,
    scope_of,
    with_database,
)
from pulse.errors import Invalid

SHOWN_ERRORS = 20


@main.command(name="import")
@click.argument("file", type=FILE)
@BUSINESS
@click.option("--mapping", type=FILE, help="How to read it (JSON); without it, Pulse guesses.")
@click.option("--dry-run", is_flag=True, help="Count what would change, change nothing.")
def import_(file: Path, business: str, mapping: Path | None, dry_run: bool) -> None:
    """Import a customer list or an event file, as the Imports page does."""
    report = with_database(lambda: _import(file, business, mapping, dry_run))
    end = "dry run, nothing was changed" if dry_run else report.status
    click.echo(
        f"{end}: {report.rows_total:,} rows, {report.rows_new:,} new, "
        f"{report.rows_changed:,} changed, {report.rows_same:,} the same, "
        f"{report.rows_rejected:,} rejected"
    )
    for error in report.errors[:SHOWN_ERRORS]:
        click.echo(f"  line {error['line']}: {error['reason']}", err=True)
    if report.status != "done":
        raise Invalid(report.problem or "Nothing was imported.")


async def _import(file: Path, business: str, mapping: Path | None, dry_run: bool) -> Any:
    from pulse import workflows
    from pulse.imports.runner import import_file
    from pulse.jobs import progress
    from pulse.tabular import mapping as mappings

    scope = await scope_of(business)
    with progress.bars() as told:
        return await import_file(
            scope,
            file,
            mappings.load(mapping) if mapping else await _guess(scope, file),
            dry_run=dry_run,
            after=workflows.rescore,
            progress=lambda report: told("importing", report.rows_done, report.rows_total),
        )


async def _guess(scope: Any, file: Path) -> Any:
    from pulse.imports import preview

    return (await preview.examine(scope, file)).mapping


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema; serving does this by itself."""
    with_database(nothing)
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

    with_database(lambda: database_backup.restore(settings.current(), file))
    with_database(nothing)  # a backup of an older Pulse is migrated
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
    else:
        file.write_bytes(text + b"\n")
