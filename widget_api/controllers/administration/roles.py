"""Roles and their members, for staff who manage people and keys with `admin`."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from pulse.auth import staff
from pulse.auth.role_definitions import delete_role, role_rules, set_role_rule
from pulse.auth.roles import SENTENCES, Permission
from pulse.auth.sign_in.grants import RoleRule
from pulse.errors import NotFound
from widget_api.request_types import AskedBy
from widget_api.schemas import Data

Book = Literal["all", "team", "own"]
RoleName = Annotated[str, PathParameter(description="The role's name.")]
StaffId = Annotated[UUID, PathParameter(description="The person's id.")]


class NamedPermission(msgspec.Struct, frozen=True):
    """A permission, and what it lets people do."""

    name: Permission
    meaning: str


class ShownRole(msgspec.Struct, frozen=True):
    """A role; the permissions of a built-in one are fixed."""

    name: str
    permissions: list[Permission]
    book: Book
    second_factor: bool
    is_preset: bool


class Roles(msgspec.Struct, frozen=True):
    """All roles, and the permissions of which a role is made."""

    roles: list[ShownRole]
    permissions: list[NamedPermission]


class SetRole(msgspec.Struct, frozen=True):
    """A role. The permissions of a built-in role are fixed: leave them out."""

    permissions: Annotated[list[Permission], Meta(max_length=len(Permission))] = []
    book: Book = "all"
    second_factor: bool = False


class Member(msgspec.Struct, frozen=True):
    """A member of staff with their role."""

    id: UUID
    name: str
    email: str
    role: str
    is_active: bool


class GivenRole(msgspec.Struct, frozen=True):
    """The new role: a built-in one, or one of the business's own."""

    role: Annotated[str, Meta(min_length=1, max_length=40)]


class RolesController(Controller):
    """/api/roles and /api/staff"""

    path = "/api"
    tags = ("roles",)

    @get("/roles", operation_id="list_roles")
    async def listed(self, request: AskedBy) -> Data[Roles]:
        """The roles, built-in ones first, and every permission in a sentence."""
        rules = await role_rules(request.user.staff(Permission.manage_people))
        meanings = [NamedPermission(one, words) for one, words in SENTENCES.items()]
        return Data(Roles([_shown(rule) for rule in rules], meanings))

    @put("/roles/{name:str}", operation_id="set_role")
    async def change(
        self, request: AskedBy, name: RoleName, data: JSONBody[SetRole]
    ) -> Data[ShownRole]:
        """Create or change a role.

        Callers can grant only permissions they hold. Applies at once.
        """
        scope = request.user.staff(Permission.manage_people)
        held = frozenset(data.permissions)
        made = await set_role_rule(scope, RoleRule(name, data.book, data.second_factor, held))
        return Data(_shown(made))

    @delete("/roles/{name:str}", operation_id="delete_role", status_code=204)
    async def remove(self, request: AskedBy, name: RoleName) -> None:
        """Delete a custom role that no member of staff has."""
        await delete_role(request.user.staff(Permission.manage_people), name)

    @get("/staff", operation_id="list_staff")
    async def people(self, request: AskedBy) -> Data[list[Member]]:
        """All members of staff with their roles, including those who have left."""
        scope = request.user.staff(Permission.manage_people)
        found = await staff.people(scope, also_inactive=True)
        return Data([_member(one) for one in found])

    @put("/staff/{staff_id:uuid}/role", operation_id="give_role")
    async def give(
        self, request: AskedBy, staff_id: StaffId, data: JSONBody[GivenRole]
    ) -> Data[Member]:
        """Change the role of a member of staff. The last one with all permissions keeps them."""
        scope = request.user.staff(Permission.manage_people)
        await staff.change_role(scope, staff_id, data.role)
        for one in await staff.people(scope, also_inactive=True):
            if one.id == staff_id:
                return Data(_member(one))
        raise NotFound("There is no such member of staff.")


def _member(one: staff.Person) -> Member:
    return Member(one.id, one.name, one.email, one.role_label, one.is_active)


def _shown(rule: RoleRule) -> ShownRole:
    held = [one for one in Permission if one in rule.permissions]
    book = msgspec.convert(rule.book, Book)
    return ShownRole(rule.name, held, book, rule.second_factor, rule.is_preset)
