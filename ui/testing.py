"""Render a view without a browser as a staff member; read its texts and act in it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from nicegui import Client, background_tasks, core, ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.elements.mixins.value_element import ValueElement
from nicegui.events import GenericEventArguments, handle_event

from pulse.auth.businesses import Business
from pulse.auth.sign_in.staff_sessions import StaffSession
from ui.auth.tabs import keep_tab
from ui.kit.buttons import Button
from ui.kit.charts import Chart, Options
from ui.kit.kpi_strip import Figure, Figures
from ui.kit.table import Row, Table
from ui.kit.text import box
from ui.runtime.page_context import Address, Page
from ui.runtime.registry import Builder, check_permission, view_of

SECONDS = 30.0
"""Seconds an action may take before TimeoutError."""

ElementT = TypeVar("ElementT", bound=Element)


class RenderedView:
    """A rendered view: its texts, and the actions of a person in it.

    An action waits until the handlers it called have ended, or until one of them opens a dialog.
    While a dialog is open, actions only reach its content. Exceptions of handlers are raised by the
    action; those of live listeners when the page is next read or acted in, or when it is left.
    """

    def __init__(self, client: Client, page: Page) -> None:
        self.client, self.page = client, page
        self._raised: list[Exception] = []
        self._asking: set[asyncio.Task[Any]] = set()  # handlers waiting for a dialog's answer
        client.on_exception(self._raised.append)
        page.live.on_exception = self._raised.append

    @property
    def texts(self) -> list[str]:
        """All texts of the page in the order drawn."""
        return [one.text for one in self._all(TextElement) if one.text]

    @property
    def rows(self) -> list[Row]:
        """The rows of all tables, one table after the other."""
        return [row for table in self._all(Table) for row in table.rows]

    @property
    def figures(self) -> dict[str, str]:
        """Label and value of every figure."""
        return {figure.label: figure.value for figure in self.strip}

    @property
    def strip(self) -> list[Figure]:
        """The figures of all strips."""
        return [figure for strip in self._all(Figures) for figure in strip.figures]

    def elements(self, kind: type[ElementT]) -> list[ElementT]:
        """All elements of a kind, such as `kit.Table`, in the order drawn."""
        return self._all(kind)

    def should_see(self, words: str) -> None:
        """Raise AssertionError with all texts if none contains this text."""
        if not any(words in text for text in self.texts):
            raise AssertionError(f"{words!r} is not among {self.texts}")

    def should_not_see(self, words: str) -> None:
        """Raise AssertionError with the text that contains this text."""
        for text in self.texts:
            if words in text:
                raise AssertionError(f"{words!r} is in {text!r}")

    async def press(self, label: str) -> None:
        """Press the button, tab or segment with this label.

        Raises AssertionError if there is none or it is disabled, TimeoutError, and the handler's
        exceptions.
        """
        button = self._find(label, _pressed_by, "button")
        if "disabled" in button.props or not getattr(button, "enabled", True):
            raise AssertionError(f"{label!r} is disabled")
        for listener in list(button._event_listeners.values()):
            if listener.type == "click":
                event = GenericEventArguments(sender=button, client=self.client, args={})
                await self._run(partial(handle_event, listener.handler, event))

    async def press_in_row(self, row_id: str, key: str) -> None:
        """Press a button of an `actions` cell; raises AssertionError if the row has none."""
        for table in self._all(Table):
            buttons = [each for one in table.rows if one["id"] == row_id for each in _buttons(one)]
            if key in buttons:
                sent = {"row": row_id, "key": key}
                event = GenericEventArguments(sender=table, client=self.client, args=sent)
                for listener in [*table._event_listeners.values()]:
                    if listener.type == "act":
                        await self._run(partial(handle_event, listener.handler, event))
                return
        raise AssertionError(f"No row {row_id!r} has a button {key!r}")

    async def fill(self, label: str, value: object) -> None:
        """Type a value into the field with this label, or tick (True) or clear (False) a box.

        Raises AssertionError if there is none, and the handler's exceptions.
        """
        field = self._find(label, _labelled, "field")
        assert isinstance(field, ValueElement)
        await self._run(lambda: field.set_value(value))

    async def choose(self, label: str, words: str) -> None:
        """Choose the option with this text in the select field with this label.

        Raises AssertionError without such a field or option, and the handler's exceptions.
        """
        field = self._find(label, _labelled, "field")
        if not isinstance(field, ui.select):
            raise AssertionError(f"{label!r} is no select field: use fill")
        offered = field.options
        pairs = offered.items() if isinstance(offered, dict) else [(one, one) for one in offered]
        values = [value for value, shown in pairs if shown == words]
        if not values:
            raise AssertionError(f"{words!r} is not offered by {label!r}: {offered}")
        await self._run(lambda: field.set_value(values[0]))

    async def click_bar(self, label: str, bar: str | int) -> None:
        """Click a bar of the chart with this label, named by its own label or its index from 0.

        Raises AssertionError if there is no such chart or bar, or a click does nothing, and the
        handler's exceptions.
        """
        chart = self._find(label, _charted, "chart")
        assert isinstance(chart, Chart)
        names = _bars(chart.options)
        if bar not in (names if isinstance(bar, str) else range(len(names))):
            raise AssertionError(f"{label!r} has no bar {bar!r}: {names}")
        index = names.index(bar) if isinstance(bar, str) else bar
        clicks = [one for one in chart._event_listeners.values() if one.type == "componentClick"]
        if not clicks:
            raise AssertionError(f"{label!r} has no on_choose")
        (series, *_) = chart.options["series"]
        sent = {"componentType": "series", "seriesType": series["type"], "seriesIndex": 0}
        sent |= {"seriesName": series.get("name", ""), "name": names[index], "dataIndex": index}
        sent |= dict.fromkeys(("data", "value"), series["data"][index])
        event = GenericEventArguments(sender=chart, client=self.client, args=sent)
        for listener in clicks:
            await self._run(partial(handle_event, listener.handler, event))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until the function returns True: for what a live listener changes.

        Raises the exceptions of listeners, and TimeoutError.
        """
        async with asyncio.timeout(SECONDS):
            while not holds():
                self.raise_failure()
                await asyncio.sleep(0.02)

    def raise_failure(self) -> None:
        """Raise the first exception that no action has raised yet."""
        if self._raised:
            failure, self._raised[:] = self._raised[0], []
            raise failure

    def _all(self, kind: type[ElementT]) -> list[ElementT]:
        self.raise_failure()
        found = [self.client.elements[key] for key in sorted(self.client.elements)]
        return [one for one in found if isinstance(one, kind)]

    def _find(self, label: str, named: Callable[[Element], str], kind: str) -> Element:
        """Return the last visible element with this label; later dialogs are above the page."""
        dialogs = self._open_dialogs()
        reached = self._all(Element)
        if dialogs:
            reached = [one for one in reached if dialogs[-1] in _ancestors(one)]
        names = {named(one): one for one in reached if named(one) and _is_shown(one)}
        if label not in names:
            raise AssertionError(f"There is no {kind} {label!r}, only {sorted(names)}")
        return names[label]

    def _open_dialogs(self) -> list[ui.dialog]:
        return [one for one in self._all(ui.dialog) if one.value]

    async def _run(self, act: Callable[[], object]) -> None:
        before = background_tasks.running_tasks - self._asking
        dialogs = len(self._open_dialogs())
        with self.client:
            act()
        async with asyncio.timeout(SECONDS):
            while running := background_tasks.running_tasks - before:
                still = len(self._open_dialogs())
                if still > dialogs or (still == dialogs and running <= self._asking):
                    break
                await asyncio.wait(running, timeout=0.02)
        self._asking = set(running)
        self.raise_failure()


