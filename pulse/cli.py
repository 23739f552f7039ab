"""The `pulse` command: thin, each subcommand calls a service and prints.

Services are imported inside the commands, so that `pulse --help` does not wait for them.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from pulse import logs, settings
from pulse.errors import Invalid, PulseError
from pulse.settings import Settings

T = TypeVar("T")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
BUSINESS = click.option("--business", required=True, help="Its public id, e.g. lantern.")
HOST = click.option("--host", default="127.0.0.1", show_default=True)
PORT = click.option("--port", default=8080, show_default=True, help="0 takes a free one.")


class Command(click.Group):
    """A group that says a refusal in one sentence instead of a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; a PulseError ends with its message and exit code 1."""
        try:
            return super().invoke(ctx)
        except PulseError as refused:
            raise click.ClickException(refused.message) from refused


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulse-identity", prog_name="pulse")
def main() -> None:
    """Pulse: one score, seen by the customer and by the team that looks after them."""


@main.command()
@click.option("--role", type=click.Choice(["all", "dashboard", "api", "worker"]), default="all")
@HOST
@PORT
def serve(role: Any, host: str, port: int) -> None:
    """Serve, for real: settings from the environment (see .env.example)."""
    from pulse import server
    from pulse.demo import people

    async def ready(address: str) -> None:
        await people.lock_out()
        click.echo(f"Pulse is ready: {address}")

    server.run(_chosen(), host=host, port=port, role=role, when_ready=ready)


@main.command()
@HOST
@PORT
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where everything is kept.")
@click.option("--fresh", is_flag=True, help="Throw the demo businesses away and load them anew.")
@click.option("--simulate", is_flag=True, help="Let lantern's customers act by themselves.")
def demo(host: str, port: int, data_dir: Path | None, fresh: bool, simulate: bool) -> None:
    """Load two businesses on real data, once, and serve them."""
    from pulse import server
    from pulse.demo import loading, simulation

    chosen = _chosen(data_dir=data_dir, demo=True, simulate=simulate)

    async def ready(address: str) -> None:
        at_port = _reached_at(address, chosen)
        settings.choose(at_port)
        await loading.open_doors()
        if simulate:
            await simulation.start()
        logs.configure(chosen.log_format, "WARNING")  # so that the next line stays the last one
        _welcome(at_port)

    _with_database(lambda: _load(fresh), chosen)
    server.run(chosen, host=host, port=port, when_ready=ready)


@main.command()
@BUSINESS
@click.option("--customer", required=True, help="The id the business has for its customer.")
@click.option("--minutes", default=15.0, show_default=True)
def token(business: str, customer: str, minutes: float) -> None:
    """Print a signed customer token, for trying the widget and the API."""
    from pulse.access.tokens import sign_for

    click.echo(_with_database(lambda: sign_for(business, customer, minutes=minutes)))


@main.command(name="import")
@click.argument("file", type=FILE)
@BUSINESS
@click.option("--mapping", type=FILE, help="How to read it (JSON); without it, Pulse guesses.")
@click.option("--dry-run", is_flag=True, help="Count what would change, change nothing.")
def import_(file: Path, business: str, mapping: Path | None, dry_run: bool) -> None:
    """Import a customer list or an event file, as the Imports page does."""
    report = _with_database(lambda: _import(file, business, mapping, dry_run))
    click.echo(
        f"{report.status}: {report.rows_total:,} rows, {report.rows_new:,} new, "
        f"{report.rows_changed:,} changed, {report.rows_same:,} the same, "
        f"{report.rows_rejected:,} rejected"
    )
    for error in report.errors[:20]:
        click.echo(f"  line {error['line']}: {error['reason']}", err=True)
    if report.status != "done":
        raise Invalid(report.problem or "Nothing was imported.")


@main.group()
def staff() -> None:
    """The people of a business."""


@staff.command(name="add")
@BUSINESS
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(["viewer", "csm", "manager", "admin"]), default="csm")
@click.password_option(envvar="PULSE_STAFF_PASSWORD", help="Asked for when it is not given.")
def staff_add(business: str, email: str, name: str, role: str, password: str) -> None:
    """Add somebody who may sign in."""
    from pulse.access.roles import Role
    from pulse.access.staff import add_staff

    async def add() -> None:
        await add_staff(await _scope(business), email, name, Role(role), password)

    _with_database(add)
    click.echo(f"{email} may sign in now, as {role} of {business}.")


@main.group(name="business")
def business_() -> None:
    """The businesses (tenants) of this instance."""


@business_.command(name="add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--currency", default="EUR", show_default=True)
@click.option("--locale", default="en", show_default=True)
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--origin", "origins", multiple=True, help="A page that may show the widget.")
def business_add(
    slug: str, name: str, currency: str, locale: str, time_zone: str, origins: tuple[str, ...]
) -> None:
    """Add a business by its public id, and print the secret that signs its customer tokens."""
    from pulse.access.founding import found_business

    _, secret = _with_database(
        lambda: found_business(
            slug,
            name,
            currency=currency,
            locale=locale,
            time_zone=time_zone,
            allowed_origins=origins,
        )
    )
    click.echo(f"{name} is there. Its customer tokens are signed (HS256) with this secret,")
    click.echo("which is shown here and now only:")
    click.echo(f"  kid     {secret.kid}\n  secret  {secret.secret}")


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema; serving does this by itself."""
    _with_database(_nothing)
    click.echo("The database is up to date.")


