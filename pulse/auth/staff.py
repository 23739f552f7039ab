"""The members of staff of a business: who there is, what their role is, who leaves, who returns."""

import re
from datetime import datetime
from uuid import UUID

import msgspec

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.passwords import hash_password
from pulse.auth.sign_in.staff_sessions import end_sessions
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotFound


class Person(msgspec.Struct, frozen=True):
    """One member of staff; `customers` is the size of their book."""

    id: UUID
    name: str
    email: str
    role: Role
    is_active: bool
    last_seen_at: datetime | None
    created_at: datetime
    customers: int


async def people(scope: Scope, *, also_inactive: bool = False) -> list[Person]:
    """Everybody, by name; who has left only when asked for."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(PEOPLE, scope.business_id, also_inactive)
    return [Person(**{**dict(row), "role": Role(row["role"])}) for row in rows]


async def person_by_email(scope: Scope, email: str) -> Person:
    """Who signs in with this e-mail; raises NotFound for nobody of this business."""
    wanted = email.strip().lower()
    for person in await people(scope, also_inactive=True):
        if person.email == wanted:
            return person
    raise NotFound(f"Nobody here signs in as {email}.")


async def change_role(scope: Scope, person_id: UUID, role: Role) -> None:
    """Another role; the last admin stays one (Conflict)."""
    async with tenant(scope) as unit:
        scope.require(Role.admin)
        name, old = await _named(unit, person_id)
        if old == Role.admin.value and role is not Role.admin:
            await _another_admin(unit, person_id)
        await unit.execute(
            "UPDATE staff SET role = $3, updated_at = now() WHERE business_id = $1 AND id = $2",
            scope.business_id,
            person_id,
            role.value,
        )
        await audit.record(unit, scope, "staff.role_changed", name, before=old, after=role.value)


async def deactivate(scope: Scope, person_id: UUID) -> None:
    """Somebody leaves: their sessions end at once, their customers keep their history."""
    async with tenant(scope) as unit:
        scope.require(Role.admin)
        name, role = await _named(unit, person_id)
        if role == Role.admin.value:
            await _another_admin(unit, person_id)
        await _set_active(unit, person_id, active=False)
        await audit.record(unit, scope, "staff.deactivated", name)
    await end_sessions(person_id)


async def reactivate(scope: Scope, person_id: UUID) -> None:
    """Somebody comes back, with the role they had."""
    async with tenant(scope) as unit:
        scope.require(Role.admin)
        name, _ = await _named(unit, person_id)
        await _set_active(unit, person_id, active=True)
        await audit.record(unit, scope, "staff.reactivated", name)


async def _set_active(unit: Unit, person_id: UUID, *, active: bool) -> None:
    await unit.execute(
        "UPDATE staff SET is_active = $3, updated_at = now() WHERE business_id = $1 AND id = $2",
        unit.business_id,
        person_id,
        active,
    )


async def _named(unit: Unit, person_id: UUID) -> tuple[str, str]:
    row = await unit.fetchrow(
        "SELECT name, role FROM staff WHERE business_id = $1 AND id = $2",
        unit.business_id,
        person_id,
    )
    if row is None:
        raise NotFound("There is no such member of staff.")
    return row["name"], row["role"]


async def _another_admin(unit: Unit, person_id: UUID) -> None:
    others = await unit.fetchval(
        "SELECT count(*) FROM staff WHERE business_id = $1 AND role = 'admin' AND is_active "
        "AND id <> $2",
        unit.business_id,
        person_id,
    )
    if not others:
        raise Conflict("A business needs an admin: make somebody else one first.")


PEOPLE = """
SELECT s.id, s.name, s.email, s.role, s.is_active, s.last_seen_at, s.created_at,
  coalesce(b.customers, 0) AS customers
FROM staff s LEFT JOIN (SELECT owner_id, count(*) AS customers FROM customers
  WHERE business_id = $1 AND owner_id IS NOT NULL GROUP BY 1) b ON b.owner_id = s.id
WHERE s.business_id = $1 AND (s.is_active OR $2) ORDER BY s.is_active DESC, s.name
"""


EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


async def add_staff(scope: Scope, email: str, name: str, role: Role, password: str) -> UUID:
    """Add a person who may sign in with this e-mail and password; audited.

    Raises Invalid for an e-mail, name or password that will not do, and Conflict when somebody,
    in any business, has this e-mail: people sign in by it alone.
    """
    scope.require(Role.admin)
    email, name = email.strip().lower(), name.strip()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise Invalid(f"“{email}” is no e-mail address.", field="email")
    if not 0 < len(name) <= 120:
        raise Invalid("A person has a name of 1 to 120 characters.", field="name")
    password_hash = await hash_password(password)
    async with tenant(scope) as unit:
        made: UUID | None = None
        async with unit.unless_taken():  # the directory holds the e-mails of all businesses
            made = await unit.fetchval(
                "INSERT INTO staff (business_id, email, name, role, password_hash) "
                "VALUES ($1, $2, $3, $4, $5) RETURNING id",
                scope.business_id,
                email,
                name,
                role.value,
                password_hash,
            )
        if made is None:
            raise Conflict(f"Somebody signs in as {email} already.", code="EMAIL_TAKEN")
        await audit.record(unit, scope, "staff.added", email, after={"role": role.value})
    return made
