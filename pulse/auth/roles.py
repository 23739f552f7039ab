"""Roles and permissions: the four built-in roles and what each may do.

Code checks permissions only, never the name of a role.
"""

from collections.abc import Iterable
from enum import Enum, StrEnum
from typing import Final

from pulse.i18n.sentences import marked


class Role(Enum):
    """A built-in role, from the fewest permissions to all of them."""

    viewer = "viewer"
    csm = "csm"
    manager = "manager"
    admin = "admin"

    def __str__(self) -> str:
        return self.value


class Permission(StrEnum):
    """One thing that a role may or may not do; SENTENCES describes it."""

    view = "view"
    see_setup = "see_setup"
    work_cards = "work_cards"
    edit_customers = "edit_customers"
    import_lists = "import_lists"
    export_data = "export_data"
    run_analyses = "run_analyses"
    erase_customers = "erase_customers"
    edit_scorecard = "edit_scorecard"
    edit_rules = "edit_rules"
    read_audit = "read_audit"
    manage_people = "manage_people"
    manage_integrations = "manage_integrations"
    manage_sign_in = "manage_sign_in"
    manage_business = "manage_business"


SENTENCES: Final[dict[Permission, str]] = marked(
    {
        Permission.view: "See customers, cards, segments and reports. Every role has this.",
        Permission.see_setup: "See the scorecard and the team, without changing them.",
        Permission.work_cards: "Edit, deliver, snooze and dismiss cards, write cards, record "
        "outcomes, and see the widget as a customer sees it.",
        Permission.edit_customers: "Change owners, notes, tags, follow-ups and states of "
        "customers, merge duplicates, and answer objections.",
        Permission.import_lists: "Upload lists, set the types of columns, and send events.",
        Permission.export_data: "Download customers and cards as files, and one customer's data.",
        Permission.run_analyses: "Look for clusters and train churn predictions.",
        Permission.erase_customers: "Erase customers for good, and undo imports.",
        Permission.edit_scorecard: "Change, learn, test, publish and roll back the scorecard.",
        Permission.edit_rules: "Change the rules of cards, alerts and segments, and the widget's "
        "words.",
        Permission.read_audit: "Read and export the audit log.",
        Permission.manage_people: "Add and deactivate people, give them roles and passwords, and "
        "make roles, up to what the person holds who does it.",
        Permission.manage_integrations: "Manage API keys, signing keys, allowed sites and "
        "webhooks.",
        Permission.manage_sign_in: "Set up single sign-on. Its provider decides who signs in as "
        "whom: give this only to people whom you would make an admin.",
        Permission.manage_business: "Change the business's profile and how long data is kept, and "
        "let sensitive columns, and columns that look like leaks, count.",
    }
)

EVERYTHING: Final = frozenset(Permission)
WHOLE_BUSINESS: Final = frozenset(
    {
        Permission.manage_people,
        Permission.manage_integrations,
        Permission.manage_sign_in,
        Permission.manage_business,
    }
)
"""Permissions that reach customers outside a book, so only for roles that see all customers."""

_VIEWER = frozenset({Permission.view})
_CSM = _VIEWER | {
    Permission.see_setup,
    Permission.work_cards,
    Permission.edit_customers,
    Permission.import_lists,
    Permission.export_data,
    Permission.run_analyses,
}
_MANAGER = _CSM | {
    Permission.erase_customers,
    Permission.edit_scorecard,
    Permission.edit_rules,
    Permission.read_audit,
}
PRESETS: Final[dict[Role, frozenset[Permission]]] = {
    Role.viewer: _VIEWER,
    Role.csm: _CSM,
    Role.manager: _MANAGER,
    Role.admin: EVERYTHING,
}
"""The permissions of the built-in roles, from the fewest to all; fixed."""


def read_permissions(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions with these names, always with `view`; unknown names are ignored."""
    known = {one.value for one in Permission}
    return frozenset(Permission(name) for name in names if name in known) | _VIEWER


def preset_within(held: frozenset[Permission], *, sees_all: bool) -> Role:
    """The most powerful built-in role within `held`; an admin must see all customers."""
    fitting = [role for role, preset in PRESETS.items() if preset <= held]
    highest = fitting[-1] if fitting else Role.viewer
    return highest if sees_all or highest is not Role.admin else Role.manager