def _pressed_by(element: Element) -> str:
    """Return the label of an element that can be clicked, else ""."""
    if not any(one.type == "click" for one in element._event_listeners.values()):
        return ""
    if isinstance(element, Button):
        return str(element.label or element.props.get("aria-label", ""))
    words = element.text if isinstance(element, TextElement) else ""
    return str(words or element.props.get("aria-label", ""))


def _buttons(row: Row) -> list[str]:
    """Return the keys of the buttons in a row."""
    cells = [value for value in row.values() if isinstance(value, list)]
    return [one["key"] for cell in cells for one in cell if isinstance(one, dict) and "key" in one]


def _labelled(element: Element) -> str:
    """Return the label of an element that holds a value, else ""."""
    if not isinstance(element, ValueElement):
        return ""
    words = element.text if isinstance(element, TextElement) else ""
    return str(element.props.get("aria-label") or element.props.get("label") or words or "")


def _charted(element: Element) -> str:
    """Return the label of a chart, else ""."""
    return str(element.props.get("aria-label", "")) if isinstance(element, Chart) else ""


def _bars(options: Options) -> list[str]:
    """Return the labels of a chart's bars; none for lines over time."""
    axes = [options.get("xAxis", {}), options.get("yAxis", {})]
    return [str(name) for axis in axes for name in axis.get("data", ())]


def _ancestors(element: Element) -> Iterator[Any]:
    while element.parent_slot is not None:
        element = element.parent_slot.parent
        yield element


def _is_shown(element: Element) -> bool:
    return element.visible and all(above.visible for above in _ancestors(element))


@asynccontextmanager
async def render_view(
    build: Builder, business: Business, session: StaffSession, path: str = "/", **parts: str
) -> AsyncIterator[RenderedView]:
    """Render `build` for `session`; `path` may have a query, `parts` fill in the route.

    Raises NotAllowed, as the dashboard does, for a view that the role may not open.
    """
    if (registered := view_of(build)) is not None:
        check_permission(registered, session)
    core.loop = asyncio.get_running_loop()  # normally set when NiceGUI starts
    with Client(ui.page(""), request=None) as client:
        keep_tab(session)
        with box("pl-view") as place:
            page = Page(business, Address(path, dict(parse_qsl(urlsplit(path).query))), place)
            try:
                drawn = RenderedView(client, page)
                await build(page, **parts)
                yield drawn
                drawn.raise_failure()
            finally:
                page.close()
                client.delete()
                core.loop = None
