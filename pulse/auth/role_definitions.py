"""Custom roles: permissions, whose customers a role sees, and its second factor.

Nobody can grant more than they hold, and one active admin with all permissions always remains.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import PRESETS, WHOLE_BUSINESS, Permission, Role, preset_within
from pulse.auth.scope import Scope, words_of
from pulse.auth.sign_in.grants import RoleRule, is_preset, row_of_person, rule_of_person, rules_of
from pulse.auth.sign_in.staff_sessions import forget_sessions
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotFound
from pulse.i18n.sentences import Sentence
from pulse.tables.choices import Book
from pulse.tables.staff import IdentityProvider, RoleDefinition, Staff, StaffSession

LONGEST_NAME = 40
MOST_ROLES = 50


async def role_rules(scope: Scope) -> list[RoleRule]:
    """The built-in roles from viewer to admin, then the business's own roles by name."""
    async with tenant(scope) as unit:
        return list((await rules_of(unit)).values())


async def set_role_rule(scope: Scope, rule: RoleRule) -> RoleRule:
    """Change a role or create one; audited. It takes effect at once.

    When the visible customers change, all people with the role are signed out, so that no open page
    shows the old ones.

    Raises Invalid for an unusable role, NotAllowed for a role that has (before or after) more
    permissions than the caller, and Conflict when no admin with all permissions would remain.
    """
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        rules = await rules_of(unit)
        rule, before = _checked(rule, rules), rules.get(rule.name)
        for one in filter(None, (before, rule)):
            scope.require_covering(one.permissions)
        base = Role(rule.name) if rule.is_preset else _base(rule)
        await _write(unit, rule, base)
        if not rule.is_preset:
            await Staff.update({Staff.role: base.value}).where(
                Staff.business_id == unit.business_id, Staff.role_name == rule.name
            )
            await require_an_admin(unit)
        action = "role.rule_changed" if before else "role.created"
        old = _audit_values(before) if before else None
        await audit.record(unit, scope, action, rule.name, before=old, after=_audit_values(rule))
        if before and before.book != rule.book:
            await sign_out(unit, _members_of(rule.name))
    forget_sessions()
    return rule


async def delete_role(scope: Scope, name: str) -> None:
    """Delete one of the business's own roles; audited.

    Raises NotFound for an unknown one, Conflict while staff have it or single sign-on assigns it.
    """
    scope.require(Permission.manage_people)
    async with tenant(scope) as unit:
        rule = (await rules_of(unit)).get(name)
        if rule is None or rule.is_preset:
            raise NotFound("There is no such custom role.", code="ROLE_NOT_FOUND")
        scope.require_covering(rule.permissions)
        # waits for transactions that are assigning the role: `locked_rule`
        await RoleDefinition.delete().where(
            RoleDefinition.business_id == unit.business_id, RoleDefinition.name == name
        )
        having = await Staff.count().where(Staff.business_id == unit.business_id, _members_of(name))
        if having:
            raise Conflict(
                Sentence("{n} people have this role: give them another one first.", n=having),
                code="ROLE_IN_USE",
            )
        if name in await _roles_of_claims(unit):
            raise Conflict(
                "Single sign-on gives this role: change that in its settings first.",
                code="ROLE_IN_USE",
            )
        await audit.record(unit, scope, "role.deleted", name, before=_audit_values(rule))
    forget_sessions()


async def set_team(scope: Scope, staff_id: UUID, team: str) -> None:
    """Set a person's team (admins), for roles that see their team's customers; audited.

    The person is signed out and sees the team's customers after the next sign-in.
    """
    scope.require(Permission.manage_people)
    team = team.strip()[:80]
    async with tenant(scope) as unit:
        await require_over(unit, scope, staff_id)
        row = await row_of_person(unit, staff_id, Staff.name, Staff.team)
        await Staff.update({Staff.team: team}).where(
            Staff.business_id == scope.business_id, Staff.id == staff_id
        )
        await audit.record(
            unit, scope, "staff.team_changed", row["name"], before=row["team"], after=team
        )
        await sign_out(unit, Staff.id == staff_id)
    forget_sessions()


async def require_over(unit: Unit, scope: Scope, staff_id: UUID) -> None:
    """Raise NotAllowed unless the caller has all permissions that this person has."""
    rule, _ = await rule_of_person(unit, staff_id)
    scope.require_covering(rule.permissions)


