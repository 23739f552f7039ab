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
from pulse.auth.rate_limit import Limiter
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.sign_in.passwords import hash_password, is_outdated, password_matches
from pulse.auth.ttl_cache import Expiring
from pulse.db.transaction import Unit, system
from pulse.errors import NotSignedIn

COOKIE = "pulse_session"
LIFETIME = timedelta(days=14)
IDLE_LIFETIME = timedelta(days=7)
RENEW_AFTER = timedelta(hours=12)
GRACE = timedelta(seconds=60)  # for requests that were sent with the old value
SEEN_EVERY = timedelta(seconds=60)
REMEMBERED_SECONDS = 5.0  # how long another process may honour a session ended here

_attempts_of_one = Limiter(burst=10, per_second=10 / 900, what="sign-ins")
_attempts_from_one = Limiter(burst=50, per_second=50 / 900, what="sign-ins")


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


async def sign_in(email: str, password: str, *, address: str = "") -> tuple[str, StaffSession]:
    """Check a password and open a session: (the cookie's value, who it is).

    Raises NotSignedIn, the same for an unknown e-mail as for a wrong password, and TooMany after
    ten attempts on one account, or fifty from one address, in a quarter of an hour.
    """
    email = email.strip().lower()
    _attempts_of_one.take(email)
    _attempts_from_one.take(address)
    async with system() as unit:
        person = await unit.fetchrow(_PERSON, email)
    if not await password_matches(person["password_hash"] if person else None, password):
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
            row = await unit.fetchrow(_SESSION + _LIVE, digest, clock.now(), IDLE_LIFETIME)
            if row is None:
                return None
            ids = row["business_id"], row["id"], row["staff_id"]
            await unit.execute(_SEEN, *ids, clock.now(), SEEN_EVERY)
        known = _checked.put(digest, _session(row))
    return known if known.expires_at > clock.now() else None


async def renew(cookie: str) -> str | None:
    """A fresh cookie for the same session time, or None when this one is no longer good."""
    digest = _hash(cookie)
    async with system() as unit:
        row = await unit.fetchrow(_SESSION + _LIVE, digest, clock.now(), IDLE_LIFETIME)
        if row is None:
            return None
        person = {"business_id": row["business_id"], "id": row["staff_id"]}
        fresh, _ = await _open(unit, person, row["expires_at"])
        await unit.execute(
            "UPDATE staff_sessions SET expires_at = least(expires_at, $3) "
            "WHERE business_id = $1 AND id = $2",
            row["business_id"],
            row["id"],
            clock.now() + GRACE,
        )
    _checked.forget(digest)
    return fresh


async def sign_out(cookie: str) -> None:
    """End this session; an unknown one is none."""
    async with system() as unit:
        await unit.execute(
            "UPDATE staff_sessions s SET revoked_at = $2 FROM directory_entries d "
            "WHERE d.kind = 'staff_session' AND d.key = $1 AND s.business_id = d.business_id "
            "AND s.id = d.row_id AND s.revoked_at IS NULL",
            _hash(cookie),
            clock.now(),
        )
    _checked.forget(_hash(cookie))


async def end_sessions(staff_id: UUID) -> None:
    """End all sessions of a person: password changed, deactivated, device lost."""
    async with system() as unit:
        await unit.execute(
            "UPDATE staff_sessions SET revoked_at = $2 WHERE staff_id = $1 AND revoked_at IS NULL",
            staff_id,
            clock.now(),
        )
    _checked.clear()


async def clear_old_sessions() -> int:
    """Delete what has ended more than a day ago; a job calls this daily. Returns how many."""
    async with system() as unit:
        done = await unit.execute(
            "DELETE FROM staff_sessions WHERE least(expires_at, revoked_at) < $1",
            clock.now() - timedelta(days=1),
        )
    return int(done.rsplit(" ", 1)[1])


async def _open(unit: Unit, person: Any, expires_at: datetime) -> tuple[str, StaffSession]:
    """Open a session of `person`, a row with business_id and id."""
    cookie = secrets.token_urlsafe(32)
    digest = _hash(cookie)
    await unit.execute(
        "WITH person AS (UPDATE staff SET last_seen_at = $5 WHERE business_id = $1 AND id = $2 "
        "RETURNING *) INSERT INTO staff_sessions (business_id, staff_id, token_hash, expires_at, "
        "last_seen_at, created_at) SELECT business_id, id, $3, $4, $5, $5 FROM person",
        person["business_id"],
        person["id"],
        digest,
        expires_at,
        clock.now(),
    )
    return cookie, _session(await unit.fetchrow(_SESSION, digest))


async def _rehash(person: Any, password: str) -> None:
    fresh = await hash_password(password)
    async with system() as unit:
        await unit.execute(
            "UPDATE staff SET password_hash = $3, updated_at = now() "
            "WHERE business_id = $1 AND id = $2",
            person["business_id"],
            person["id"],
            fresh,
        )


def _session(row: Any) -> StaffSession:
    return StaffSession(**{**dict(row), "role": Role(row["role"])})


def _hash(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


_PERSON = """
SELECT staff.business_id, staff.id, staff.password_hash
FROM directory_entries d JOIN staff ON staff.business_id = d.business_id AND staff.id = d.row_id
WHERE d.kind = 'staff_email' AND d.key = $1 AND staff.is_active"""

_SESSION = """
SELECT session.id, session.staff_id, staff.business_id, staff.email, staff.name, staff.role,
       session.created_at, session.expires_at
FROM directory_entries d
JOIN staff_sessions session ON session.business_id = d.business_id AND session.id = d.row_id
JOIN staff ON staff.business_id = d.business_id AND staff.id = session.staff_id
WHERE d.kind = 'staff_session' AND d.key = $1 AND staff.is_active"""

_LIVE = """
AND session.revoked_at IS NULL AND session.expires_at > $2::timestamptz
AND session.last_seen_at > $2::timestamptz - $3::interval"""

_SEEN = """
WITH seen AS (
  UPDATE staff_sessions SET last_seen_at = $4
  WHERE business_id = $1 AND id = $2 AND last_seen_at < $4::timestamptz - $5::interval
  RETURNING staff_id)
UPDATE staff SET last_seen_at = $4
WHERE business_id = $1 AND id = $3 AND EXISTS (SELECT FROM seen)"""

_checked: Expiring[str, StaffSession] = Expiring(REMEMBERED_SECONDS)


async def roles_of_open(sessions: Sequence[UUID]) -> dict[UUID, Role]:
    """The current role of each session that has not ended; ended ones are left out."""
    async with system() as unit:
        rows = await unit.fetch(_OPEN, list(sessions), clock.now())
    return {row["id"]: Role(row["role"]) for row in rows}


_OPEN = """
SELECT session.id, staff.role FROM staff_sessions session
JOIN staff ON staff.business_id = session.business_id AND staff.id = session.staff_id
WHERE session.id = ANY($1) AND session.revoked_at IS NULL AND session.expires_at > $2
  AND staff.is_active"""