@main.command()
@click.argument("file", type=NEW_FILE)
def backup(file: Path) -> None:
    """Write the whole database into FILE (pg_dump's custom format)."""
    from pulse.database import dumping

    _with_database(lambda: dumping.dump(settings.current(), file))
    click.echo(f"Wrote {file.stat().st_size:,} bytes to {file}.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.confirmation_option(prompt="This replaces everything in the database. Go on?")
def restore(file: Path) -> None:
    """Put a backup in the place of everything there is; stop the servers first."""
    from pulse.database import dumping

    _with_database(lambda: dumping.restore(settings.current(), file))
    _with_database(_nothing)  # a backup of an older Pulse is migrated
    click.echo(f"Restored {file}.")


@main.command()
@click.argument("file", type=NEW_FILE, required=False)
def openapi(file: Path | None) -> None:
    """Print the API's description (OpenAPI 3.1, JSON), or write it to FILE."""
    settings.choose(_chosen())
    from widget_api.app import document

    text = msgspec.json.format(msgspec.json.encode(document()), indent=2)
    if file is None:
        click.echo(text)
    else:
        file.write_bytes(text + b"\n")


async def _load(fresh: bool) -> None:
    from pulse import terminal
    from pulse.demo import loading

    if fresh:
        await loading.throw_away()
    with terminal.bars() as told:
        await loading.load(told)


async def _import(file: Path, business: str, mapping: Path | None, dry_run: bool) -> Any:
    from pulse import loop, terminal
    from pulse.customers import mapping as mappings
    from pulse.customers.upload import import_file

    scope = await _scope(business)
    with terminal.bars() as told:
        return await import_file(
            scope,
            file,
            mappings.load(mapping) if mapping else await _guess(scope, file),
            dry_run=dry_run,
            after=loop.rescore,
            progress=lambda report: told("importing", report.rows_done, report.rows_total),
        )


async def _guess(scope: Any, file: Path) -> Any:
    from pulse.customers import columns

    return (await columns.examine(scope, file)).mapping


async def _scope(business: str) -> Any:
    from pulse.access.businesses import business_by_slug
    from pulse.access.scope import Scope

    return Scope.for_pulse((await business_by_slug(business)).id)


async def _nothing() -> None:
    """Opening the database is all that was asked for."""


def _chosen(**given: Any) -> Settings:
    return Settings.from_environment(**given)


def _with_database(work: Callable[[], Awaitable[T]], chosen: Settings | None = None) -> T:
    """Open the database of these settings, do the work in it, close it."""
    from pulse.database.opening import database

    chosen = chosen or _chosen()
    settings.choose(chosen)
    logs.configure(chosen.log_format, "WARNING")

    async def inside() -> T:
        async with database(chosen):
            return await work()

    return asyncio.run(inside())


def _reached_at(address: str, chosen: Settings) -> Settings:
    """The settings with the address browsers use, unless the operator has said it."""
    if os.environ.get("PULSE_PUBLIC_URL"):
        return chosen
    return msgspec.structs.replace(chosen, public_url=address.replace("//0.0.0.0", "//127.0.0.1"))


def _welcome(chosen: Settings) -> None:
    """The last line of `make demo`: where it is, and how to sign in."""
    standard = chosen.demo_password == Settings().demo_password
    password = chosen.demo_password if standard else "the one in PULSE_DEMO_PASSWORD"
    click.echo(f"The shop with the widget: {chosen.public_url}/demo/shop")
    click.echo(f"Sign in as csm@lantern.example (or admin@…, viewer@…), password {password}")
    click.echo(f"Pulse is ready: {chosen.public_url}")