async def locked_rule(unit: Unit, name: str) -> RoleRule:
    """The role of this name, locked until the unit of work ends; raises Invalid if unknown."""
    if not is_preset(name):
        await (
            RoleDefinition.select(RoleDefinition.name)
            .where(RoleDefinition.business_id == unit.business_id, RoleDefinition.name == name)
            .lock_rows("SHARE")
        )
    rules = await rules_of(unit)
    if name not in rules:
        raise Invalid(
            Sentence(
                "There is no role “{name}”: use one of {rules}.", name=name, rules=", ".join(rules)
            ),
            code="ROLE_NOT_FOUND",
            field="role",
        )
    return rules[name]


def columns_of_role(rule: RoleRule) -> dict[Any, Any]:
    """The column values that give a row of staff this role."""
    if rule.is_preset:
        return {Staff.role: rule.name, Staff.role_name: ""}
    return {Staff.role: _base(rule).value, Staff.role_name: rule.name}


async def require_an_admin(unit: Unit, besides: UUID | None = None) -> None:
    """Raise Conflict unless another admin remains (`besides` this person); call it after a change.

    An invited admin who has not signed in yet does not count: the invitation may expire. Locks the
    remaining admins, so that two of them cannot demote each other.
    """
    remaining = (
        await Staff.select(Staff.id)
        .where(
            Staff.business_id == unit.business_id,
            Staff.role == Role.admin.value,
            Staff.is_active.eq(True),
            (Staff.password_hash != "") | Staff.oidc_subject.is_not_null(),
        )
        .order_by(Staff.id)
        .lock_rows("UPDATE")
    )
    if not [row for row in remaining if row["id"] != besides]:
        raise Conflict("A business needs an admin: make somebody else one first.")


def _checked(rule: RoleRule, rules: Collection[str]) -> RoleRule:
    name = " ".join(rule.name.split())
    if rule.book not in set(Book):
        raise Invalid("The customers of a role must be all, team or own.", field="book")
    if is_preset(name):
        if name == Role.admin.value and rule.book != Book.all:
            raise Invalid("An admin sees all customers.", field="book")
        return msgspec.structs.replace(rule, permissions=PRESETS[Role(name)])
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid(
            Sentence("A role has a name of 1 to {longest} characters.", longest=LONGEST_NAME),
            field="name",
        )
    same = [one for one in rules if one.casefold() == name.casefold() and one != name]
    if same:
        raise Invalid(Sentence("There is a role “{same}” already.", same=same[0]), field="name")
    if name not in rules and len(rules) >= MOST_ROLES:
        raise Invalid(Sentence("At most {most} roles can be kept.", most=MOST_ROLES))
    held = frozenset(rule.permissions) | {Permission.view}
    whole = sorted(words_of(one) for one in held & WHOLE_BUSINESS)
    if whole and rule.book != Book.all:
        raise Invalid(
            Sentence("A role that may {whole} sees all customers.", whole=", ".join(whole)),
            field="book",
        )
    return msgspec.structs.replace(rule, name=name, permissions=held)


def _base(rule: RoleRule) -> Role:
    return preset_within(rule.permissions, sees_all=rule.book == Book.all)


async def _write(unit: Unit, rule: RoleRule, base: Role) -> None:
    values: dict[str, Any] = {
        "base": base.value,
        "book": rule.book,
        "second_factor": rule.second_factor,
        "permissions": [] if rule.is_preset else sorted(one.value for one in rule.permissions),
    }
    row = RoleDefinition(business_id=unit.business_id, name=rule.name, **values)
    await RoleDefinition.insert(row).on_conflict(
        target=(RoleDefinition.business_id, RoleDefinition.name),
        action="DO UPDATE",
        values=[(RoleDefinition._meta.get_column_by_name(key), one) for key, one in values.items()],
    )


def _members_of(name: str) -> Any:
    if is_preset(name):
        return (Staff.role == name) & (Staff.role_name == "")
    return Staff.role_name == name


def _audit_values(rule: RoleRule) -> dict[str, Any]:
    """A role as stored in the audit log."""
    told: dict[str, Any] = {"book": rule.book, "second_factor": rule.second_factor}
    if not rule.is_preset:
        told["permissions"] = sorted(one.value for one in rule.permissions)
    return told


async def _roles_of_claims(unit: Unit) -> set[str]:
    rows = await IdentityProvider.select(IdentityProvider.role_values).where(
        IdentityProvider.business_id == unit.business_id
    )
    return {str(role) for row in rows for role in row["role_values"].values()}


async def sign_out(unit: Unit, who: Any) -> None:
    """End the sessions of staff who match this condition; call forget_sessions afterwards."""
    people = await Staff.select(Staff.id).where(Staff.business_id == unit.business_id, who)
    if people:
        await StaffSession.update({StaffSession.revoked_at: clock.now()}).where(
            StaffSession.business_id == unit.business_id,
            StaffSession.staff_id.is_in([row["id"] for row in people]),
            StaffSession.revoked_at.is_null(),
        )
