"""Change one's own password, or set a first password for somebody else."""

import secrets
from uuid import UUID

from pulse.auth import audit
from pulse.auth.role_definitions import require_over
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.sign_in.password import check_password
from pulse.auth.sign_in.passwords import check_choice, hash_password, password_matches
from pulse.auth.sign_in.staff_sessions import StaffSession, end_sessions, open_session
from pulse.auth.staff import VOID_INVITATION
from pulse.db.transaction import tenant
from pulse.errors import Invalid, NotFound, NotSignedIn
from pulse.tables.staff import Staff


async def set_password(
    scope: Scope, staff_id: UUID, password: str, *, temporary: bool = False
) -> str:
    """Change a person's password and end all their sessions; audited. Returns their name.

    temporary: it must be changed at the next sign-in. Raises Invalid for a bad length and NotFound
    for an unknown person.
    """
    fresh = await hash_password(password)
    async with tenant(scope) as unit:
        changed = (
            await Staff.update(
                {
                    Staff.password_hash: fresh,
                    Staff.must_change_password: temporary,
                    **VOID_INVITATION,
                }
            )
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
    """Replace one's own password: all sessions end, and a new one is opened.

    Raises NotSignedIn when `present` is wrong, TooMany after too many attempts, and Invalid for an
    unusable or unchanged password.
    """
    try:
        await check_password(session.email, present, address=address)
    except NotSignedIn as wrong:
        raise NotSignedIn("This is not your present password.", code=wrong.code) from wrong
    if present == fresh:
        raise Invalid("The new password must differ from the present one.", code="PASSWORD_SAME")
    check_choice(fresh, session.email, session.name)
    await set_password(session.scope, session.staff_id, fresh)
    person = {"business_id": session.business_id, "id": session.staff_id}
    async with tenant(session.scope) as unit:
        return await open_session(
            unit,
            person,
            method=session.method,
            address=session.address,
            device=session.device,
            book=session.book,
        )


async def choose_first(session: StaffSession, fresh: str) -> None:
    """Replace a password that an admin chose, before the session becomes valid; audited.

    Raises Invalid for an unusable or unchanged password.
    """
    check_choice(fresh, session.email, session.name)
    made = await hash_password(fresh)
    async with tenant(session.scope) as unit:
        row = (
            await Staff.select(Staff.password_hash)
            .where(Staff.business_id == session.business_id, Staff.id == session.staff_id)
            .first()
        )
        if await password_matches(row["password_hash"] if row else None, fresh):
            raise Invalid(
                "Choose a password other than the one you were given.", code="PASSWORD_SAME"
            )
        await Staff.update({Staff.password_hash: made, Staff.must_change_password: False}).where(
            Staff.business_id == session.business_id, Staff.id == session.staff_id
        )
        await audit.record(unit, session.scope, "staff.password_changed", session.name)


async def give_new(scope: Scope, staff_id: UUID) -> str:
    """Generate a new first password for a person; it cannot be read again later (admins).

    It must be changed at the next sign-in.
    """
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        await require_over(unit, scope, staff_id)
    password = secrets.token_urlsafe(12)
    await set_password(scope, staff_id, password, temporary=True)
    return password
