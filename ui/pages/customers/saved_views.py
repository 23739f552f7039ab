"""Saved views: a person's own filters of the list of customers, by name."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from pulse.auth.settings.preferences import prefer, preferences
from ui import kit
from ui.kit.dialogs import ask_choice, ask_text
from ui.kit.text import box
from ui.runtime.page_context import Page

KEY = "views"
MOST = 30

BUILT_IN: dict[str, dict[str, str]] = {
    "Fragile, most value first": {"band": "fragile", "sort": "-value"},
    "Lost 10 or more in 7 days": {"change_7d_to": "-10", "sort": "change_7d"},
    "Silent for 60 days": {"silent_days": "60", "sort": "-value"},
    "Renewal within 90 days": {"renewal_within_days": "90", "sort": "renewal_on"},
    "Unassigned": {"owner": "nobody", "sort": "-value"},
}

Opened = Callable[[dict[str, str]], Awaitable[None]]


class SavedViews:
    """The menu of views: those that come with Pulse, and one's own to save and to forget."""

    def __init__(self, page: Page, opened: Opened) -> None:
        self._page, self._opened = page, opened
        self._mine: dict[str, dict[str, str]] = {}
        button = kit.Button("Views", icon="bookmark_border")
        with button, ui.menu().props('auto-close anchor="bottom right" self="top right"'):
            self._list = box()

    async def draw(self) -> None:
        """Read one's own views and fill the menu."""
        self._mine = dict((await preferences(self._page.scope)).get(KEY, {}))
        self._list.clear()
        with self._list:
            for name, query in {**BUILT_IN, **self._mine}.items():
                self._item(name, query)
            ui.separator()
            ui.menu_item("Save this view …", self._save)
            if self._mine:
                ui.menu_item("Delete view …", self._forget)

    def _item(self, name: str, query: dict[str, str]) -> None:
        async def open_it() -> None:
            await self._opened(query)

        ui.menu_item(name, open_it)

    async def _save(self) -> None:
        with self._page.place:
            name = await ask_text("Save this view", "Name", "Save")
        if name and len(self._mine) < MOST:
            query = {k: v for k, v in self._page.address.given().items() if k != "book"}
            await self._keep({**self._mine, name[:60]: query})
            with self._page.place:
                kit.toast(f"Saved as “{name[:60]}”.")

    async def _forget(self) -> None:
        with self._page.place:
            name = await ask_choice(
                "Delete view", "View", {name: name for name in self._mine}, "Forget"
            )
        if name:
            await self._keep({k: v for k, v in self._mine.items() if k != name})

    async def _keep(self, views: dict[str, dict[str, str]]) -> None:
        await prefer(self._page.scope, KEY, views)
        await self.draw()
