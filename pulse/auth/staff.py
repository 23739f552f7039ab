"""The members of staff of a business: list, add, change role, deactivate, reactivate."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.query.functions.aggregate import Count

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.passwords import check_choice, hash_password
from pulse.auth.sign_in.staff_sessions import end_sessions
from pulse.auth.sign_in.steps import book_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotFound
from pulse.tables.customer import Customer
from pulse.tables.staff import Staff


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
    team: str = ""


async def people(scope: Scope, *, also_inactive: bool = False) -> list[Person]:
    """Everybody, by name; who has left only when asked for."""
    query = Staff.select(*_SHOWN).where(Staff.business_id == scope.business_id)
    if not also_inactive:
        query = query.where(Staff.is_active.eq(True))
    async with tenant(scope):
        rows = await query.order_by(Staff.is_active, ascending=False).order_by(Staff.name)
        owned = (
            await Customer.select(Customer.owner_id, Count())
            .where(Customer.business_id == scope.business_id, Customer.owner_id.is_not_null())
            .group_by(Customer.owner_id)
        )
    books = {row["owner_id"]: row["count"] for row in owned}
    return [
        Person(**{**row, "role": Role(row["role"]), "customers": books.get(row["id"], 0)})
        for row in rows
    ]


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
        before = await book_of(unit, person_id)
        await _change(unit, person_id, {Staff.role: role.value})
        book = await book_of(unit, person_id)
        await audit.record(unit, scope, "staff.role_changed", name, before=old, after=role.value)
    if book != before:
        await end_sessions(scope, person_id)  # no open page shows customers of the old role


async def deactivate(scope: Scope, person_id: UUID) -> None:
    """Somebody leaves: their sessions end at once, their customers keep their history."""
    async with tenant(scope) as unit:
        scope.require(Role.admin)
        name, role = await _named(unit, person_id)
        if role == Role.admin.value:
            await _another_admin(unit, person_id)
        await _change(unit, person_id, {Staff.is_active: False})
        await audit.record(unit, scope, "staff.deactivated", name)
    await end_sessions(scope, person_id)


async def reactivate(scope: Scope, person_id: UUID) -> None:
    """Somebody comes back, with the role they had."""
    async with tenant(scope) as unit:
        scope.require(Role.admin)
        name, _ = await _named(unit, person_id)
        await _change(unit, person_id, {Staff.is_active: True})
        await audit.record(unit, scope, "staff.reactivated", name)


async def _change(unit: Unit, person_id: UUID, values: dict[Column | str, Any]) -> None:
    await Staff.update(values).where(Staff.business_id == unit.business_id, Staff.id == person_id)


async def _named(unit: Unit, person_id: UUID) -> tuple[str, str]:
    row = (
        await Staff.select(Staff.name, Staff.role)
        .where(Staff.business_id == unit.business_id, Staff.id == person_id)
        .first()
    )
    if row is None:
        raise NotFound("There is no such member of staff.")
    return row["name"], row["role"]


async def _another_admin(unit: Unit, person_id: UUID) -> None:
    others = await Staff.count().where(
        Staff.business_id == unit.business_id,
        Staff.role == Role.admin.value,
        Staff.is_active.eq(True),
        Staff.id != person_id,
    )
    if not others:
        raise Conflict("A business needs an admin: make somebody else one first.")


_SHOWN = (
    Staff.id,
    Staff.name,
    Staff.email,
    Staff.role,
    Staff.is_active,
    Staff.last_seen_at,
    Staff.created_at,
    Staff.team,
)


EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


async def add_staff(
    scope: Scope, email: str, name: str, role: Role, password: str, *, temporary: bool = False
) -> UUID:
    """Add a person who may sign in with this e-mail and password; audited.

    A `temporary` password must be changed at the first sign-in.

    Raises Invalid for an e-mail, name or password that will not do, and Conflict when somebody,
    in any business, has this e-mail: people sign in by it alone.
    """
    scope.require(Role.admin)
    email, name = email.strip().lower(), name.strip()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise Invalid(f"“{email}” is no e-mail address.", field="email")
    if not 0 < len(name) <= 120:
        raise Invalid("A person has a name of 1 to 120 characters.", field="name")
    check_choice(password, email, name)
    password_hash = await hash_password(password)
    async with tenant(scope) as unit:
        made: list[dict[str, Any]] = []
        async with unit.unless_taken():  # the directory holds the e-mails of all businesses
            made = await Staff.insert(
                Staff(
                    business_id=scope.business_id,
                    email=email,
                    name=name,
                    role=role.value,
                    password_hash=password_hash,
                    must_change_password=temporary,
                )
            )
        if not made:
            raise Conflict(f"Somebody signs in as {email} already.", code="EMAIL_TAKEN")
        await audit.record(unit, scope, "staff.added", email, after={"role": role.value})
    return UUID(str(made[0]["id"]))
