"""Draw a view without a browser, as a member of staff, and read what it says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

from nicegui import Client, core, ui
from nicegui.elements.mixins.text_element import TextElement

from pulse.auth.businesses import Business
from pulse.auth.sign_in.staff_sessions import StaffSession
from ui.auth.tabs import keep_tab
from ui.kit.kpi_strip import Figure, Figures
from ui.kit.table import Row, Table
from ui.kit.text import box
from ui.runtime.page_context import Address, Page
from ui.runtime.registry import Builder


class RenderedView:
    """A drawn view: its texts, its tables, and the page to act with."""

    def __init__(self, client: Client, page: Page) -> None:
        self.client, self.page = client, page

    @property
    def texts(self) -> list[str]:
        """Every text on the page, in the order in which it was drawn."""
        elements = [self.client.elements[key] for key in sorted(self.client.elements)]
        return [one.text for one in elements if isinstance(one, TextElement) and one.text]

    @property
    def rows(self) -> list[Row]:
        """The rows of all tables, one table after the other."""
        tables = [one for one in self.client.elements.values() if isinstance(one, Table)]
        return [row for table in tables for row in table.rows]

    @property
    def figures(self) -> dict[str, str]:
        """Label and value of every figure."""
        return {figure.label: figure.value for figure in self.strip}

    @property
    def strip(self) -> list[Figure]:
        """The figures of all strips."""
        strips = [one for one in self.client.elements.values() if isinstance(one, Figures)]
        return [figure for strip in strips for figure in strip.figures]

    def should_see(self, words: str) -> None:
        """Raise AssertionError with all texts when none contains these words."""
        if not any(words in text for text in self.texts):
            raise AssertionError(f"{words!r} is not among {self.texts}")


@asynccontextmanager
async def render_view(
    build: Builder, business: Business, session: StaffSession, path: str = "/", **parts: str
) -> AsyncIterator[RenderedView]:
    """Draw `build` for `session`; `path` may carry a query, `parts` fill in the route."""
    core.loop = asyncio.get_running_loop()  # what NiceGUI's own start would set
    with Client(ui.page(""), request=None) as client:
        keep_tab(session)
        with box("pl-view") as place:
            page = Page(business, Address(path, dict(parse_qsl(urlsplit(path).query))), place)
            try:
                await build(page, **parts)
                yield RenderedView(client, page)
            finally:
                page.close()
                client.delete()
                core.loop = None
