"""Staff sessions: a random cookie whose hash is in the database, renewed while it is used.

A session ends after two weeks, after seven idle days, at sign-out, or when the person is
deactivated. The cookie value changes at every sign-in and twice a day of use; the previous value
stays valid for a minute, for requests that are already in progress.

A session with a non-empty `step` is unfinished: a second factor must be shown or set up, or a
password changed. `session_of` ignores it, `unfinished` returns it.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.directory import look_up
from pulse.auth.roles import Permission, Role
from pulse.auth.scope import ALL, Actor, Scope
from pulse.auth.sign_in.grants import Grant, grant_of_row
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
REMEMBERED_SECONDS = 5.0  # how long another process may still accept a session ended here


class StaffSession(msgspec.Struct, frozen=True):
    """A signed-in member of staff of one business, until `expires_at`."""

    id: UUID
    staff_id: UUID
    business_id: UUID
    email: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    step: str = ""
    method: str = "password"
    address: str = ""
    device: str = ""
    book: str = ALL
    confirmed_at: datetime | None = None
    """When this person last confirmed their identity: see `session_list.confirm`."""
    role_name: str = ""
    granted: frozenset[Permission] | None = None
    """For a custom role: see `Grant`."""

    @property
    def grant(self) -> Grant:
        """The person's role and permissions."""
        return Grant(self.role, self.role_name, self.granted)

    @property
    def scope(self) -> Scope:
        """The scope with which this person acts."""
        actor = Actor("staff", self.staff_id, self.name, self.address)
        return Scope(self.business_id, actor, self.role, book=self.book, granted=self.granted)

    @property
    def wants_renewal(self) -> bool:
        """Whether the next full page should set a new cookie: see `renew`."""
        return clock.now() - self.created_at > RENEW_AFTER


async def session_of(cookie: str | None) -> StaffSession | None:
    """The session of this cookie, or None when absent, unknown, unfinished, ended or expired."""
    found = await _session_of(cookie)
    return found if found and not found.step else None


async def unfinished(cookie: str | None) -> StaffSession | None:
    """The unfinished session of this cookie, or None."""
    found = await _session_of(cookie)
    return found if found and found.step else None


async def _session_of(cookie: str | None) -> StaffSession | None:
    if not cookie:
        return None
    digest = _hash(cookie)
    known = _checked.get(digest)
    if known is None:
        async with system() as unit:
            row = await _live(unit, digest)
            if row is None:
                return None
            await _store_last_seen(unit, row)
            session = await _session(unit, row)
        known = _checked.put(digest, session)
    return known if known.expires_at > clock.now() else None


async def renew(cookie: str) -> str | None:
    """A new cookie for the same session with the same expiry, or None if it is no longer valid."""
    fresh = await replace_session(cookie, grace=GRACE)
    return fresh[0] if fresh else None


async def replace_session(
    cookie: str, *, grace: timedelta = timedelta(0), **changes: Any
) -> tuple[str, StaffSession] | None:
    """A new cookie for the session of `cookie` with these `changes`; None when it has ended.

    The old value stays valid for `grace`.
    """
    digest = _hash(cookie)
    async with system() as unit:
        row = await _live(unit, digest)
        if row is None:
            return None
        person = {"business_id": row["business_id"], "id": row["staff_id"]}
        kept = {name: row[name] for name in _KEPT} | changes
        fresh = await open_session(unit, person, **kept)
        soon = min(row["expires_at"], clock.now() + grace)
        await SessionTable.update({SessionTable.expires_at: soon}).where(
            SessionTable.business_id == row["business_id"], SessionTable.id == row["id"]
        )
    _checked.forget(digest)
    return fresh


async def sign_out(cookie: str) -> None:
    """End this session; an unknown cookie is ignored."""
    async with system() as unit:
        if found := await look_up(unit, DirectoryKind.staff_session, _hash(cookie)):
            await SessionTable.update({SessionTable.revoked_at: clock.now()}).where(
                SessionTable.business_id == found.business_id,
                SessionTable.id == found.id,
                SessionTable.revoked_at.is_null(),
            )
    _checked.forget(_hash(cookie))


async def end_sessions(scope: Scope, staff_id: UUID) -> None:
    """End all sessions of a person: password changed, deactivated, or device lost."""
    async with tenant(scope):
        await SessionTable.update({SessionTable.revoked_at: clock.now()}).where(
            SessionTable.business_id == scope.business_id,
            SessionTable.staff_id == staff_id,
            SessionTable.revoked_at.is_null(),
        )
    _checked.clear()


