"""`pulse doctor`: check the set-up of this installation."""

import asyncio

import click

from pulse import logs
from pulse.cli.group import chosen_settings, main
from pulse.errors import Unavailable
from pulse.settings import Settings


@main.command()
def doctor() -> None:
    """Check settings, disk, Redis, database, isolation and jobs; changes nothing.

    The exit code is 1 when there is a problem.
    """
    chosen = chosen_settings()
    logs.configure(chosen.log_format, "ERROR")
    if asyncio.run(_print_findings(chosen)):
        raise Unavailable("There are problems: see above.")


async def _print_findings(chosen: Settings) -> int:
    from pulse.db.startup import reached
    from pulse.operations.doctor import examine

    problems = 0
    async with reached(chosen) as owner:
        async for finding in examine(chosen, owner):
            click.echo(f"{finding.level:<9}{finding.subject:<16}{finding.text}")
            problems += finding.level == "problem"
    return problems
