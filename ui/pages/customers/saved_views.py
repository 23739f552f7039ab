"""Saved views: a person's own filters of the customer list, by name."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import binding, ui

from pulse.auth.settings.preferences import preferences, set_preference
from ui import kit
from ui.kit.dialogs import ask_choice, ask_text
from ui.runtime.page_context import Page
from ui.texts import gettext, marked

KEY = "views"
MOST = 30

NAMES = marked(
    (
        "Most value at risk",
        "Fragile, most value first",
        "Lost 10 or more in 7 days",
        "Silent for 60 days",
        "Renewal within 90 days",
        "Unassigned",
    )
)
BUILT_IN: dict[str, dict[str, str]] = {
    "Most value at risk": {"lifecycle": "current", "sort": "-value_at_risk"},
    "Fragile, most value first": {"band": "fragile", "sort": "-value"},
    "Lost 10 or more in 7 days": {"change_7d_to": "-10", "sort": "change_7d"},
    "Silent for 60 days": {"silent_days": "60", "sort": "-value"},
    "Renewal within 90 days": {"renewal_within_days": "90", "sort": "renewal_on"},
    "Unassigned": {"owner": "nobody", "sort": "-value"},
}

Opened = Callable[[dict[str, str]], Awaitable[None]]


@binding.bindable_dataclass
class ViewsState:
    """The menu's names with their queries, and whether there are own ones."""

    views: Sequence[tuple[str, dict[str, str]]] = ()
    has_own: bool = False


class SavedViews:
    """The menu of views: built-in ones, and own ones to save and delete."""

    def __init__(self, page: Page, opened: Opened) -> None:
        self._page, self._opened = page, opened
        self._mine: dict[str, dict[str, str]] = {}
        self._state = ViewsState()
        button = kit.Button("Views", icon="bookmark_border")
        with button, ui.menu().props('auto-close anchor="bottom right" self="top right"'):
            views = kit.Items(self._item, key=lambda one: one[0])
            views.bind_items_from(self._state, "views")
            ui.separator()
            ui.menu_item(gettext("Save this view …"), self._save)
            delete = ui.menu_item(gettext("Delete view …"), self._delete)
            delete.bind_visibility_from(self._state, "has_own")

    async def read(self) -> None:
        """Read the person's views and assign them to the state."""
        self._mine = dict((await preferences(self._page.scope)).get(KEY, {}))
        self._state.views = tuple({**BUILT_IN, **self._mine}.items())
        self._state.has_own = bool(self._mine)

    def _item(self, view: tuple[str, dict[str, str]]) -> None:
        name, query = view

        async def open_it() -> None:
            await self._opened(query)

        ui.menu_item(gettext(name) if name in BUILT_IN else name, open_it)

    async def _save(self) -> None:
        with self._page.place:
            name = await ask_text("Save this view", "Name", "Save")
        if name and len(self._mine) < MOST:
            query = {k: v for k, v in self._page.address.given().items() if k != "book"}
            await self._keep({**self._mine, name[:60]: query})
            with self._page.place:
                kit.toast(gettext("Saved as “{name}”.").format(name=name[:60]))

    async def _delete(self) -> None:
        with self._page.place:
            name = await ask_choice(
                "Delete view", "View", {name: name for name in self._mine}, "Delete"
            )
        if name:
            await self._keep({k: v for k, v in self._mine.items() if k != name})

    async def _keep(self, views: dict[str, dict[str, str]]) -> None:
        await set_preference(self._page.scope, KEY, views)
        await self.read()
