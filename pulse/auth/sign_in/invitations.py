"""Invitations: a link with which a new member of staff chooses a password, once.

The token is random and only its hash is stored, also in the directory. A link ends after seven
days, when it was used, when a newer one or a first password is given, when the person signs in by
single sign-on, and when they are deactivated. It never allows a password that the business refuses.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock, logs
from pulse.auth import audit
from pulse.auth.directory import look_up
from pulse.auth.oidc.providers import refuse_passwords
from pulse.auth.role_definitions import require_over
from pulse.auth.roles import Permission, Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.sign_in import attempts
from pulse.auth.sign_in.grants import row_of_person
from pulse.auth.sign_in.new_session import begin_session
from pulse.auth.sign_in.passwords import check_choice, hash_password
from pulse.auth.sign_in.staff_sessions import StaffSession
from pulse.auth.staff import VOID_INVITATION, checked_names, insert_person
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import Conflict, Invalid, NotAllowed
from pulse.i18n.sentences import Sentence
from pulse.tables.choices import DirectoryKind
from pulse.tables.staff import Staff

LIFETIME = timedelta(days=7)


class Invitation(msgspec.Struct, frozen=True):
    """What an admin sends to a new person; the token cannot be read again later.

    token: "" for a person who must use single sign-on, and needs no link.
    """

    staff_id: UUID
    name: str
    email: str
    token: str
    expires_at: datetime


class Invited(msgspec.Struct, frozen=True):
    """The person of an open invitation."""

    business_id: UUID
    business: str
    id: UUID
    name: str
    email: str
    invited_by: str
    invitation_hash: str
    invitation_expires_at: datetime


async def invite(scope: Scope, email: str, name: str, role: Role | str) -> Invitation:
    """Add a person without a password and return their invitation; audited.

    Raises Invalid for an unusable e-mail or name, NotAllowed for a role with more permissions than
    the caller, and Conflict when a person of any business has this e-mail.
    """
    scope.require(Permission.manage_people)
    email, name = checked_names(email, name)
    by_password = await _may_use_passwords(email, scope.business_id)
    async with tenant(scope) as unit:
        staff_id = await insert_person(unit, scope, email, name, role, {Staff.password_hash: ""})
        made = _made(staff_id, name, email)
        if not by_password:
            return msgspec.structs.replace(made, token="")
        await _keep(unit, scope, made)
    return made


async def invite_again(scope: Scope, staff_id: UUID) -> Invitation:
    """Return a new invitation for a person who has not signed in; the earlier one ends; audited.

    Raises Conflict for a person who has a password or an account at the identity provider or is
    deactivated, and NotAllowed for a person with more permissions than the caller, or whose domain
    must use single sign-on.
    """
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        await require_over(unit, scope, staff_id)
        row = await row_of_person(unit, staff_id, Staff.name, Staff.email)
    await refuse_passwords(row["email"], scope.business_id)
    made = _made(staff_id, row["name"], row["email"])
    async with tenant(scope) as unit:
        await _keep(unit, scope, made)
    return made


async def open_invitation(token: str, *, address: str = "") -> Invited:
    """Return the person whose link has this token.

    Raises Invalid for a link that was used, replaced or has expired, NotAllowed where the business
    demands single sign-on meanwhile, and TooMany after too many attempts from this address.
    """
    await attempts.allow_invitation(address)
    async with system() as unit:
        row = await _find(unit, _hash(token))
    if row is None:
        logs.event("invitation_refused", level="warning")
        raise _over()
    person = msgspec.convert(row, Invited)
    if person.invitation_expires_at <= clock.now():
        asked = person.invited_by or "an admin"
        raise Invalid(
            Sentence("This invitation has expired: ask {who} for a new one.", who=asked),
            code="INVITATION_EXPIRED",
        )
    await refuse_passwords(person.email, person.business_id)
    return person


async def accept(
    person: Invited, password: str, *, address: str = "", agent: str = ""
) -> tuple[str, StaffSession]:
    """Save the password of an invited person, and sign them in; returns (cookie, session).

    The invitation is void afterwards; of two at once one succeeds. Audited. Raises Invalid for an
    unusable password, or when the invitation was used or replaced meanwhile.
    """
    check_choice(password, person.email, person.name, person.business)
    fresh = await hash_password(password)
    actor = Actor("staff", person.id, person.name, address[:64])
    scope = msgspec.structs.replace(Scope.for_pulse(person.business_id), actor=actor)
    values = {Staff.password_hash: fresh, Staff.must_change_password: False, **VOID_INVITATION}
    async with tenant(scope) as unit:
        changed = (
            await Staff.update(values)
            .where(
                Staff.business_id == person.business_id,
                Staff.id == person.id,
                Staff.invitation_hash == person.invitation_hash,
                Staff.invitation_expires_at > clock.now(),
                Staff.is_active.eq(True),
            )
            .returning(Staff.business_id, Staff.id)
        )
        if not changed:
            raise _over()
        told = {"invited_by": person.invited_by}
        await audit.record(unit, scope, "staff.invitation_accepted", person.email, after=told)
    return await begin_session(changed[0], "password", address=address, agent=agent)


async def _find(unit: Unit, digest: str) -> dict[str, Any] | None:
    """The row of the person with this invitation; `unit` comes from `system()`."""
    found = await look_up(unit, DirectoryKind.staff_invitation, digest)
    if found is None:
        return None
    business: Any = Staff.business_id
    return (
        await Staff.select(
            Staff.business_id,
            business.name.as_alias("business"),
            Staff.id,
            Staff.name,
            Staff.email,
            Staff.invited_by,
            Staff.invitation_hash,
            Staff.invitation_expires_at,
        )
        .where(
            Staff.business_id == found.business_id,
            Staff.id == found.id,
            Staff.invitation_hash == digest,
            Staff.is_active.eq(True),
        )
        .first()
    )


async def _may_use_passwords(email: str, business_id: UUID) -> bool:
    try:
        await refuse_passwords(email, business_id)
    except NotAllowed:
        return False
    return True


def _made(staff_id: UUID, name: str, email: str) -> Invitation:
    return Invitation(staff_id, name, email, secrets.token_urlsafe(32), clock.now() + LIFETIME)


async def _keep(unit: Unit, scope: Scope, made: Invitation) -> None:
    """Store the invitation in the place of an earlier one."""
    changed = (
        await Staff.update(
            {
                Staff.invitation_hash: _hash(made.token),
                Staff.invitation_expires_at: made.expires_at,
                Staff.invited_by: scope.actor.name,
            }
        )
        .where(
            Staff.business_id == scope.business_id,
            Staff.id == made.staff_id,
            Staff.is_active.eq(True),
            Staff.password_hash == "",
            Staff.oidc_subject.is_null(),
        )
        .returning(Staff.id)
    )
    if not changed:
        raise Conflict(
            Sentence(
                "{name} has signed in before or is deactivated: give them a new password instead.",
                name=made.name,
            ),
            code="INVITATION_NOT_NEEDED",
        )
    until = {"until": made.expires_at.date().isoformat()}
    await audit.record(unit, scope, "staff.invited", made.email, after=until)


def _over() -> Invalid:
    return Invalid(
        "This invitation was used already, or a newer one replaced it. If you have chosen a "
        "password, sign in with it; otherwise ask for a new invitation.",
        code="INVITATION_USED",
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
