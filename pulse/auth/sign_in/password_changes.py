"""Another password: one's own, or a new first one for somebody who has lost theirs."""

import secrets
from uuid import UUID

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.passwords import check_choice, hash_password
from pulse.auth.sign_in.staff_sessions import StaffSession, end_sessions
from pulse.db.transaction import tenant
from pulse.errors import Invalid, NotFound, NotSignedIn
from pulse.tables.staff import Staff


async def set_password(scope: Scope, staff_id: UUID, password: str) -> str:
    """Change a person's password and end all their sessions; audited. Returns their name.

    Raises Invalid for a bad length and NotFound for nobody of this business.
    """
    fresh = await hash_password(password)
    async with tenant(scope) as unit:
        changed = (
            await Staff.update({Staff.password_hash: fresh})
            .where(Staff.business_id == scope.business_id, Staff.id == staff_id)
            .returning(Staff.name)
        )
        if not changed:
            raise NotFound("There is no such member of staff.")
        name = str(changed[0]["name"])
        await audit.record(unit, scope, "staff.password_changed", name)
    await end_sessions(scope, staff_id)
    return name


async def change_own(
    session: StaffSession, present: str, fresh: str, *, address: str = ""
) -> tuple[str, StaffSession]:
    """Replace one's own password: every session ends, and a new one is opened, as by `sign_in`.

    Raises NotSignedIn when `present` is wrong, TooMany like a sign-in that is tried too often, and
    Invalid for a bad length or no change.
    """
    try:
        await sign_in(session.email, present, address=address)
    except NotSignedIn as wrong:
        raise NotSignedIn("That is not the password you have.", code=wrong.code) from wrong
    if present == fresh:
        raise Invalid("That is the password you have.", code="PASSWORD_SAME")
    check_choice(fresh, session.email, session.name)
    await set_password(session.scope, session.staff_id, fresh)
    return await sign_in(session.email, fresh, address=address)


async def give_new(scope: Scope, staff_id: UUID) -> str:
    """A new first password for somebody, made up here and readable now only (admins)."""
    scope.require(Role.admin)
    password = secrets.token_urlsafe(12)
    await set_password(scope, staff_id, password)
    return password
