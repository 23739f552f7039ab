"""Draws the views: checks the permission, and shows a panel where a view fails."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from nicegui import Client, PageArguments, ui
from nicegui.page_arguments import RouteMatch

from pulse.auth.businesses import Business
from pulse.errors import NotFound
from ui.auth.tabs import verified
from ui.kit.panel import skeleton
from ui.kit.text import box
from ui.runtime import errors
from ui.runtime.page_context import Address, Page
from ui.runtime.registry import View, check_permission
from ui.texts import gettext

Draw = Callable[[PageArguments], Coroutine[Any, Any, None]]


FIRST_PAINT_SECONDS = 0.8
_DRAWN = "pl-drawn"


class Frame(ui.sub_pages):
    """NiceGUI's sub pages with our guard: checks session and role, handles failures."""

    def __init__(self, views: list[View], business: Business) -> None:
        self._business = business
        self._page: Page | None = None
        super().__init__({view.route: self._drawing(view) for view in views})

    async def drawn(self) -> None:
        """Wait briefly for the first view, so that the page usually arrives complete.

        A view that takes longer follows over the socket and shows a placeholder first: NiceGUI
        allows three seconds for a page.
        """
        if self._active_tasks:
            await asyncio.wait(set(self._active_tasks), timeout=FIRST_PAINT_SECONDS)

    def _drawing(self, view: View) -> Draw:
        async def draw(arguments: PageArguments) -> None:
            await self._draw(view, arguments)

        return draw

    async def _draw(self, view: View, arguments: PageArguments) -> None:
        self._leave()
        self.client.storage["pl-shown"] = self._router.current_path
        self.client.storage[_DRAWN] = view.route
        ui.page_title(f"{gettext(view.title)} · Pulse")
        waiting = _waiting()
        with box("pl-view pl-hidden") as place:
            address = Address(self._router.current_path, dict(arguments.query_parameters))
            page = self._page = Page(self._business, address, place)
            try:
                await self._check(view)
                await view.build(page, **arguments.path_parameters)
            except Exception as failure:  # a failing view must not break the layout
                place.clear()
                with place:
                    errors.panel_for(failure, what=view.route)
        waiting.delete()
        place.classes(remove="pl-hidden")

    async def _check(self, view: View) -> None:
        check_permission(view, await verified())

    def _leave(self) -> None:
        if self._page:
            self._page.close()
            self._page = None

    def _render_404(self) -> None:
        self._leave()
        with box("pl-view"):
            errors.panel_for(NotFound("No page has this address. Check the link."), what="frame")

    def _find_matching_path(self) -> RouteMatch | None:
        """Match complete URLs only: NiceGUI would draw Today for an unknown one, then clear it."""
        match = super()._find_matching_path()
        return None if match is None or match.remaining_path.strip("/") else match

    def _required_query_params_changed(self, route_match: RouteMatch) -> bool:
        """Redraw whenever the URL differs from the one shown, including its filters."""
        return bool(self.client.storage.get("pl-shown") != self._router.current_path)

    def _handle_delete(self) -> None:
        self._leave()
        super()._handle_delete()


def drawn_route(client: Client) -> str:
    """Return the route of the current view: for the log, since URLs may contain customers."""
    return str(client.storage.get(_DRAWN, "frame"))


def _waiting() -> ui.element:
    with box("pl-view pl-loading") as made:
        skeleton(44)
        skeleton(94)
        skeleton(320)
    return made
