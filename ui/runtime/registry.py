"""The registry of views: filled by a decorator and by discovery.

    @view("Orders", icon="receipt_long", route="/orders", permission="work_cards", order=60)
    async def orders(page: Page) -> None: ...

Views are in `ui.pages` or in any installed package that names a module in the entry point group
`pulse.views`. In the demo, a file that cannot be loaded becomes a page with the reason, and a new
or changed file is loaded when the next page is opened.
"""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pulse import logs
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope, words_of
from pulse.auth.sign_in.staff_sessions import StaffSession
from pulse.errors import NotAllowed
from ui.texts import gettext

Builder = Callable[..., Awaitable[None]]
Permissions = tuple[Permission, ...]
Counter = Callable[[Scope], Awaitable[int | None]]
Edition = tuple[int, int]
"""When a file was last changed, in nanoseconds, and its size: two may share a tick of the clock."""
AnyBuilder = TypeVar("AnyBuilder", bound=Builder)

SECTIONS = ("", "Understand", "Set up")
ENTRY_POINT_GROUP = "pulse.views"
PAGES = "ui.pages"
NOT_LOADED = "Not loaded"


class NoView(Exception):
    """A view module that registers no view because its decorator is missing."""


@dataclass(frozen=True, slots=True)
class View:
    """One page of the dashboard.

    Attributes:
        route: a path; `{name}` parts are passed to the builder by name.
        order: place in the side bar, ascending; Pulse's own pages use steps of ten.
        permission: required to open it; of several, any one.
        section: heading in the side bar, "" for the daily pages at the top.
        count: returns the figure beside the title; called again after changes.
        hidden: reachable but not listed (a customer's page, the gallery).
    """

    title: str
    icon: str
    route: str
    build: Builder
    permission: Permissions = (Permission.view,)
    order: int = 100
    section: str = ""
    count: Counter | None = None
    hidden: bool = False
    demo_only: bool = False

    def opens_for(self, scope: Scope) -> bool:
        """Return whether this person may open the page."""
        return any(scope.may(one) for one in self.permission)


_views: dict[str, View] = {}
_loaded: dict[str, Edition] = {}
"""Our loaded view modules with the edition of the file that was loaded."""


def view(
    title: str,
    *,
    icon: str,
    route: str,
    permission: str | Sequence[str] = Permission.view,
    order: int = 100,
    section: str = "",
    count: Counter | None = None,
    hidden: bool = False,
    demo_only: bool = False,
) -> Callable[[AnyBuilder], AnyBuilder]:
    """Register the decorated builder.

    permission: required to open it (see `pulse.auth.roles.Permission`); of several, any one.

    Raises ValueError for a route that does not start with "/" or is taken by another function, and
    for an unknown permission; TypeError for a function that is not `async def`.
    """
    given = [permission] if isinstance(permission, str) else permission
    if unknown := sorted(set(given) - set(Permission)):
        known = ", ".join(Permission)
        raise ValueError(f"{title!r}: there is no permission {unknown[0]!r}, only {known}.")
    needs = tuple(Permission(one) for one in given)
    if not route.startswith("/"):
        raise ValueError(f'A route starts with "/": write route="/{route}" for {title!r}.')

    def register(build: AnyBuilder) -> AnyBuilder:
        waits: bool = inspect.iscoroutinefunction(build)
        if not waits:
            raise TypeError(f"A view waits for its data: write `async def {build.__name__}`.")
        made = View(title, icon, route, build, needs, order, section, count, hidden, demo_only)
        taken = _views.get(route)
        if taken and _name(taken.build) != _name(build):
            raise ValueError(
                f"{route} is already the view {taken.title!r} ({_name(taken.build)}); "
                "give this one another route."
            )
        _views[route] = made
        return build

    return register


