"""The members of staff of a business: who there is, what their role is, who leaves, who returns."""

from datetime import datetime
from uuid import UUID

import msgspec

from pulse.access import audit
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.access.staff_sessions import end_sessions
from pulse.database.tenancy import Unit, tenant
from pulse.errors import Conflict, NotFound


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
