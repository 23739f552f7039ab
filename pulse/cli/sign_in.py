"""`pulse sso …`: single sign-on of a business. `pulse secret rotate`: change PULSE_SECRET."""

import click

from pulse.cli.group import BUSINESS, main, scope_of, with_database


@main.group()
def sso() -> None:
    """Single sign-on by OpenID Connect."""


@sso.command(name="set")
@BUSINESS
@click.option("--issuer", required=True, help="https://accounts.google.com, Entra's or Keycloak's.")
@click.option("--client-id", required=True)
@click.option("--client-secret", envvar="PULSE_OIDC_CLIENT_SECRET", prompt=True, hide_input=True)
@click.option(
    "--domain", "domains", multiple=True, required=True, help="An e-mail domain of the staff."
)
@click.option("--role-claim", default="", help="A claim, or a path such as realm_access.roles.")
@click.option("--role", "roles", multiple=True, help="VALUE=ROLE, e.g. pulse-admins=admin.")
@click.option(
    "--default-role", type=click.Choice(["viewer", "csm", "manager", "admin"]), default="viewer"
)
@click.option("--enforced/--not-enforced", default=False, help="Refuse passwords of these domains.")
def sso_set(
    business: str,
    issuer: str,
    client_id: str,
    client_secret: str,
    domains: tuple[str, ...],
    role_claim: str,
    roles: tuple[str, ...],
    default_role: str,
    enforced: bool,
) -> None:
    """Set the identity provider; its metadata is read first."""
    from pulse.auth.oidc.flow import callback_url
    from pulse.auth.oidc.providers import Provider, set_provider

    given = Provider(
        issuer=issuer,
        client_id=client_id,
        domains=list(domains),
        role_claim=role_claim,
        role_values=dict(_pair(one) for one in roles),
        default_role=default_role,
        is_enforced=enforced,
    )

    async def change() -> None:
        await set_provider(await scope_of(business), given, client_secret)

    with_database(change)
    click.echo(f"Single sign-on is set. Its redirect address is {callback_url()}")


@sso.command(name="show")
@BUSINESS
def sso_show(business: str) -> None:
    """Print the settings as JSON, without the secret."""
    import msgspec

    from pulse.auth.oidc.providers import Provider, provider_of

    async def read() -> Provider | None:
        return await provider_of(await scope_of(business))

    click.echo(msgspec.json.encode(with_database(read)).decode())


@sso.command(name="enforce")
@BUSINESS
@click.option("--on/--off", default=True, show_default=True)
def sso_enforce(business: str, on: bool) -> None:
    """Refuse passwords of the provider's domains, or accept them again (--off)."""
    from pulse.auth.oidc.providers import enforce

    async def change() -> None:
        await enforce(await scope_of(business), on)

    with_database(change)
    click.echo("Passwords are refused now." if on else "Passwords are accepted again.")


@sso.command(name="prove-domain")
@BUSINESS
@click.argument("domain")
def sso_prove_domain(business: str, domain: str) -> None:
    """Mark DOMAIN as owned by the business, without a TXT record."""
    from pulse.auth.oidc.domains import prove_by_operator

    async def change() -> None:
        await prove_by_operator(await scope_of(business), domain)

    with_database(change)
    click.echo(f"{domain} is proven: its passwords can be refused.")


@sso.command(name="remove")
@BUSINESS
def sso_remove(business: str) -> None:
    """Remove the provider; accounts stay and sign in with passwords."""
    from pulse.auth.oidc.providers import remove_provider

    async def change() -> None:
        await remove_provider(await scope_of(business))

    with_database(change)
    click.echo("Single sign-on is removed.")


@main.group()
def secret() -> None:
    """PULSE_SECRET, which encrypts secrets in the database."""


@secret.command(name="rotate")
def secret_rotate() -> None:
    """Encrypt all secrets again:

    PULSE_SECRET is the new secret, PULSE_OLD_SECRET the previous one.
    """
    from pulse.cli.group import chosen_settings
    from pulse.operations.secret_rotation import reseal_everything

    if not chosen_settings().old_secret:
        raise click.ClickException(
            "Set PULSE_SECRET to the new secret and PULSE_OLD_SECRET to the one before."
        )
    done = with_database(reseal_everything)
    for table, values in done.items():
        click.echo(f"{table}: {values} encrypted again")
    click.echo("Done: remove PULSE_OLD_SECRET and restart.")


def _pair(text: str) -> tuple[str, str]:
    value, equals, role = text.rpartition("=")
    if not equals:
        raise click.BadParameter(f"{text}: write VALUE=ROLE", param_hint="--role")
    return value, role
