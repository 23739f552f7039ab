"""The members of staff of a business: list, add, change role, deactivate, reactivate."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.query.functions.aggregate import Count

from pulse.auth import audit
from pulse.auth.role_definitions import (
    columns_of_role,
    locked_rule,
    require_an_admin,
    require_over,
)
from pulse.auth.roles import Permission, Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import book_of, permissions_of, row_of_person, rules_of
from pulse.auth.sign_in.passwords import check_choice, hash_password
from pulse.auth.sign_in.staff_sessions import end_sessions, forget_sessions
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotFound
from pulse.i18n.sentences import Sentence
from pulse.tables.customer import Customer
from pulse.tables.staff import Staff


class Person(msgspec.Struct, frozen=True):
    """One member of staff; `customers` counts all customers they own, lapsed and left ones too.

    awaited: they have not chosen a password yet, nor signed in by single sign-on. invited_until:
    when their open invitation ends.
    """

    id: UUID
    name: str
    email: str
    role: Role
    is_active: bool
    last_seen_at: datetime | None
    created_at: datetime
    customers: int
    team: str = ""
    role_name: str = ""
    permissions: frozenset[Permission] = frozenset()
    awaited: bool = False
    invited_until: datetime | None = None

    @property
    def role_label(self) -> str:
        """The role as shown: a built-in one, or one of the business's own."""
        return self.role_name or self.role.value

    def may(self, permission: Permission) -> bool:
        """Whether this person's role has this permission."""
        return permission in self.permissions


async def people(scope: Scope, *, also_inactive: bool = False) -> list[Person]:
    """All active staff by name; with also_inactive, deactivated ones too."""
    query = Staff.select(*_SHOWN).where(Staff.business_id == scope.business_id)
    if not also_inactive:
        query = query.where(Staff.is_active.eq(True))
    async with tenant(scope) as unit:
        rules = await rules_of(unit)
        rows = await query.order_by(Staff.is_active, ascending=False).order_by(Staff.name)
        owned = (
            await Customer.select(Customer.owner_id, Count())
            .where(Customer.business_id == scope.business_id, Customer.owner_id.is_not_null())
            .group_by(Customer.owner_id)
        )
    books = {row["owner_id"]: row["count"] for row in owned}
    return [
        Person(
            **{
                **{name: value for name, value in row.items() if name not in _SECRET},
                "role": Role(row["role"]),
                "awaited": not row["password_hash"] and row["oidc_subject"] is None,
                "permissions": permissions_of(rules, row),
                "customers": books.get(row["id"], 0),
            }
        )
        for row in rows
    ]


async def person_by_email(scope: Scope, email: str) -> Person:
    """The member of staff with this e-mail; raises NotFound."""
    wanted = email.strip().lower()
    for person in await people(scope, also_inactive=True):
        if person.email == wanted:
            return person
    raise NotFound(Sentence("No member of staff has the e-mail {email}.", email=email))


async def change_role(scope: Scope, person_id: UUID, role: Role | str) -> None:
    """Change a person's role to a built-in one or one of the business's own; audited.

    Raises Conflict for the last admin, Invalid for an unknown role, and NotAllowed where the old or
    the new role has more permissions than the caller.
    """
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        name, old = await _name_and_role(unit, person_id)
        await require_over(unit, scope, person_id)
        rule = await locked_rule(unit, str(role))
        scope.require_covering(rule.permissions)
        before = await book_of(unit, person_id)
        await _change(unit, person_id, columns_of_role(rule))
        await require_an_admin(unit)
        book = await book_of(unit, person_id)
        await audit.record(unit, scope, "staff.role_changed", name, before=old, after=rule.name)
    forget_sessions()
    if book != before:
        await end_sessions(scope, person_id)  # so that no open page shows customers of the old role


