"""Settings of roles: which customers a role sees, and whether it needs a second factor."""

from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.staff_sessions import forget_sessions
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound
from pulse.tables.choices import Book
from pulse.tables.staff import RoleDefinition, Staff, StaffSession


class RoleRule(msgspec.Struct, frozen=True):
    """What is set about one role; `book` is all, team or own."""

    name: str
    book: str = "all"
    second_factor: bool = False


async def role_rules(scope: Scope) -> list[RoleRule]:
    """The rules of the four roles, from viewer to admin."""
    async with tenant(scope):
        rows = await RoleDefinition.select(
            RoleDefinition.name, RoleDefinition.book, RoleDefinition.second_factor
        ).where(RoleDefinition.business_id == scope.business_id)
    known = {row["name"]: RoleRule(**row) for row in rows}
    return [known.get(role.value, RoleRule(role.value)) for role in Role]


async def set_role_rule(scope: Scope, rule: RoleRule) -> None:
    """Set it (admins); audited. It holds at the next sign-in.

    With another book, everybody of the role is signed out, so that no open page shows the old one.

    Raises Invalid for an unknown role or book; an admin sees all customers, so that somebody does.
    """
    scope.require(Role.admin)
    if rule.name not in {role.value for role in Role} or rule.book not in set(Book):
        raise Invalid("A rule is for viewer, csm, manager or admin; a book is all, team or own.")
    if rule.name == Role.admin.value and rule.book != Book.all:
        raise Invalid("An admin sees all customers.", field="book")
    before = next(one for one in await role_rules(scope) if one.name == rule.name)
    values: dict[Any, Any] = {
        RoleDefinition.book: rule.book,
        RoleDefinition.second_factor: rule.second_factor,
    }
    async with tenant(scope) as unit:
        row = RoleDefinition(
            business_id=scope.business_id,
            name=rule.name,
            base=rule.name,
            book=rule.book,
            second_factor=rule.second_factor,
        )
        await RoleDefinition.insert(row).on_conflict(
            target=(RoleDefinition.business_id, RoleDefinition.name),
            action="DO UPDATE",
            values=list(values.items()),
        )
        old, new = (msgspec.to_builtins(one) for one in (before, rule))
        await audit.record(unit, scope, "role.rule_changed", rule.name, before=old, after=new)
        if before.book != rule.book:
            await _sign_out(unit, (Staff.role == rule.name) & (Staff.role_name == ""))
    forget_sessions()


async def set_team(scope: Scope, staff_id: UUID, team: str) -> None:
    """Which team somebody is of (admins), for roles that see their team's customers; audited.

    They are signed out, and see the team's customers when they sign in again.
    """
    scope.require(Role.admin)
    team = team.strip()[:80]
    async with tenant(scope) as unit:
        row = (
            await Staff.select(Staff.name, Staff.team)
            .where(Staff.business_id == scope.business_id, Staff.id == staff_id)
            .first()
        )
        if row is None:
            raise NotFound("There is no such member of staff.")
        await Staff.update({Staff.team: team}).where(
            Staff.business_id == scope.business_id, Staff.id == staff_id
        )
        await audit.record(
            unit, scope, "staff.team_changed", row["name"], before=row["team"], after=team
        )
        await _sign_out(unit, Staff.id == staff_id)
    forget_sessions()


async def _sign_out(unit: Unit, who: Any) -> None:
    people = await Staff.select(Staff.id).where(Staff.business_id == unit.business_id, who)
    if people:
        await StaffSession.update({StaffSession.revoked_at: clock.now()}).where(
            StaffSession.business_id == unit.business_id,
            StaffSession.staff_id.is_in([row["id"] for row in people]),
            StaffSession.revoked_at.is_null(),
        )