async def clear_old_sessions() -> int:
    """Delete sessions that ended more than a day ago; runs daily. Returns how many."""
    yesterday = clock.now() - timedelta(days=1)
    async with system():
        gone = (
            await SessionTable.delete()
            .where((SessionTable.expires_at < yesterday) | (SessionTable.revoked_at < yesterday))
            .returning(SessionTable.id)
        )
    return len(gone)


async def open_session(
    unit: Unit, person: Mapping[str, Any], **columns: Any
) -> tuple[str, StaffSession]:
    """Open a session of `person`, a row with business_id and id; returns (cookie value, session).

    columns: column values for the session's row; `book` is required.
    """
    assert "book" in columns, "a session says whose customers it sees"
    cookie = secrets.token_urlsafe(32)
    digest = _hash(cookie)
    now = clock.now()
    await _STAFF_SEEN.run(unit, business_id=person["business_id"], id=person["id"], now=now)
    columns = {"expires_at": now + LIFETIME, "confirmed_at": now, **columns}
    await SessionTable.insert(
        SessionTable(
            business_id=person["business_id"],
            staff_id=person["id"],
            token_hash=digest,
            last_seen_at=now,
            **columns,
        )
    )
    row = await _live(unit, digest)
    if row is None:  # deactivated, or the session expired just now
        raise NotSignedIn("Sign in again.")
    return cookie, await _session(unit, row)


def forget_sessions() -> None:
    """Clear the cache: sessions or their people were changed."""
    _checked.clear()


async def _session(unit: Unit, row: Any) -> StaffSession:
    grant = await grant_of_row(unit, row)
    return StaffSession(**{**dict(row), "role": grant.role, "granted": grant.granted})


def _hash(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


async def _live(unit: Unit, digest: str) -> dict[str, Any] | None:
    """The session with this hash, unless it has ended or its person was deactivated."""
    found = await look_up(unit, DirectoryKind.staff_session, digest)
    if found is None:
        return None
    now = clock.now()
    return await _LIVE.row(
        unit, business_id=found.business_id, id=found.id, now=now, idle_since=now - IDLE_LIFETIME
    )


async def _store_last_seen(unit: Unit, row: dict[str, Any]) -> None:
    now, business = clock.now(), {"business_id": row["business_id"]}
    if await _SESSION_SEEN.run(unit, **business, id=row["id"], now=now, before=now - SEEN_EVERY):
        await _STAFF_SEEN.run(unit, **business, id=row["staff_id"], now=now)


_PERSON: Any = SessionTable.staff_id  # this query joins staff
_LIVE = prepared(
    SessionTable.select(
        SessionTable.id,
        SessionTable.staff_id,
        SessionTable.business_id,
        _PERSON.email.as_alias("email"),
        _PERSON.name.as_alias("name"),
        _PERSON.role.as_alias("role"),
        _PERSON.role_name.as_alias("role_name"),
        SessionTable.created_at,
        SessionTable.expires_at,
        SessionTable.step,
        SessionTable.method,
        SessionTable.address,
        SessionTable.device,
        SessionTable.book,
        SessionTable.confirmed_at,
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
    SessionTable.select(
        SessionTable.id,
        SessionTable.business_id,
        _PERSON.role.as_alias("role"),
        _PERSON.role_name.as_alias("role_name"),
    ).where(
        any_of(SessionTable.business_id, Param("businesses")),
        any_of(SessionTable.id, Param("ids")),
        _PERSON.business_id == SessionTable.business_id,
        _PERSON.is_active.eq(True),
        SessionTable.revoked_at.is_null(),
        SessionTable.step == "",
        SessionTable.expires_at > Param("now"),
    )
)
_KEPT = ("expires_at", "method", "step", "address", "device", "confirmed_at", "book")

_checked: Expiring[str, StaffSession] = Expiring(REMEMBERED_SECONDS)


async def grants_of_open(sessions: Sequence[StaffSession]) -> dict[UUID, Grant]:
    """The present grant of each session, by session id; ended sessions are left out."""
    businesses = list({session.business_id for session in sessions})
    ids = [session.id for session in sessions]
    async with system() as unit:
        rows = await _ROLES.rows(unit, businesses=businesses, ids=ids, now=clock.now())
        return {row["id"]: await grant_of_row(unit, row) for row in rows}
