"""The root command, and how subcommands get the settings and the database."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pulse import logs, settings
from pulse.errors import PulseError
from pulse.jobs import gc_tuning
from pulse.settings import Settings

T = TypeVar("T")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
BUSINESS = click.option("--business", required=True, help="Its public id, e.g. lantern.")


class Command(click.Group):
    """A command group that prints an error as one sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; a PulseError or file error ends with a sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except PulseError as refused:
            raise click.ClickException(refused.message) from refused
        except OSError as wrong:
            if wrong.filename is None:
                raise
            words = f"{wrong.filename} cannot be used: {wrong.strerror}."
            raise click.ClickException(words) from wrong


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulse-identity", prog_name="pulse")
def main() -> None:
    """Pulse: one score, for the customer and for the team that looks after them."""
    gc_tuning.tune_gc()


def chosen_settings(**given: Any) -> Settings:
    """The environment's settings; given options take precedence."""
    chosen = Settings.from_environment(**given)
    settings.choose(chosen)
    return chosen


def with_database(
    work: Callable[[], Awaitable[T]],
    chosen: Settings | None = None,
    *,
    fresh: bool = False,
    migrates: bool = False,
) -> T:
    """Open the database of these settings, run the work, close it.

    migrates: migrate to the newest schema first; without it only an empty database is migrated.
    """
    from pulse.db.startup import database

    chosen = chosen or chosen_settings()
    logs.configure(chosen.log_format, "WARNING")

    async def inside() -> T:
        async with database(chosen, fresh=fresh, migrates=migrates):
            return await work()

    return asyncio.run(inside())


async def nothing() -> None:
    """Does nothing: opening the database was the purpose."""


async def scope_of(business: str) -> Any:
    """Pulse itself acting in the business with this public id; raises NotFound."""
    from pulse.auth.businesses import business_by_slug
    from pulse.auth.scope import Scope

    return Scope.for_pulse((await business_by_slug(business)).id)
