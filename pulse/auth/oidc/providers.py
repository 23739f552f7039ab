"""The identity provider of a business and the e-mail domains that use it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from pulse.auth import audit
from pulse.auth.directory import look_up
from pulse.auth.encryption import seal, unseal
from pulse.auth.oidc.discovery import forget_providers, metadata_of
from pulse.auth.oidc.domains import is_proven, require_proof
from pulse.auth.roles import Permission, Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import is_preset, rules_of
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from pulse.i18n.sentences import Sentence
from pulse.tables.choices import DirectoryKind
from pulse.tables.staff import IdentityProvider, SignInDomain, Staff

MOST_DOMAINS = 20
MOST_ROLE_VALUES = 50
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
PUBLIC_MAIL = frozenset(
    f"{name}.com" for name in ("gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "aol")
) | {"icloud.com", "me.com", "mail.com", "gmx.de", "gmx.net", "web.de", "proton.me", "qq.com"}
"""Public mail domains, which cannot belong to one business."""


class Provider(msgspec.Struct, frozen=True):
    """The settings of the provider; the client secret is never shown again."""

    issuer: str
    client_id: str
    domains: list[str]
    role_claim: str = ""
    role_values: dict[str, str] = {}
    default_role: str = "viewer"
    is_enforced: bool = False


class Client(msgspec.Struct, frozen=True):
    """A provider with its client secret."""

    business_id: UUID
    provider: Provider
    secret: str


async def provider_of(scope: Scope) -> Provider | None:
    """The provider of the business, or None (admins)."""
    scope.require(Permission.manage_sign_in)
    async with tenant(scope) as unit:
        found = await _client(unit)
    return found.provider if found else None


async def set_provider(scope: Scope, given: Provider, client_secret: str = "") -> Provider:
    """Add or change the provider (admins); audited. An empty secret keeps the present one.

    The provider's metadata is read first. Raises Invalid for unusable settings, Conflict for a
    domain that another business uses or, with enforcement, that is not proven, and Unavailable when
    the provider does not answer.
    """
    scope.require(Permission.manage_sign_in)
    given = _checked(given)
    await _check_roles(scope, given)
    given = msgspec.structs.replace(given, issuer=(await metadata_of(given.issuer)).issuer)
    async with tenant(scope) as unit:
        before = await _client(unit)
        if before is None and not client_secret:
            raise Invalid("The provider needs a client secret.", field="client_secret")
        if before is None or before.provider.issuer != given.issuer:
            await Staff.update({Staff.oidc_subject: None}).where(
                Staff.business_id == scope.business_id
            )
        secret = client_secret or (before.secret if before else "")
        await _write(unit, given, secret)
        await _set_domains(unit, given.domains)
        if given.is_enforced:
            await require_proof(unit)
        old = msgspec.to_builtins(before.provider) if before else None
        after = msgspec.to_builtins(given)
        await audit.record(unit, scope, "oidc.provider_set", given.issuer, before=old, after=after)
    forget_providers()
    return given


async def enforce(scope: Scope, on: bool) -> None:
    """Refuse passwords of the provider's domains, or accept them again; audited.

    Raises Conflict while a domain is not proven to belong to the business: see `domains`.
    """
    scope.require(Permission.manage_sign_in)
    async with tenant(scope) as unit:
        changed = (
            await IdentityProvider.update({IdentityProvider.is_enforced: on})
            .where(IdentityProvider.business_id == scope.business_id)
            .returning(IdentityProvider.issuer)
        )
        if not changed:
            raise NotFound("There is no identity provider.")
        if on:
            await require_proof(unit)
        await audit.record(unit, scope, "oidc.enforced", changed[0]["issuer"], after=on)


async def remove_provider(scope: Scope) -> None:
    """Remove the provider, so that staff sign in with passwords (admins); audited.

    Raises NotFound when there is none.
    """
    scope.require(Permission.manage_sign_in)
    async with tenant(scope) as unit:
        gone = (
            await IdentityProvider.delete()
            .where(IdentityProvider.business_id == scope.business_id)
            .returning(IdentityProvider.issuer)
        )
        if not gone:
            raise NotFound("There is no identity provider.")
        await SignInDomain.delete().where(SignInDomain.business_id == scope.business_id)
        await Staff.update({Staff.oidc_subject: None}).where(Staff.business_id == scope.business_id)
        await audit.record(unit, scope, "oidc.provider_removed", gone[0]["issuer"])


async def client_of(business_id: UUID) -> Client:
    """The provider of a business with its secret, for the sign-in flow; raises NotFound."""
    async with tenant(Scope.for_pulse(business_id)) as unit:
        found = await _client(unit)
    if found is None:
        raise NotFound("This business has no single sign-on.", code="OIDC_NONE")
    return found


async def business_of_email(email: str) -> UUID:
    """The business at whose provider this e-mail signs in; raises NotFound when there is none.

    For an existing account its own business; for a new e-mail the business of its domain.
    """
    email = email.strip().lower()
    async with system() as unit:
        account = await look_up(unit, DirectoryKind.staff_email, email)
        domain = await look_up(unit, DirectoryKind.sign_in_domain, domain_of(email))
    if domain is None or (account and account.business_id != domain.business_id):
        raise NotFound(
            "There is no single sign-on for this e-mail: sign in with your password.",
            code="OIDC_NONE",
        )
    return domain.business_id


async def refuse_passwords(email: str, business_id: UUID | None) -> None:
    """Raise NotAllowed when the domain of this e-mail must use single sign-on.

    business_id: the account's business, or None without an account. A business can refuse
    passwords of its own accounts only.
    """
    async with system() as unit:
        domain = await look_up(unit, DirectoryKind.sign_in_domain, domain_of(email))
    if domain is None or business_id not in (None, domain.business_id):
        return
    async with tenant(Scope.for_pulse(domain.business_id)) as unit:
        found = await _client(unit)
        proven = await is_proven(unit, domain_of(email))
    if found and found.provider.is_enforced and proven:
        raise NotAllowed(
            Sentence(
                "People of {domain} sign in with single sign-on, not with a password.",
                domain=domain_of(email),
            ),
            code="OIDC_REQUIRED",
        )


def domain_of(email: str) -> str:
    """The part after the @, in lower case."""
    return email.strip().lower().rpartition("@")[2]


def _checked(given: Provider) -> Provider:
    """The provider with normalised values; raises Invalid with the field that is wrong."""
    domains = sorted({domain.strip().lower().lstrip("@") for domain in given.domains} - {""})
    wrong = [domain for domain in domains if not DOMAIN.fullmatch(domain) or domain in PUBLIC_MAIL]
    if wrong or not 0 < len(domains) <= MOST_DOMAINS:
        raise Invalid(
            Sentence(
                "Name 1 to {most} e-mail domains of your own, such as example.com.",
                most=MOST_DOMAINS,
            ),
            field="domains",
            wrong=wrong,
        )
    if not 0 < len(given.client_id.strip()) <= 300:
        raise Invalid("The client id has 1 to 300 characters.", field="client_id")
    if not is_preset(given.default_role):
        raise Invalid(
            Sentence(
                "The default role is one of {names}.", names=", ".join(role.value for role in Role)
            ),
            field="default_role",
        )
    if len(given.role_values) > MOST_ROLE_VALUES:
        raise Invalid(
            Sentence("At most {most} values give a role.", most=MOST_ROLE_VALUES),
            field="role_values",
        )
    if given.role_values and not given.role_claim.strip():
        raise Invalid("Name the claim that holds the roles.", field="role_claim")
    return msgspec.structs.replace(
        given,
        issuer=given.issuer.strip(),
        client_id=given.client_id.strip(),
        domains=domains,
        role_claim=given.role_claim.strip()[:200],
    )


async def _check_roles(scope: Scope, given: Provider) -> None:
    """Raise Invalid for an unknown role, NotAllowed for one with more permissions than the
    caller's.
    """
    async with tenant(scope) as unit:
        rules = await rules_of(unit)
    named = {given.default_role, *given.role_values.values()}
    if unknown := sorted(named - rules.keys()):
        raise Invalid(
            Sentence("The roles of this business are {rules}.", rules=", ".join(rules)),
            field="role_values",
            unknown=unknown,
        )
    for name in named:
        scope.require_covering(rules[name].permissions)


async def _client(unit: Unit) -> Client | None:
    row = (
        await IdentityProvider.select()
        .where(IdentityProvider.business_id == unit.business_id)
        .first()
    )
    if row is None:
        return None
    domains = (
        await SignInDomain.select(SignInDomain.domain)
        .where(SignInDomain.business_id == unit.business_id)
        .order_by(SignInDomain.domain)
    )
    fields: Mapping[str, Any] = {name: row[name] for name in _COLUMNS}
    provider = Provider(domains=[one["domain"] for one in domains], **fields)
    return Client(unit.business_id, provider, unseal(row["client_secret_sealed"]))


async def _write(unit: Unit, given: Provider, secret: str) -> None:
    columns = IdentityProvider.all_columns(exclude=["id", "business_id", "created_at"])
    row = IdentityProvider(
        business_id=unit.business_id,
        client_secret_sealed=seal(secret),
        **{name: getattr(given, name) for name in _COLUMNS},
    )
    await IdentityProvider.insert(row).on_conflict(
        target=IdentityProvider.business_id, action="DO UPDATE", values=columns
    )


async def _set_domains(unit: Unit, domains: Sequence[str]) -> None:
    await SignInDomain.delete().where(
        SignInDomain.business_id == unit.business_id, SignInDomain.domain.not_in(list(domains))
    )
    rows = await SignInDomain.select(SignInDomain.domain).where(
        SignInDomain.business_id == unit.business_id
    )
    known = {row["domain"] for row in rows}
    for domain in [one for one in domains if one not in known]:
        taken = True
        async with unit.ignore_duplicates():
            await SignInDomain.insert(SignInDomain(business_id=unit.business_id, domain=domain))
            taken = False
        if taken:
            raise Conflict(
                Sentence("{domain} signs in at another business of this server.", domain=domain),
                code="DOMAIN_TAKEN",
            )


_COLUMNS = ("issuer", "client_id", "role_claim", "role_values", "default_role", "is_enforced")
