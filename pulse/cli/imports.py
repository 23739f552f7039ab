"""`pulse import`: import a customer list or event file, with the settings of the Imports page."""

from pathlib import Path
from typing import Any

import click

from pulse.cli.group import BUSINESS, FILE, main, scope_of, with_database
from pulse.errors import Invalid
from pulse.tabular.wording import counted

SHOWN_ERRORS = 20
FIELD_TYPES = ["text", "number", "currency", "date", "yes_no", "choice", "phone", "email", "url"]


@main.command(name="import")
@click.argument("file", type=FILE)
@BUSINESS
@click.option("--mapping", type=FILE, help="How to read it (JSON); without it, Pulse guesses.")
@click.option("--dry-run", is_flag=True, help="Count what would change, change nothing.")
@click.option("--kind", type=click.Choice(["customers", "events"]), help="What the list holds.")
@click.option("--sheet", help="The sheet of a workbook, or the file in a ZIP.")
@click.option("--header-row", type=click.IntRange(0), help="The header's line; 0: there is none.")
@click.option("--encoding", help="utf-8, cp1252, cp1251, shift_jis, gbk, …")
@click.option("--separator", help="The character between cells of a text file.")
@click.option("--decimal", type=click.Choice([".", ","]), help="The decimal mark.")
@click.option(
    "--date-order",
    type=click.Choice(["dmy", "mdy", "ymd"]),
    help="The order of day, month and year.",
)
@click.option("--time-zone", help="The zone of times without one, e.g. Europe/Berlin.")
@click.option(
    "--blanks",
    type=click.Choice(["keep", "clear"]),
    help="Whether an empty cell keeps or deletes the known value.",
)
@click.option("--leaving", multiple=True, help="A word that means “has left”; may be repeated.")
@click.option("--source", help="The name under which this kind of list is remembered.")
@click.option("--yes", is_flag=True, help="Import what does not look like a list without asking.")
def import_(
    file: Path, business: str, mapping: Path | None, dry_run: bool, yes: bool, **said: Any
) -> None:
    """Import a customer list or an event file, as the Imports page does.

    Asks first when the file does not look like a list.
    """
    report = with_database(lambda: _import(file, business, mapping, dry_run or yes, dry_run, said))
    end = "dry run, nothing was changed" if dry_run else report.status
    click.echo(
        f"{end}: {counted(report.rows_total, 'row')}, {report.rows_new:,} new, "
        f"{report.rows_changed:,} changed, {report.rows_same:,} the same, "
        f"{report.rows_rejected:,} rejected"
    )
    for error in report.errors[:SHOWN_ERRORS]:
        click.echo(f"  line {error['line']}: {error['reason']}", err=True)
    for left in report.unread:
        seen = ", ".join(f"“{one[1]}” (line {one[0]})" for one in left["examples"])
        click.echo(
            f"  {left['column']}: {counted(left['count'], 'cell')} left empty: {seen}", err=True
        )
    if report.status != "done":
        raise Invalid(report.problem or "Nothing was imported.")


@main.group(name="field")
def field_() -> None:
    """Custom fields: the type of a column in every list."""


@field_.command(name="list")
@BUSINESS
def field_list(business: str) -> None:
    """The business's fields, their types and choices."""
    from pulse.imports.custom_fields import list_custom_fields

    async def read() -> Any:
        return await list_custom_fields(await scope_of(business))

    for field in with_database(read):
        choices = f": {', '.join(field.choices)}" if field.choices else ""
        click.echo(f"{field.name} ({field.attribute}): {field.type}{choices}")


@field_.command(name="set")
@click.argument("name")
@click.argument("kind", metavar="TYPE", type=click.Choice(FIELD_TYPES))
@BUSINESS
@click.option("--choice", "choices", multiple=True, help="A value of a choice; repeat it.")
def field_set(name: str, kind: Any, business: str, choices: tuple[str, ...]) -> None:
    """Read the column NAME as TYPE in every list from now on."""
    from pulse.imports.custom_fields import set_custom_field
    from pulse.tabular.guesses.declared import CustomField

    async def change() -> Any:
        return await set_custom_field(await scope_of(business), CustomField(name, kind, choices))

    field = with_database(change)
    click.echo(f"{field.name} is {field.type} from now on, kept as {field.attribute}.")


@field_.command(name="remove")
@click.argument("name")
@BUSINESS
def field_remove(name: str, business: str) -> None:
    """Delete the type of the column NAME; values stay."""
    from pulse.imports.custom_fields import remove_custom_field

    async def change() -> None:
        await remove_custom_field(await scope_of(business), name)

    with_database(change)
    click.echo(f"Pulse detects the type of {name} from now on.")


async def _import(
    file: Path,
    business: str,
    mapping: Path | None,
    sure: bool,
    dry_run: bool,
    said: dict[str, Any],
) -> Any:
    from pulse import workflows
    from pulse.imports.runner import import_file
    from pulse.jobs import progress
    from pulse.tabular import mapping as mappings

    scope = await scope_of(business)
    chosen = mappings.load(mapping) if mapping else await _guess(scope, file, sure, said)
    with progress.bars() as told:
        return await import_file(
            scope,
            file,
            chosen,
            dry_run=dry_run,
            after=workflows.rescore,
            progress=lambda report: told("importing", report.rows_done, report.rows_total),
        )


async def _guess(scope: Any, file: Path, sure: bool, said: dict[str, Any]) -> Any:
    """The guessed mapping; prints what was guessed, warnings, and what is new."""
    from pulse.imports import preview
    from pulse.imports.import_settings import ImportSettings

    wanted = {name: value for name, value in said.items() if value is not None}
    found = await preview.examine(scope, file, ImportSettings(**wanted))
    chosen = found.mapping
    remembered = ", read as last time" if found.remembered else ""
    click.echo(f"A list of {chosen.kind}{remembered}:", err=True)
    for column in chosen.columns:
        signal = f", {column.signal}" if column.signal else ""
        click.echo(f"  {column.column}: {column.role} ({column.reads_as}{signal})", err=True)
    for change in found.changes:
        click.echo(f"Different from last time: {change}", err=True)
    for caution in found.cautions:
        where = f"{caution.column}: " if caution.column else ""
        control = f" (--{caution.control.replace(' ', '-')})" if _is_option(caution.control) else ""
        click.echo(f"Warning: {where}{caution.text}{control}", err=True)
    if not sure and not found.remembered and _is_no_list(found):
        _confirm()
    return chosen


def _is_no_list(found: Any) -> bool:
    """Whether nothing in it tells rows apart, or the first line has no column names."""
    doubtful = {caution.kind for caution in found.cautions} & {"no_header", "no_id"}
    return bool(doubtful) or len(found.columns) < 2


def _confirm() -> None:
    words = "This does not look like a list of customers or events. Import it all the same?"
    try:
        click.confirm(words, abort=True, err=True)
    except click.Abort as refused:
        raise Invalid("Nothing was imported. Add --yes to import it without asking.") from refused


_OPTIONS = ("kind", "sheet", "header row", "encoding", "separator", "date order", "time zone",
            "leaving", "blanks")  # fmt: skip


def _is_option(control: str) -> bool:
    return control in _OPTIONS
