"""Settings of roles: which customers a role sees, and whether it needs a second factor."""

from typing import Any

import msgspec

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.staff_sessions import forget_sessions
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.tables.choices import Book
from pulse.tables.staff import RoleDefinition


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
    """Set it (admins); audited. It holds at the next request, the second factor at sign-in.

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
    forget_sessions()
