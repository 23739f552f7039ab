"""What a person may do by their role: permissions, visible customers, second factor."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column

from pulse.auth.roles import PRESETS, Permission, Role, read_permissions
from pulse.auth.scope import ALL
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.errors import NotFound
from pulse.tables.choices import Book
from pulse.tables.staff import RoleDefinition, Staff


class Grant(msgspec.Struct, frozen=True):
    """A person's role: a built-in one, or one of the business's own with its permissions."""

    role: Role
    role_name: str = ""
    granted: frozenset[Permission] | None = None
    """The permissions of a custom role; None for a built-in one."""

    @property
    def name(self) -> str:
        """The name of the role as shown."""
        return self.role_name or self.role.value

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this person may do."""
        return PRESETS[self.role] if self.granted is None else self.granted


class RoleRule(msgspec.Struct, frozen=True):
    """A role: its permissions, whose customers it sees (all, team or own), its second factor.

    The permissions of a built-in role are fixed.
    """

    name: str
    book: str = "all"
    second_factor: bool = False
    permissions: frozenset[Permission] = frozenset()

    @property
    def is_preset(self) -> bool:
        """True for one of the four built-in roles."""
        return is_preset(self.name)


def is_preset(name: str) -> bool:
    """Whether this is the name of a built-in role."""
    return name in {role.value for role in Role}


async def rules_of(unit: Unit) -> dict[str, RoleRule]:
    """All roles of the business by name: the built-in ones first, from viewer to admin."""
    rows = (
        await RoleDefinition.select(
            RoleDefinition.name,
            RoleDefinition.book,
            RoleDefinition.second_factor,
            RoleDefinition.permissions,
        )
        .where(RoleDefinition.business_id == unit.business_id)
        .order_by(RoleDefinition.name)
    )
    rules = {role.value: RoleRule(role.value) for role in Role}
    rules |= {row["name"]: RoleRule(**row) for row in rows}
    return {name: _with_permissions(rule) for name, rule in rules.items()}


async def rule_of_person(unit: Unit, staff_id: UUID) -> tuple[RoleRule, str]:
    """(a person's role, their team); for an unknown person a viewer with only their own book."""
    row = (
        await Staff.select(Staff.role, Staff.role_name, Staff.team)
        .where(Staff.business_id == unit.business_id, Staff.id == staff_id)
        .first()
    )
    if row is None:
        return _with_permissions(RoleRule(Role.viewer.value, Book.own)), ""
    name = row["role_name"] or row["role"]
    rules = await rules_of(unit)
    return rules.get(name, _with_permissions(RoleRule(name, Book.own))), row["team"]


async def row_of_person(unit: Unit, staff_id: UUID, *columns: Column) -> dict[str, Any]:
    """These columns of a person; raises NotFound for an unknown one."""
    row: dict[str, Any] | None = (
        await Staff.select(*columns)
        .where(Staff.business_id == unit.business_id, Staff.id == staff_id)
        .first()
    )
    if row is None:
        raise NotFound("There is no such member of staff.")
    return row


async def book_of(unit: Unit, staff_id: UUID) -> str:
    """Whose customers this person sees: all, `own:<id>` or `team:<name>` (Scope.book)."""
    rule, team = await rule_of_person(unit, staff_id)
    if rule.book == Book.all:
        return ALL
    return f"team:{team}" if rule.book == Book.team and team else f"own:{staff_id}"


async def needs_second_factor(unit: Unit, staff_id: UUID) -> bool:
    """Whether this person's role requires a second factor."""
    rule, _ = await rule_of_person(unit, staff_id)
    return rule.second_factor


async def staff_with(
    unit: Unit, permission: Permission, *, without: Permission | None = None
) -> list[UUID]:
    """The ids of active staff who hold `permission`, and not `without`."""
    rows = await Staff.select(Staff.id, Staff.role, Staff.role_name).where(
        Staff.business_id == unit.business_id, Staff.is_active.eq(True)
    )
    rules = await rules_of(unit)
    held = {row["id"]: permissions_of(rules, row) for row in rows}
    return [one for one, may in held.items() if permission in may and without not in may]


def permissions_of(
    rules: Mapping[str, RoleRule], person: Mapping[str, Any]
) -> frozenset[Permission]:
    """The permissions of a row of staff (role, role_name); only `view` if the role was deleted."""
    rule = rules.get(person["role_name"] or person["role"])
    return rule.permissions if rule else PRESETS[Role.viewer]


async def grant_of_row(unit: Unit, row: Mapping[str, Any]) -> Grant:
    """The grant of a row with business_id, role and role_name; queries only for custom roles."""
    role, name = Role(row["role"]), str(row["role_name"])
    if not name:
        return Grant(role)
    found = await _PERMISSIONS.row(unit, business_id=row["business_id"], name=name)
    return Grant(role, name, read_permissions(found["permissions"] if found else ()))


def _with_permissions(rule: RoleRule) -> RoleRule:
    held = (
        PRESETS[Role(rule.name)] if rule.is_preset else read_permissions(map(str, rule.permissions))
    )
    return msgspec.structs.replace(rule, permissions=held)


_PERMISSIONS = prepared(
    RoleDefinition.select(RoleDefinition.permissions).where(
        RoleDefinition.business_id == Param("business_id"), RoleDefinition.name == Param("name")
    )
)