def discover(*, forgiving: bool = False) -> list[View]:
    """Import every view module, ours and those of installed packages; return all views.

    A package that cannot be imported is logged and skipped, so that the dashboard still starts. An
    import error in our own files is raised, so that a broken release does not start.

    forgiving: both become a page that shows the error (for the demo).
    """
    for name, edition in _view_files().items():
        if name not in _loaded:
            _load_or_report(name, edition, forgiving)
    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            point.load()
        except Exception as failure:  # third-party code may raise anything
            logs.failure("view_package_failed", failure, entry_point=point.name)
            if forgiving:
                _add_failure(point.name, failure)
    return views()


def catch_up() -> None:
    """Load our view files that are new or changed; remove deleted ones."""
    files = _view_files()
    for name in [one for one in _loaded if _loaded[one] != files.get(one)]:
        _unregister(name)
    for name, edition in files.items():
        if name not in _loaded:
            _load_or_report(name, edition, forgiving=True)


def _view_files() -> dict[str, Edition]:
    """Return the names of our view modules with the current edition of their file.

    A view is either `ui/pages/NAME.py` or, with further modules, `ui/pages/NAME/page.py`.
    """
    importlib.invalidate_caches()
    (folder,) = importlib.import_module(PAGES).__path__
    files: dict[str, Edition] = {}
    for found in pkgutil.iter_modules([folder]):
        name = f"{found.name}.page" if found.ispkg else found.name
        file = Path(folder, *name.split(".")).with_suffix(".py")
        if file.exists():
            state = file.stat()
            files[f"{PAGES}.{name}"] = (state.st_mtime_ns, state.st_size)
    return files


def _unregister(name: str) -> None:
    del _loaded[name]
    for route in [r for r, one in _views.items() if one.build.__module__ == name]:
        del _views[route]
    _views.pop(_failure_route(name), None)


def _load_or_report(name: str, edition: Edition, forgiving: bool) -> None:
    try:
        _load(name)
    except Exception as failure:
        if not (forgiving or isinstance(failure, NoView)):
            raise
        logs.failure("view_not_loaded", failure, module=name)
        if forgiving:
            _add_failure(name, failure)
    _loaded[name] = edition


def _load(name: str) -> None:
    """Import a module, again when its views were removed; NoView when it has none."""
    if name not in sys.modules:
        importlib.import_module(name)
    elif not _holds_views(name):
        importlib.reload(sys.modules[name])
    if not _holds_views(name):
        raise NoView(f"{name} holds no view: put @view(title, icon=…, route=…) above its function.")


def _holds_views(name: str) -> bool:
    return any(one.build.__module__ == name for one in _views.values())


def _add_failure(name: str, failure: Exception) -> None:
    """Add a page to the demo's side bar that shows the module's error."""

    trace = failure.__traceback__

    async def fail(_: object) -> NoReturn:
        raise failure.with_traceback(trace)

    route, title = _failure_route(name), name.removeprefix(f"{PAGES}.")
    _views[route] = View(
        title, "error_outline", route, fail, section=NOT_LOADED, order=999, demo_only=True
    )


def _failure_route(name: str) -> str:
    return f"/not-loaded/{name}"


def views() -> list[View]:
    """Return all registered views in the order of the side bar."""
    return sorted(
        _views.values(), key=lambda one: (_section_rank(one.section), one.order, one.title)
    )


def listed(scope: Scope) -> list[View]:
    """Return the views in this person's side bar."""
    return [one for one in views() if not one.hidden and one.opens_for(scope)]


def view_of(build: Builder) -> View | None:
    """Return the view drawn by this function, or None."""
    return next((one for one in _views.values() if one.build is build), None)


def check_permission(view: View, session: StaffSession) -> None:
    """Raise NotAllowed when the person's role may not open the view."""
    if not view.opens_for(session.scope):
        words = gettext(
            "{page} needs the permission {needed}; your role, {role}, does not have it."
        )
        needed = " / ".join(f"“{gettext(words_of(one))}”" for one in view.permission)
        raise NotAllowed(
            words.format(page=gettext(view.title), needed=needed, role=session.grant.name)
        )


def _section_rank(section: str) -> int:
    return SECTIONS.index(section) if section in SECTIONS else len(SECTIONS)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
