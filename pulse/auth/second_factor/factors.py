"""The second factors of a person: list, verify at sign-in, remove, reset by an admin."""

from datetime import datetime
from uuid import UUID

import msgspec

from pulse.auth import audit
from pulse.auth.role_definitions import require_over
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.second_factor.passkeys import take_passkey
from pulse.auth.second_factor.recovery import take_recovery_code
from pulse.auth.second_factor.totp import take_code
from pulse.auth.sign_in import attempts
from pulse.auth.sign_in.grants import needs_second_factor
from pulse.auth.sign_in.staff_sessions import StaffSession, end_sessions
from pulse.db.transaction import tenant
from pulse.errors import Conflict, NotFound, NotSignedIn
from pulse.tables.choices import SecondFactorKind
from pulse.tables.staff import SecondFactor, Staff


class Factor(msgspec.Struct, frozen=True):
    """An authenticator app or a passkey."""

    id: UUID
    kind: str
    name: str
    created_at: datetime
    used_at: datetime | None


async def factors_of(scope: Scope) -> tuple[list[Factor], int]:
    """(the caller's authenticator apps and passkeys, the number of unused recovery codes)."""
    async with tenant(scope):
        rows = (
            await SecondFactor.select(
                SecondFactor.id,
                SecondFactor.kind,
                SecondFactor.name,
                SecondFactor.created_at,
                SecondFactor.used_at,
            )
            .where(
                SecondFactor.business_id == scope.business_id,
                SecondFactor.staff_id == scope.actor.id,
            )
            .order_by(SecondFactor.created_at)
        )
    codes = SecondFactorKind.recovery_code.value
    shown = [Factor(**row) for row in rows if row["kind"] != codes]
    return shown, len(rows) - len(shown)


async def prove(
    session: StaffSession, *, code: str = "", passkey: str = "", sealed: str = ""
) -> None:
    """Check an app code, a recovery code or a passkey; a wrong one is audited.

    Raises NotSignedIn for a wrong or used one and TooMany after ten wrong ones.
    """
    await attempts.allow_code(session.staff_id)
    try:
        if passkey:
            await take_passkey(session, passkey, sealed)
            return
        async with tenant(session.scope) as unit:
            if await take_code(unit, session.staff_id, code):
                return
            if await take_recovery_code(unit, session.staff_id, code):
                await audit.record(unit, session.scope, "security.recovery_code_used", session.name)
                return
        raise NotSignedIn("This code is wrong or was used: wait for the next.", code="CODE_WRONG")
    except NotSignedIn:
        async with tenant(session.scope) as unit:
            await audit.record(unit, session.scope, "security.second_factor_failed", session.name)
        raise


async def remove_factor(scope: Scope, factor_id: UUID) -> None:
    """Remove one's own app or passkey; audited. Raises Conflict when one's role requires it."""
    async with tenant(scope) as unit:
        rows = (
            await SecondFactor.select(SecondFactor.id, SecondFactor.name)
            .where(
                SecondFactor.business_id == scope.business_id,
                SecondFactor.staff_id == scope.actor.id,
                SecondFactor.kind != SecondFactorKind.recovery_code.value,
            )
            .lock_rows()
        )
        names = {row["id"]: row["name"] for row in rows}
        if factor_id not in names:
            raise NotFound("There is no such second factor.")
        if len(names) == 1 and scope.actor.id and await needs_second_factor(unit, scope.actor.id):
            raise Conflict("Your role needs a second factor: add another one first.")
        await SecondFactor.delete().where(
            SecondFactor.business_id == scope.business_id, SecondFactor.id == factor_id
        )
        await audit.record(unit, scope, "security.second_factor_removed", names[factor_id])


async def reset_sign_in(scope: Scope, staff_id: UUID) -> str:
    """Remove a person's second factors and link to the identity provider; audited.

    All their sessions end. Returns their name; raises NotFound for an unknown person.
    """
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        await require_over(unit, scope, staff_id)
        changed = (
            await Staff.update({Staff.oidc_subject: None})
            .where(Staff.business_id == scope.business_id, Staff.id == staff_id)
            .returning(Staff.name)
        )
        if not changed:
            raise NotFound("There is no such member of staff.")
        await SecondFactor.delete().where(
            SecondFactor.business_id == scope.business_id, SecondFactor.staff_id == staff_id
        )
        name = str(changed[0]["name"])
        await audit.record(unit, scope, "security.sign_in_reset", name)
    await end_sessions(scope, staff_id)
    return name
