"""Map checked OpenID Connect claims to a staff account: link it, create it, or change its role."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.auth import audit
from pulse.auth.oidc.flow import Claims
from pulse.auth.oidc.providers import Provider, domain_of
from pulse.auth.role_definitions import columns_of_role, locked_rule, require_an_admin, sign_out
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import RoleRule, book_of, rules_of
from pulse.auth.sign_in.new_session import Method, begin_session
from pulse.auth.sign_in.staff_sessions import StaffSession, forget_sessions
from pulse.auth.staff import VOID_INVITATION
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, NotSignedIn
from pulse.tables.staff import Staff

RECENT_SECONDS = 900
GOOGLE = "https://accounts.google.com"


async def sign_in_with(
    claims: Claims, *, address: str = "", agent: str = ""
) -> tuple[str, StaffSession]:
    """Open a session for the account of these claims; returns (cookie value, session).

    The account is the one linked to the subject, else the one with the verified e-mail in this
    business, else a new one. Raises NotSignedIn for an e-mail that is not verified, not in the
    business's domains, or linked to another account.
    """
    scope = Scope.for_pulse(claims.begun.business_id)
    email = verified_email(claims)
    async with tenant(scope) as unit:
        person = await _account(unit, claims, email) or await _create(unit, scope, claims, email)
        await _link(unit, scope, person, claims)
    forget_sessions()
    method: Method = "oidc_mfa" if used_several_factors(claims.values) else "oidc"
    return await begin_session(person, method, address=address, agent=agent)


def used_several_factors(values: Mapping[str, Any]) -> bool:
    """Whether the provider reports (`amr`, RFC 8176) that it checked more than one factor."""
    said = values.get("amr")
    return isinstance(said, list) and "mfa" in said


async def check_same_person(claims: Claims) -> None:
    """Raise NotSignedIn unless the claims belong to the signed-in person and are recent."""
    signed_in = claims.values.get("auth_time")
    async with tenant(Scope.for_pulse(claims.begun.business_id)) as unit:
        same = await Staff.exists().where(
            Staff.business_id == unit.business_id,
            Staff.id == UUID(claims.begun.confirms),
            Staff.oidc_subject == str(claims.values["sub"]),
        )
    stale = signed_in and clock.now().timestamp() - signed_in > RECENT_SECONDS
    if not same or stale:
        raise _refused("Confirm with your own account and a new sign-in.", "OIDC_REFUSED")


def verified_email(claims: Claims) -> str:
    """The e-mail, verified and of a domain of the business; raises NotSignedIn."""
    values, provider = claims.values, claims.provider
    email = str(values.get("email") or "").strip().lower()
    # Entra has no email_verified; its optional claim xms_edov says that the domain is
    # verified
    vouched = [values.get(name) for name in ("email_verified", "xms_edov")]
    if not email or not any(one is True or one in ("true", "True", "1", 1) for one in vouched):
        raise _refused("The identity provider has not verified your e-mail.", "OIDC_UNVERIFIED")
    if domain_of(email) not in provider.domains:
        raise _refused(
            f"Single sign-on of this business is for {', '.join(provider.domains)}.", "OIDC_DOMAIN"
        )
    if provider.issuer == GOOGLE and values.get("hd") not in provider.domains:
        # a private Google account can have a company e-mail, even after its owner has
        # left the company
        raise _refused("Use the Google account of your organisation.", "OIDC_DOMAIN")
    return email


async def role_of(unit: Unit, provider: Provider, values: Mapping[str, Any]) -> RoleRule:
    """The role given by the claim (the most powerful of several), else the default role."""
    given = _claim(values, provider.role_claim) if provider.role_claim else []
    texts = {str(one) for one in (given if isinstance(given, list) else [given])}
    named = [role for value, role in provider.role_values.items() if value in texts]
    rules = await rules_of(unit)
    known = [rules[name] for name in named if name in rules]
    most = max(known, key=lambda rule: (len(rule.permissions), rule.name), default=None)
    return await locked_rule(unit, most.name if most else provider.default_role)


def _claim(values: Mapping[str, Any], name: str) -> Any:
    """The claim with this name, or along a dotted path such as realm_access.roles."""
    if name in values:
        return values[name]
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return [] if found is None else found


async def _account(unit: Unit, claims: Claims, email: str) -> dict[str, Any] | None:
    subject = str(claims.values["sub"])
    rows = await Staff.select(*_COLUMNS).where(
        Staff.business_id == unit.business_id,
        (Staff.oidc_subject == subject) | (Staff.email == email),
    )
    linked = [row for row in rows if row["oidc_subject"] == subject]
    found = next(iter(linked or rows), None)
    if found is None:
        return None
    if not found["is_active"]:
        raise _refused("Your account here was deactivated: ask an admin.", "OIDC_INACTIVE")
    if found["oidc_subject"] not in (None, subject):
        raise _refused(
            "Your e-mail is linked to another account of the identity provider: ask an admin to "
            "reset your sign-in.",
            "OIDC_LINKED",
        )
    return dict(found)


async def _create(unit: Unit, scope: Scope, claims: Claims, email: str) -> dict[str, Any]:
    role = await role_of(unit, claims.provider, claims.values)
    name = str(claims.values.get("name") or "").strip()[:120] or email.partition("@")[0]
    made: list[dict[str, Any]] = []
    async with unit.ignore_duplicates():  # the directory holds the e-mails of all businesses
        row = Staff(
            {
                Staff.business_id: unit.business_id,
                Staff.email: email,
                Staff.name: name,
                # a random password: this account cannot sign in with a password
                Staff.password_hash: "",
                **columns_of_role(role),
            }
        )
        made = await Staff.insert(row).returning(*_COLUMNS)
    if not made:
        raise _refused("There is no account for you here: ask an admin.", "OIDC_NO_ACCOUNT")
    after = {"role": role.name, "by": "single sign-on"}
    await audit.record(unit, scope, "staff.added", email, after=after)
    return dict(made[0])


async def _link(unit: Unit, scope: Scope, person: dict[str, Any], claims: Claims) -> None:
    """Store the subject and set the role that the claim gives; the last admin stays an admin.

    A role with other visible customers ends the person's sessions.
    """
    values: dict[Any, Any] = {}
    if person["oidc_subject"] is None:
        values = {Staff.oidc_subject: str(claims.values["sub"]), **VOID_INVITATION}
        await audit.record(unit, scope, "oidc.account_linked", person["email"])
    role = await role_of(unit, claims.provider, claims.values)
    had = person["role_name"] or person["role"]
    if claims.provider.role_claim and role.name != had and await _may_change(unit, person):
        values |= columns_of_role(role)
        await audit.record(
            unit,
            scope,
            "staff.role_changed",
            person["name"],
            before=had,
            after=role.name,
            reason="the claim of the identity provider",
        )
    if values:
        before = await book_of(unit, person["id"])
        values[Staff.updated_at] = clock.now()
        await Staff.update(values).where(
            Staff.business_id == unit.business_id, Staff.id == person["id"]
        )
        if await book_of(unit, person["id"]) != before:
            await sign_out(unit, Staff.id == person["id"])


async def _may_change(unit: Unit, person: Mapping[str, Any]) -> bool:
    """Whether another admin would remain if this person lost the role."""
    if person["role"] != Role.admin.value:
        return True
    try:
        await require_an_admin(unit, besides=person["id"])
    except Conflict:
        return False
    return True


def _refused(words: str, code: str) -> NotSignedIn:
    return NotSignedIn(words, code=code)


_COLUMNS = (
    Staff.business_id,
    Staff.id,
    Staff.name,
    Staff.email,
    Staff.role,
    Staff.role_name,
    Staff.is_active,
    Staff.oidc_subject,
)
