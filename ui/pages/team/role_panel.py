"""Roles and their permissions, visible customers and second factor."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from nicegui import binding, ui

from pulse.auth.role_definitions import delete_role, role_rules, set_role_rule
from pulse.auth.roles import SENTENCES, Permission, Role
from pulse.auth.sign_in.grants import RoleRule
from ui import kit
from ui.formatters import capitalized
from ui.kit.dialogs import ask, confirm, dialog, foot
from ui.kit.fields import Select, select_field, text_field, tick
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

MEANINGS = marked(
    {
        "viewer": "sees everything, changes nothing",
        "csm": "works cards, owns customers, writes notes",
        "manager": "also sets scorecards and rules, sees the audit log",
        "admin": "also people, keys, the widget",
    }
)
ROLES = marked({"viewer": "viewer", "csm": "csm", "manager": "manager", "admin": "admin"})
PERMISSIONS = marked(
    {
        "view": "view",
        "see_setup": "see setup",
        "work_cards": "work cards",
        "edit_customers": "edit customers",
        "import_lists": "import lists",
        "export_data": "export data",
        "run_analyses": "run analyses",
        "erase_customers": "erase customers",
        "edit_scorecard": "edit scorecard",
        "edit_rules": "edit rules",
        "read_audit": "read audit",
        "manage_people": "manage people",
        "manage_integrations": "manage integrations",
        "manage_sign_in": "manage sign-in",
        "manage_business": "manage business",
    }
)
BOOKS = marked(
    {"all": "all customers", "team": "their team's customers", "own": "their own customers"}
)


@binding.bindable_dataclass
class RoleState:
    """The existing roles; the list is bound to them."""

    roles: Sequence[RoleRule] = ()


class RolePanel:
    """One line per role; editable for roles with no more permissions than one's own."""

    def __init__(self, page: Page, changed: Callable[[], Awaitable[None]]) -> None:
        self._page, self._changed = page, changed
        self.state = RoleState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Read and show the roles."""
        await self.read()
        with kit.panel("What the roles may do", flush=True):
            roles = kit.Items(self._line, key=lambda rule: rule.name)
            roles.bind_items_from(self.state, "roles")
        if self._page.scope.may(Permission.manage_people):
            kit.Button("New role …", self._add, icon="add")

    async def read(self) -> None:
        """Read the roles and assign them to the state."""
        read = self._reads.start()
        roles = await role_rules(self._page.scope)
        if read.accept():
            self.state.roles = tuple(roles)

    def offered(self) -> dict[str, str]:
        """Return the roles this person may assign, by name."""
        held = self._page.scope.permissions
        return {
            rule.name: role_words(rule.name)
            for rule in self.state.roles
            if rule.permissions <= held
        }

    def _line(self, rule: RoleRule) -> None:
        scope = self._page.scope
        with box("pl-item pl-item--acts"):
            with box("pl-grow"):
                text(role_words(rule.name), "pl-strong-text", tag="div")
                meaning = gettext(MEANINGS.get(rule.name, "")) or _listed(rule)
                text(meaning, "pl-small pl-quiet", tag="div")
            if not scope.may(Permission.manage_people) or rule.permissions - scope.permissions:
                sees = gettext("sees {books}").format(books=gettext(BOOKS[rule.book]))
                text(sees, "pl-small pl-quiet")
                return
            if rule.name != Role.admin.value:
                Select(
                    gettext("Customers that a {name} sees").format(name=role_words(rule.name)),
                    BOOKS,
                    rule.book,
                    self._setting(rule, "book"),
                    width=190,
                )
            tick("Second factor", rule.second_factor, self._setting(rule, "second_factor"))
            if not rule.is_preset:
                kit.Button("Change …", self._changing(rule), kind="quiet", small=True)
                kit.Button("Delete …", self._deleting(rule), kind="quiet", small=True)

    def _setting(self, rule: RoleRule, field: str) -> Callable[[object], Awaitable[None]]:
        async def act(value: object) -> None:
            await self._save(msgspec.structs.replace(rule, **{field: value}))

        return act

    async def _save(self, rule: RoleRule) -> None:
        with self._page.place:  # the caller's elements may be redrawn
            try:
                await set_role_rule(await self._page.confirmed(), rule)
                kit.toast("Set.")
            finally:
                self.state.roles = ()  # a refused choice is reset
                await self.read()
            await self._changed()

    async def _add(self) -> None:
        if rule := await self._ask(RoleRule("")):
            await self._save(rule)

    def _changing(self, rule: RoleRule) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            if changed := await self._ask(rule):
                await self._save(changed)

        return act

    def _deleting(self, rule: RoleRule) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            with self._page.place:
                words = gettext("It can no longer be assigned.")
                sure = await confirm(
                    gettext("Delete the role {name}?").format(name=rule.name),
                    words,
                    "Delete",
                    "bad",
                )
                if sure:
                    await delete_role(await self._page.confirmed(), rule.name)
                    await self.read()
                    await self._changed()

        return act

    async def _ask(self, rule: RoleRule) -> RoleRule | None:
        """Show a form for a role; the name cannot be changed later."""
        with self._page.place:
            heading = (
                gettext("Change {name}").format(name=rule.name)
                if rule.name
                else gettext("New role")
            )
            with dialog(heading, wide=True) as asked:
                name = None if rule.name else text_field("Name of the role")
                book = select_field("Sees", BOOKS, rule.book)
                second = tick("A second factor is required", rule.second_factor, lambda _: None)
                ticks = {one: self._permission(one, rule) for one in Permission}
                foot(
                    asked,
                    "Save",
                    lambda: RoleRule(
                        (name.value or "") if name else rule.name,
                        book.value,
                        bool(second.value),
                        frozenset(one for one, made in ticks.items() if made.value),
                    ),
                )
            answer: RoleRule | None = await ask(asked)
        return answer

    def _permission(self, one: Permission, rule: RoleRule) -> ui.checkbox:
        """Draw a permission with its description; one's own missing ones cannot be granted."""
        always = one is Permission.view
        with box():
            made = tick(
                capitalized(gettext(PERMISSIONS[one])), always or one in rule.permissions, _nothing
            )
            made.set_enabled(not always and self._page.scope.may(one))
            text(gettext(SENTENCES[one]), "pl-small pl-quiet", tag="p")
        return made


def role_words(name: str) -> str:
    """A role as people read it; a business's own one by the name it has."""
    return gettext(ROLES.get(name, name))


def _nothing(_: bool) -> None:
    """The form is read when it is saved."""


def _listed(rule: RoleRule) -> str:
    """Return the permissions of a custom role as text, in their usual order."""
    return ", ".join(gettext(PERMISSIONS[one]) for one in Permission if one in rule.permissions)
