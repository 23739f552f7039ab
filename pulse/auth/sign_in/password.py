"""Sign in with e-mail and password; refused where the business enforces single sign-on."""

from typing import Any

import msgspec

from pulse import logs
from pulse.auth import audit
from pulse.auth.directory import look_up
from pulse.auth.oidc.providers import refuse_passwords
from pulse.auth.scope import Actor, Scope
from pulse.auth.sign_in import attempts
from pulse.auth.sign_in.new_session import begin_session
from pulse.auth.sign_in.passwords import hash_password, is_outdated, password_matches
from pulse.auth.sign_in.staff_sessions import StaffSession
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import NotSignedIn
from pulse.tables.choices import DirectoryKind
from pulse.tables.staff import Staff


async def sign_in(
    email: str, password: str, *, address: str = "", device: str = "", agent: str = ""
) -> tuple[str, StaffSession]:
    """Check a password and open a session; returns (cookie value, session).

    device: the cookie that identifies a known browser. agent: its User-Agent. Raises NotSignedIn
    (the same for an unknown e-mail and a wrong password), TooMany after too many attempts
    (`attempts`), and NotAllowed where the e-mail's domain must use single sign-on.
    """
    email = email.strip().lower()
    await check_password(email, password, address=address, device=device)
    async with system() as unit:
        person = await find_person(unit, email)
    if person is None:
        raise NotSignedIn("E-mail or password is wrong.", code="SIGN_IN_REFUSED")
    return await begin_session(person, "password", address=address, agent=agent)


async def check_password(email: str, password: str, *, address: str, device: str = "") -> None:
    """Raise like `sign_in` unless this is the person's password; opens no session."""
    await attempts.allow(email, address, device)
    async with system() as unit:
        person = await find_person(unit, email)
    await refuse_passwords(email, person["business_id"] if person else None)
    matches = await password_matches(person["password_hash"] if person else None, password)
    if not matches or person is None:
        logs.event("sign_in_refused", level="warning")
        if person is not None:
            await _audit_failure(person, address)
        raise NotSignedIn("E-mail or password is wrong.", code="SIGN_IN_REFUSED")
    if is_outdated(person["password_hash"]):
        await _rehash(person, password)


async def find_person(unit: Unit, email: str) -> dict[str, Any] | None:
    """The row of the person with this e-mail; `unit` comes from `system()`."""
    found = await look_up(unit, DirectoryKind.staff_email, email)
    if found is None:
        return None
    return (
        await Staff.select(
            Staff.business_id,
            Staff.id,
            Staff.name,
            Staff.email,
            Staff.role,
            Staff.role_name,
            Staff.password_hash,
            Staff.must_change_password,
            Staff.oidc_subject,
        )
        .where(
            Staff.business_id == found.business_id,
            Staff.id == found.id,
            Staff.is_active.eq(True),
        )
        .first()
    )


async def _audit_failure(person: Any, address: str) -> None:
    """Record a wrong password for this account from this address, with an unknown actor."""
    actor = Actor("pulse", None, "Somebody", address[:64])
    scope = msgspec.structs.replace(Scope.for_pulse(person["business_id"]), actor=actor)
    async with tenant(scope) as unit:
        await audit.record(unit, scope, "security.sign_in_failed", person["name"])


async def _rehash(person: Any, password: str) -> None:
    fresh = await hash_password(password)
    async with system():
        await Staff.update({Staff.password_hash: fresh}).where(
            Staff.business_id == person["business_id"], Staff.id == person["id"]
        )
