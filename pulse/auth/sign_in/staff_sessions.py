"""Staff sign-in: a random cookie whose hash stands in the database, renewed while it is used.

A session ends after two weeks, after seven idle days, at sign-out, or when the person is
deactivated. The cookie's value changes at every sign-in and twice a day of use; the one before
keeps working for a minute, for the requests that are already under way.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock, logs
from pulse.auth.directory import look_up
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.sign_in import attempts
from pulse.auth.sign_in.passwords import hash_password, is_outdated, password_matches
from pulse.auth.ttl_cache import Expiring
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import NotSignedIn
from pulse.tables.choices import DirectoryKind
from pulse.tables.staff import Staff
from pulse.tables.staff import StaffSession as SessionTable

COOKIE = "pulse_session"
LIFETIME = timedelta(days=14)
IDLE_LIFETIME = timedelta(days=7)
RENEW_AFTER = timedelta(hours=12)
GRACE = timedelta(seconds=60)  # for requests that were sent with the old value
SEEN_EVERY = timedelta(seconds=60)
REMEMBERED_SECONDS = 5.0  # how long another process may honour a session ended here


class StaffSession(msgspec.Struct, frozen=True):
    """Who is signed in: a member of staff of one business, until `expires_at`."""

    id: UUID
    staff_id: UUID
    business_id: UUID
    email: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime

    @property
    def scope(self) -> Scope:
        """What this person acts with."""
        return Scope(self.business_id, Actor("staff", self.staff_id, self.name), self.role)

    @property
    def wants_renewal(self) -> bool:
        """True when the next full page should answer with a fresh cookie: see `renew`."""
        return clock.now() - self.created_at > RENEW_AFTER


async def sign_in(
    email: str, password: str, *, address: str = "", device: str = ""
) -> tuple[str, StaffSession]:
    """Check a password and open a session: (the cookie's value, who it is).

    Raises NotSignedIn, the same for an unknown e-mail as for a wrong password, and TooMany after
    too many attempts (`attempts`); `device` is the cookie by which a browser is known.
    """
    email = email.strip().lower()
    await attempts.allow(email, address, device)
    async with system() as unit:
        person = await _person(unit, email)
    if not await password_matches(person["password_hash"] if person else None, password) or (
        person is None
    ):
        logs.event("sign_in_refused", level="warning")
        raise NotSignedIn("E-mail or password is wrong.", code="SIGN_IN_REFUSED")
    if is_outdated(person["password_hash"]):
        await _rehash(person, password)
    async with system() as unit:
        cookie, session = await _open(unit, person, clock.now() + LIFETIME)
    logs.event("staff_signed_in", business_id=session.business_id, staff_id=session.staff_id)
    return cookie, session


async def session_of(cookie: str | None) -> StaffSession | None:
    """Who holds this cookie, or None when it is absent, unknown, ended or expired."""
    if not cookie:
        return None
    digest = _hash(cookie)
    known = _checked.get(digest)
    if known is None:
        async with system() as unit:
            row = await _live(unit, digest)
            if row is None:
                return None
            await _note_visit(unit, row)
        known = _checked.put(digest, _session(row))
    return known if known.expires_at > clock.now() else None


async def renew(cookie: str) -> str | None:
    """A fresh cookie for the same session time, or None when this one is no longer good."""
    digest = _hash(cookie)
    async with system() as unit:
        row = await _live(unit, digest)
        if row is None:
            return None
        person = {"business_id": row["business_id"], "id": row["staff_id"]}
        fresh, _ = await _open(unit, person, row["expires_at"])
        soon = min(row["expires_at"], clock.now() + GRACE)
        await SessionTable.update({SessionTable.expires_at: soon}).where(
            SessionTable.business_id == row["business_id"], SessionTable.id == row["id"]
        )
    _checked.forget(digest)
    return fresh


async def sign_out(cookie: str) -> None:
    """End this session; an unknown one is none."""
    async with system() as unit:
        if found := await look_up(unit, DirectoryKind.staff_session, _hash(cookie)):
            await SessionTable.update({SessionTable.revoked_at: clock.now()}).where(
                SessionTable.business_id == found.business_id,
                SessionTable.id == found.id,
                SessionTable.revoked_at.is_null(),
            )
    _checked.forget(_hash(cookie))


async def end_sessions(scope: Scope, staff_id: UUID) -> None:
    """End all sessions of a person: password changed, deactivated, device lost."""
    async with tenant(scope):
        await SessionTable.update({SessionTable.revoked_at: clock.now()}).where(
            SessionTable.business_id == scope.business_id,
            SessionTable.staff_id == staff_id,
            SessionTable.revoked_at.is_null(),
        )
    _checked.clear()


async def clear_old_sessions() -> int:
    """Delete what has ended more than a day ago; a job calls this daily. Returns how many."""
    yesterday = clock.now() - timedelta(days=1)
    async with system():
        gone = (
            await SessionTable.delete()
            .where((SessionTable.expires_at < yesterday) | (SessionTable.revoked_at < yesterday))
            .returning(SessionTable.id)
        )
    return len(gone)


async def _open(unit: Unit, person: Any, expires_at: datetime) -> tuple[str, StaffSession]:
    """Open a session of `person`, a row with business_id and id."""
    cookie = secrets.token_urlsafe(32)
    digest = _hash(cookie)
    now = clock.now()
    await _STAFF_SEEN.run(unit, business_id=person["business_id"], id=person["id"], now=now)
    await SessionTable.insert(
        SessionTable(
            business_id=person["business_id"],
            staff_id=person["id"],
            token_hash=digest,
            expires_at=expires_at,
            last_seen_at=now,
        )
    )
    row = await _live(unit, digest)
    if row is None:  # deactivated, or the session's time ran out, this very moment
        raise NotSignedIn("Sign in again.")
    return cookie, _session(row)


async def _person(unit: Unit, email: str) -> dict[str, Any] | None:
    """Who may sign in with this e-mail: business_id, id and password_hash."""
    found = await look_up(unit, DirectoryKind.staff_email, email)
    if found is None:
        return None
    return (
        await Staff.select(Staff.business_id, Staff.id, Staff.password_hash)
        .where(
            Staff.business_id == found.business_id,
            Staff.id == found.id,
            Staff.is_active.eq(True),
        )
        .first()
    )


async def _rehash(person: Any, password: str) -> None:
    fresh = await hash_password(password)
    async with system():
        await Staff.update({Staff.password_hash: fresh}).where(
            Staff.business_id == person["business_id"], Staff.id == person["id"]
        )


def _session(row: Any) -> StaffSession:
    return StaffSession(**{**dict(row), "role": Role(row["role"])})


def _hash(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


async def _live(unit: Unit, digest: str) -> dict[str, Any] | None:
    """The session with this hash, unless it has ended or its person has left."""
    found = await look_up(unit, DirectoryKind.staff_session, digest)
    if found is None:
        return None
    now = clock.now()
    return await _LIVE.row(
        unit, business_id=found.business_id, id=found.id, now=now, idle_since=now - IDLE_LIFETIME
    )


async def _note_visit(unit: Unit, row: dict[str, Any]) -> None:
    now, business = clock.now(), {"business_id": row["business_id"]}
    if await _SESSION_SEEN.run(unit, **business, id=row["id"], now=now, before=now - SEEN_EVERY):
        await _STAFF_SEEN.run(unit, **business, id=row["staff_id"], now=now)


_PERSON: Any = SessionTable.staff_id  # joins staff
_LIVE = prepared(
    SessionTable.select(
        SessionTable.id,
        SessionTable.staff_id,
        SessionTable.business_id,
        _PERSON.email.as_alias("email"),
        _PERSON.name.as_alias("name"),
        _PERSON.role.as_alias("role"),
        SessionTable.created_at,
        SessionTable.expires_at,
    ).where(
        SessionTable.business_id == Param("business_id"),
        SessionTable.id == Param("id"),
        _PERSON.business_id == Param("business_id"),
        _PERSON.is_active.eq(True),
        SessionTable.revoked_at.is_null(),
        SessionTable.expires_at > Param("now"),
        SessionTable.last_seen_at > Param("idle_since"),
    )
)
_SESSION_SEEN = prepared(
    SessionTable.update({SessionTable.last_seen_at: Param("now")}).where(
        SessionTable.business_id == Param("business_id"),
        SessionTable.id == Param("id"),
        SessionTable.last_seen_at < Param("before"),
    )
)
_STAFF_SEEN = prepared(
    Staff.update({Staff.last_seen_at: Param("now")}).where(
        Staff.business_id == Param("business_id"), Staff.id == Param("id")
    )
)
_ROLES = prepared(
    SessionTable.select(SessionTable.id, _PERSON.role.as_alias("role")).where(
        any_of(SessionTable.business_id, Param("businesses")),
        any_of(SessionTable.id, Param("ids")),
        _PERSON.business_id == SessionTable.business_id,
        _PERSON.is_active.eq(True),
        SessionTable.revoked_at.is_null(),
        SessionTable.expires_at > Param("now"),
    )
)

_checked: Expiring[str, StaffSession] = Expiring(REMEMBERED_SECONDS)


async def roles_of_open(sessions: Sequence[StaffSession]) -> dict[UUID, Role]:
    """The current role by the id of each session that has not ended; ended ones are left out."""
    businesses = list({session.business_id for session in sessions})
    ids = [session.id for session in sessions]
    async with system() as unit:
        rows = await _ROLES.rows(unit, businesses=businesses, ids=ids, now=clock.now())
    return {row["id"]: Role(row["role"]) for row in rows}
