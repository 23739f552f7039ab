"""`pulse retention`: retention periods of events, notes, snapshots, audit, inactive customers."""

from typing import Any

import click
import msgspec

from pulse.cli.group import BUSINESS, main, scope_of, with_database

KINDS = ("events", "notes", "snapshots", "audit", "inactive-customers")


@main.group()
def retention() -> None:
    """How long a business keeps its data; the daily job deletes older data."""


@retention.command(name="show")
@BUSINESS
def retention_show(business: str) -> None:
    """Print the periods, and how many rows they would delete today."""
    from pulse.operations import retention as periods

    async def read() -> Any:
        scope = await scope_of(business)
        return await periods.periods(scope), await periods.due(scope)

    _print(*with_database(read))


@retention.command(name="set")
@BUSINESS
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("months")
@click.option("--yes", is_flag=True, help="Do not ask.")
def retention_set(business: str, kind: str, months: str, yes: bool) -> None:
    """Keep KIND for MONTHS (6 to 240, or `for-ever`); first says how much it deletes today."""
    from pulse.operations import retention as periods

    number = int(months) if months.isdigit() else None if months == "for-ever" else months
    wanted = {kind.replace("-", "_"): number}

    async def look() -> Any:
        scope = await scope_of(business)
        chosen = periods.checked({**msgspec.to_builtins(await periods.periods(scope)), **wanted})
        return chosen, await periods.due(scope, chosen)

    _print(*with_database(look))
    if not yes:
        click.confirm("The next daily job deletes these rows for good. Set it?", abort=True)

    async def change() -> None:
        await periods.set_periods(await scope_of(business), wanted)

    with_database(change)
    click.echo("The period is saved.")


def _summary(due: Any) -> str:
    return f"{due.rows:,} rows to delete today" + (
        f", the oldest of {due.oldest}" * bool(due.oldest)
    )


def _print(chosen: Any, due: dict[str, Any]) -> None:
    for kind, months in msgspec.to_builtins(chosen).items():
        kept = f"{months} months, {_summary(due[kind])}" if months else "for ever"
        click.echo(f"{kind.replace('_', ' '):<20}{kept}")
