"""The register of views: a decorator fills it, discovery finds it, the shell draws from it.

    @view("Orders", icon="receipt_long", route="/orders", role="csm", order=60)
    async def orders(page: Page) -> None: ...

Views live in `ui.views` or in any installed package that names a module in the entry point group
`pulse.views`.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, TypeVar

from pulse import logs
from pulse.access.roles import Role
from pulse.access.scope import Scope

Builder = Callable[..., Awaitable[None]]
Counter = Callable[[Scope], Awaitable[int | None]]
AnyBuilder = TypeVar("AnyBuilder", bound=Builder)

SECTIONS = ("", "Understand", "Set up")
ENTRY_POINT_GROUP = "pulse.views"


@dataclass(frozen=True, slots=True)
class View:
    """One page of the dashboard: how it is called, where it is, who may open it, what draws it.

    Attributes:
        route: a path; `{name}` parts are passed to the builder by name.
        order: place in the side bar, small first; pages of Pulse itself use steps of ten.
        section: heading in the side bar, "" for the daily pages at the top.
        count: asked for the figure beside the title, again whenever something changes.
        hidden: reachable, but not listed (a customer's page, the gallery).
    """

    title: str
    icon: str
    route: str
    build: Builder
    role: Role = Role.viewer
    order: int = 100
    section: str = ""
    count: Counter | None = None
    hidden: bool = False
    demo_only: bool = False


_views: dict[str, View] = {}


def view(
    title: str,
    *,
    icon: str,
    route: str,
    role: Role | str = Role.viewer,
    order: int = 100,
    section: str = "",
    count: Counter | None = None,
    hidden: bool = False,
    demo_only: bool = False,
) -> Callable[[AnyBuilder], AnyBuilder]:
    """Register the decorated builder; ValueError when another function has taken the route."""

    def register(build: AnyBuilder) -> AnyBuilder:
        made = View(title, icon, route, build, Role(role), order, section, count, hidden, demo_only)
        taken = _views.get(route)
        if taken and _name(taken.build) != _name(build):
            raise ValueError(f"{route} is already the view {taken.title!r} ({_name(taken.build)})")
        _views[route] = made
        return build

    return register


def discover() -> list[View]:
    """Import every view module, ours and those of installed packages; then list all views.

    A package that cannot be imported is logged and left out: it must not take the house down.
    """
    package = importlib.import_module("ui.views")
    for found in pkgutil.iter_modules(package.__path__, "ui.views."):
        importlib.import_module(found.name)
    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            point.load()
        except Exception as failure:  # foreign code may fail in any way
            logs.failure("view_package_failed", failure, entry_point=point.name)
    return views()


def views() -> list[View]:
    """All registered views in the order of the side bar."""
    return sorted(
        _views.values(), key=lambda one: (_section_rank(one.section), one.order, one.title)
    )


def listed(role: Role) -> list[View]:
    """What the side bar offers to this role."""
    return [one for one in views() if not one.hidden and role >= one.role]


def _section_rank(section: str) -> int:
    return SECTIONS.index(section) if section in SECTIONS else len(SECTIONS)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