async def deactivate(scope: Scope, person_id: UUID) -> None:
    """Deactivate a person: their sessions end at once; their customers keep their history."""
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        name, _ = await _name_and_role(unit, person_id)
        await require_over(unit, scope, person_id)
        await _change(unit, person_id, {Staff.is_active: False, **VOID_INVITATION})
        await require_an_admin(unit)
        await audit.record(unit, scope, "staff.deactivated", name)
    await end_sessions(scope, person_id)


async def reactivate(scope: Scope, person_id: UUID) -> None:
    """Reactivate a person with their former role."""
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        name, _ = await _name_and_role(unit, person_id)
        await require_over(unit, scope, person_id)
        await _change(unit, person_id, {Staff.is_active: True})
        await audit.record(unit, scope, "staff.reactivated", name)


async def _change(unit: Unit, person_id: UUID, values: dict[Column | str, Any]) -> None:
    await Staff.update(values).where(Staff.business_id == unit.business_id, Staff.id == person_id)


async def _name_and_role(unit: Unit, person_id: UUID) -> tuple[str, str]:
    row = await row_of_person(unit, person_id, Staff.name, Staff.role, Staff.role_name)
    return row["name"], row["role_name"] or row["role"]


_SHOWN = (
    Staff.id,
    Staff.name,
    Staff.email,
    Staff.role,
    Staff.role_name,
    Staff.is_active,
    Staff.last_seen_at,
    Staff.created_at,
    Staff.team,
    Staff.invitation_expires_at.as_alias("invited_until"),
    Staff.password_hash,
    Staff.oidc_subject,
)
_SECRET = ("password_hash", "oidc_subject")


VOID_INVITATION: dict[Column | str, Any] = {
    Staff.invitation_hash: None,
    Staff.invitation_expires_at: None,
}
"""Ends an open invitation."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


async def add_staff(
    scope: Scope,
    email: str,
    name: str,
    role: Role | str,
    password: str,
    *,
    temporary: bool = False,
) -> UUID:
    """Add a person who can sign in with this e-mail and password; audited.

    temporary: the password must be changed at the first sign-in. Raises Invalid for an unusable
    e-mail, name, role or password, NotAllowed for a role with more permissions than the caller, and
    Conflict when a person of any business has this e-mail, because sign-in is by e-mail alone.
    """
    scope.require(Permission.manage_people)
    email, name = checked_names(email, name)
    check_choice(password, email, name)
    values: dict[Column, Any] = {
        Staff.password_hash: await hash_password(password),
        Staff.must_change_password: temporary,
    }
    async with tenant(scope) as unit:
        return await insert_person(unit, scope, email, name, role, values)


def checked_names(email: str, name: str) -> tuple[str, str]:
    """Return e-mail and name as they are stored; raises Invalid for unusable ones."""
    email, name = email.strip().lower(), name.strip()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise Invalid(Sentence("“{email}” is not an e-mail address.", email=email), field="email")
    if not 0 < len(name) <= 120:
        raise Invalid("A person has a name of 1 to 120 characters.", field="name")
    return email, name


async def insert_person(
    unit: Unit,
    scope: Scope,
    email: str,
    name: str,
    role: Role | str,
    values: dict[Column, Any],
) -> UUID:
    """Insert a person and the columns for how they sign in; audited. Raises as `add_staff`."""
    rule = await locked_rule(unit, str(role))
    scope.require_covering(rule.permissions)
    columns: dict[Column, Any] = {
        Staff.business_id: scope.business_id,
        Staff.email: email,
        Staff.name: name,
    }
    made: list[dict[str, Any]] = []
    async with unit.ignore_duplicates():  # the directory holds the e-mails of all businesses
        made = await Staff.insert(Staff({**columns, **columns_of_role(rule), **values}))
    if not made:
        raise Conflict(
            Sentence("Somebody signs in as {email} already.", email=email), code="EMAIL_TAKEN"
        )
    await audit.record(unit, scope, "staff.added", email, after={"role": rule.name})
    return UUID(str(made[0]["id"]))
