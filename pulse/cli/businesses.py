"""`pulse business`, `pulse staff`, `pulse key add`, `pulse token`.

Create businesses, staff, keys and tokens; export and import a whole business.
"""

import os
from pathlib import Path
from typing import Any

import click

from pulse.cli.group import BUSINESS, FILE, NEW_FILE, main, scope_of, with_database


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
    from pulse.auth.business_lifecycle import create_business

    _, secret = with_database(
        lambda: create_business(
            slug,
            name,
            currency=currency,
            locale=locale,
            time_zone=time_zone,
            allowed_origins=origins,
        )
    )
    click.echo(f"Created {name}. This secret signs its customer tokens (HS256);")
    click.echo("it cannot be shown again:")
    click.echo(f"  kid     {secret.kid}\n  secret  {secret.secret}")


@business_.command(name="export")
@click.argument("file", type=NEW_FILE)
@BUSINESS
def business_export(file: Path, business: str) -> None:
    """Export one business completely to FILE, for another installation; prints the checksums."""
    from pulse.auth.businesses import business_by_slug
    from pulse.operations.business_transfer import export_business

    async def export() -> Any:
        return await export_business(await business_by_slug(business), file)

    _print_tables(with_database(export))
    click.echo(f"Wrote {business} to {file}. It holds all customer data: keep it safe.")


@business_.command(name="import")
@click.argument("file", type=FILE)
def business_import(file: Path) -> None:
    """Import the business in FILE: completely, with equal checksums, or not at all.

    PULSE_SOURCE_SECRET: the PULSE_SECRET of the installation that wrote FILE, if it differs.
    """
    from pulse.operations.business_transfer import import_business

    source = os.environ.get("PULSE_SOURCE_SECRET", "")
    manifest = with_database(lambda: import_business(file, source))
    _print_tables(manifest)
    click.echo(f"Imported {manifest.name} ({manifest.slug}) with equal checksums.")


def _print_tables(manifest: Any) -> None:
    for table in manifest.tables:
        if table.rows:
            click.echo(f"  {table.name:<22}{table.rows:>12,} rows  {table.checksum[:16]}")


@main.group()
def staff() -> None:
    """The staff of a business."""


@staff.command(name="add")
@BUSINESS
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(["viewer", "csm", "manager", "admin"]), default="csm")
@click.password_option(envvar="PULSE_STAFF_PASSWORD", help="Asked for when it is not given.")
def staff_add(business: str, email: str, name: str, role: str, password: str) -> None:
    """Add a member of staff."""
    from pulse.auth.roles import Role
    from pulse.auth.staff import add_staff

    async def add() -> None:
        await add_staff(await scope_of(business), email, name, Role(role), password)

    with_database(add)
    click.echo(f"{email} can now sign in as {role} of {business}.")


@staff.command(name="password")
@BUSINESS
@click.option("--email", required=True)
@click.password_option(envvar="PULSE_STAFF_PASSWORD", help="Asked for when it is not given.")
def staff_password(business: str, email: str, password: str) -> None:
    """Change a person's password; their sessions end."""
    from pulse.auth.sign_in.password_changes import set_password
    from pulse.auth.staff import person_by_email

    async def change() -> None:
        scope = await scope_of(business)
        await set_password(scope, (await person_by_email(scope, email)).id, password)

    with_database(change)
    click.echo(f"{email} can now sign in with the new password.")


@main.group()
def key() -> None:
    """The API keys of a business's own programs."""


@key.command(name="add")
@BUSINESS
@click.option("--name", required=True, help="The program that will use it.")
@click.option("--scope", "scopes", multiple=True, required=True, help="read, write, ingest, …")
def key_add(business: str, name: str, scopes: tuple[str, ...]) -> None:
    """Create an API key and print it alone on its line; it cannot be shown again."""
    from pulse.auth.api_keys import create_api_key

    async def make() -> str:
        return await create_api_key(await scope_of(business), name, scopes)

    click.echo(with_database(make))


@main.command()
@BUSINESS
@click.option("--customer", required=True, help="The id the business has for its customer.")
@click.option("--minutes", default=15.0, show_default=True)
def token(business: str, customer: str, minutes: float) -> None:
    """Print a signed customer token, to try the widget and the API."""
    from pulse.auth.customer_tokens import sign_for

    click.echo(with_database(lambda: sign_for(business, customer, minutes=minutes)))
