"""What the roles may do, and what an admin sets about them: customers, second factor."""

from collections.abc import Awaitable, Callable

import msgspec

from pulse.auth.role_definitions import RoleRule, role_rules, set_role_rule
from pulse.auth.roles import Role
from ui import kit
from ui.kit.fields import select_field, tick
from ui.kit.text import box, text
from ui.runtime.page_context import Page

MEANINGS = {
    "viewer": "sees everything, changes nothing",
    "csm": "works cards, owns customers, writes notes",
    "manager": "also sets scorecards and rules, sees the audit log",
    "admin": "also people, keys, the widget",
}
BOOKS = {"all": "all customers", "team": "their team's customers", "own": "their own customers"}


class RolePanel:
    """One line a role; only admins can change it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        with kit.panel("What the roles may do", flush=True):
            self._place = box()

    async def draw(self) -> None:
        """Read and show the rules."""
        rules = await role_rules(self._page.scope)
        self._place.clear()
        with self._place:
            for rule in rules:
                self._line(rule)

    def _line(self, rule: RoleRule) -> None:
        with box("pl-item pl-item--acts"):
            with box("pl-grow"):
                text(rule.name, "pl-strong-text", tag="div")
                text(MEANINGS[rule.name], "pl-small pl-quiet", tag="div")
            if self._page.scope.role < Role.admin:
                text(f"sees {BOOKS[rule.book]}", "pl-small pl-quiet")
                return
            if rule.name != Role.admin.value:
                select_field(
                    f"Customers that a {rule.name} sees",
                    BOOKS,
                    rule.book,
                    self._setting(rule, "book"),
                    width=190,
                )
            tick("Second factor", rule.second_factor, self._setting(rule, "second_factor"))

    def _setting(self, rule: RoleRule, field: str) -> Callable[[object], Awaitable[None]]:
        async def act(value: object) -> None:
            changed = msgspec.structs.replace(rule, **{field: value})
            await set_role_rule(await self._page.confirmed(), changed)
            kit.toast("Set. It holds from the next sign-in.")
            await self.draw()

        return act
