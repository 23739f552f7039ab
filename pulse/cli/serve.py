"""`pulse serve` and `pulse demo`."""

import os
from pathlib import Path
from typing import Any

import click
import msgspec

from pulse import logs, settings
from pulse.cli.group import chosen_settings, main, with_database
from pulse.settings import Settings

HOST = click.option("--host", default="127.0.0.1", show_default=True)
PORT = click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: a free one."
)


@main.command()
@click.option("--role", type=click.Choice(["all", "dashboard", "api", "worker"]), default="all")
@HOST
@PORT
def serve(role: Any, host: str, port: int) -> None:
    """Run the server with settings from the environment (see .env.example)."""
    from pulse import server
    from pulse.demo import people

    async def ready(address: str) -> None:
        click.echo(f"Pulse is ready: {address}")

    server.run(
        chosen_settings(),
        host=host,
        port=port,
        role=role,
        prepare=people.disable_demo_sign_in,
        when_ready=ready,
    )


@main.command()
@HOST
@PORT
@click.option("--data-dir", type=click.Path(path_type=Path), help="The folder for all data.")
@click.option("--fresh", is_flag=True, help="Delete the demo businesses and load them again.")
@click.option("--simulate", is_flag=True, help="Simulate actions of lantern's customers.")
def demo(host: str, port: int, data_dir: Path | None, fresh: bool, simulate: bool) -> None:
    """Load two demo businesses with real data, once, and serve them."""
    from pulse import server
    from pulse.demo import seed, simulation

    chosen = chosen_settings(data_dir=data_dir, demo=True, simulate=simulate)

    async def ready(address: str) -> None:
        at_port = _with_address(address, chosen)
        settings.choose(at_port)
        await seed.update_demo_access()
        if simulate:
            await simulation.start()
        logs.configure(chosen.log_format, "WARNING")  # so that the next line stays the last one
        _print_welcome(at_port)

    server.listen(host, port).close()  # raise now rather than after loading
    if fresh or not _has_data(chosen):
        with_database(lambda: _load(fresh), chosen, fresh=fresh, migrates=True)
    server.run(chosen, host=host, port=port, prepare=_load, when_ready=ready)


def _has_data(chosen: Settings) -> bool:
    """Whether an embedded database exists: then it needs to be opened only once.

    Otherwise the demo is loaded before the server starts, so that Ctrl-C ends it at once.
    """
    from pulse.db.engine import data_folder

    return not chosen.database_url and (data_folder(chosen) / "PG_VERSION").exists()


async def _load(fresh: bool = False) -> None:
    """Load what is missing; does nothing at a second start."""
    from pulse.demo import seed
    from pulse.jobs import progress

    # one line per week would fill the screen
    logs.configure(settings.current().log_format, "WARNING")
    if fresh:
        await seed.throw_away()
    with progress.bars() as told:
        await seed.load(told)


def _with_address(address: str, chosen: Settings) -> Settings:
    """The settings with the address browsers use, unless the operator has set it."""
    if os.environ.get("PULSE_PUBLIC_URL"):
        return chosen
    return msgspec.structs.replace(chosen, public_url=address.replace("//0.0.0.0", "//127.0.0.1"))


def _print_welcome(chosen: Settings) -> None:
    """The last lines of `make demo`: how to sign in, and the address."""
    standard = chosen.demo_password == Settings().demo_password
    password = chosen.demo_password if standard else "the one in PULSE_DEMO_PASSWORD"
    click.echo(f"The shop with the widget: {chosen.public_url}/demo/shop")
    click.echo(
        "Sign in as csm@lantern.example (or admin@lantern.example, viewer@lantern.example, "
        f"admin@meridian.example), password {password}"
    )
    click.echo(f"Pulse is ready: {chosen.public_url}")
