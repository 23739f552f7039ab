"""A person's sessions, the next sign-in step, and confirming one's identity again."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.scope import Scope
from pulse.auth.sign_in.staff_sessions import (
    StaffSession,
    end_sessions,
    forget_sessions,
    replace_session,
)
from pulse.auth.sign_in.steps import next_step
from pulse.db.transaction import tenant
from pulse.errors import NotAllowed, NotFound, NotSignedIn
from pulse.tables.staff import StaffSession as SessionTable

CONFIRMED_FOR = timedelta(hours=1)


class OpenSession(msgspec.Struct, frozen=True):
    """A signed-in browser."""

    id: UUID
    device: str
    address: str
    method: str
    created_at: datetime
    last_seen_at: datetime | None


async def open_sessions(scope: Scope) -> list[OpenSession]:
    """The caller's signed-in browsers, the most recently used first."""
    async with tenant(scope):
        rows = (
            await SessionTable.select(
                SessionTable.id,
                SessionTable.device,
                SessionTable.address,
                SessionTable.method,
                SessionTable.created_at,
                SessionTable.last_seen_at,
            )
            .where(
                SessionTable.business_id == scope.business_id,
                SessionTable.staff_id == scope.actor.id,
                SessionTable.revoked_at.is_null(),
                SessionTable.expires_at > clock.now(),
            )
            .order_by(SessionTable.last_seen_at, ascending=False)
        )
    return [OpenSession(**row) for row in rows]


async def end_session(scope: Scope, session_id: UUID) -> None:
    """Sign out one of one's own browsers; raises NotFound."""
    async with tenant(scope) as unit:
        ended = (
            await SessionTable.update({SessionTable.revoked_at: clock.now()})
            .where(
                SessionTable.business_id == scope.business_id,
                SessionTable.staff_id == scope.actor.id,
                SessionTable.id == session_id,
                SessionTable.revoked_at.is_null(),
            )
            .returning(SessionTable.id)
        )
        if not ended:
            raise NotFound("This browser is signed out already.")
        await audit.record(unit, scope, "security.signed_out", scope.actor.name)
    forget_sessions()


async def end_all(scope: Scope) -> None:
    """Sign oneself out everywhere, including this browser; audited."""
    if scope.actor.id is None:
        raise NotSignedIn("Sign in first.")
    async with tenant(scope) as unit:
        await audit.record(unit, scope, "security.signed_out_everywhere", scope.actor.name)
    await end_sessions(scope, scope.actor.id)


async def finish_step(cookie: str, session: StaffSession) -> tuple[str, StaffSession]:
    """Complete the current step of an unfinished session; returns a new cookie."""
    async with tenant(session.scope) as unit:
        step = await next_step(unit, session.staff_id, session.method, session.step)
    made = await replace_session(cookie, step=step, confirmed_at=clock.now())
    if made is None:
        raise NotSignedIn("This took too long: sign in again.", code="SIGN_IN_EXPIRED")
    if not step:
        async with tenant(session.scope) as unit:
            await audit.record(unit, session.scope, "security.signed_in", session.name)
    return made


async def confirm(cookie: str) -> tuple[str, StaffSession]:
    """Record that the holder of this cookie has confirmed their identity; returns a new cookie."""
    made = await replace_session(cookie, confirmed_at=clock.now())
    if made is None:
        raise NotSignedIn("Sign in again.")
    return made


def is_confirmed(session: StaffSession) -> bool:
    """Whether this person confirmed their identity less than an hour ago."""
    return bool(session.confirmed_at and clock.now() - session.confirmed_at < CONFIRMED_FOR)


def require_confirmation(session: StaffSession) -> None:
    """Raise NotAllowed (CONFIRM_FIRST) unless the identity was confirmed within the last hour."""
    if not is_confirmed(session):
        raise NotAllowed(
            "Confirm first that it is you: this concerns secrets, exports or roles.",
            code="CONFIRM_FIRST",
        )
