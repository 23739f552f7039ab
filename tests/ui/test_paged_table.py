"""A page of rows requested earlier but loaded later does not replace the newer one."""

import asyncio

from nicegui import Client, ui
from nicegui.events import GenericEventArguments

from pulse.tasks import spawn
from ui.kit.cells import Column
from ui.kit.picklist import Picklist
from ui.kit.table import Ask, PagedTable, Slice, Table


async def test_only_the_last_request_is_shown():
    waiting: dict[str, asyncio.Future[Slice]] = {}

    async def load(ask: Ask) -> Slice:
        waiting[ask.sort] = asyncio.get_running_loop().create_future()
        return await waiting[ask.sort]

    with Client(ui.page(""), request=None):
        table = PagedTable([Column("name", "Name", "text")], load, sort=("name", False))
        slow = spawn(table.start(), name="by name")
        await asyncio.sleep(0)
        quick = spawn(table._sorted("value", True), name="by value")
        await asyncio.sleep(0)
        waiting["value"].set_result(Slice([{"id": "v"}], None, 1))
        await quick
        waiting["name"].set_result(Slice([{"id": "n"}], None, 1))
        await slow
        assert [row["id"] for row in table.table.rows] == ["v"]
        assert table.table.sort == ("value", True)


async def test_a_later_refresh_does_not_delay_a_click():
    asked: list[asyncio.Future[Slice]] = []

    async def load(_: Ask) -> Slice:
        asked.append(asyncio.get_running_loop().create_future())
        return await asked[-1]

    def rows(name: str) -> Slice:
        return Slice([{"id": name}], None, 1)

    with Client(ui.page(""), request=None):
        table = PagedTable([Column("name", "Name", "text")], load, sort=("name", False))
        click = spawn(table._sorted("value", True), name="click")
        await asyncio.sleep(0)
        refresh = spawn(table.refresh(), name="refresh")
        await asyncio.sleep(0)
        asked[0].set_result(rows("clicked"))
        await click
        assert [row["id"] for row in table.table.rows] == ["clicked"]
        asked[1].set_result(rows("refreshed"))
        await refresh
        assert [row["id"] for row in table.table.rows] == ["refreshed"]

        late = spawn(table.refresh(), name="late refresh")
        await asyncio.sleep(0)
        again = spawn(table._sorted("name", False), name="click again")
        await asyncio.sleep(0)
        asked[3].set_result(rows("by name"))
        await again
        asked[2].set_result(rows("by value"))
        await late
        assert [row["id"] for row in table.table.rows] == ["by name"]


async def test_rows_that_waited_for_the_pointer_do_not_replace_newer_ones():
    def rows(*names: str) -> list[dict[str, str]]:
        return [{"id": name} for name in names]

    with Client(ui.page(""), request=None):
        table = Table([Column("name", "Name", "text")], rows("a", "b"))
        table._hover(True)
        table.show_rows(rows("b", "a"))
        assert [row["id"] for row in table.rows] == ["a", "b"]
        table.show_rows(rows("c", "d"), now=True)  # another page, by a click under the pointer
        table._hover(False)
        assert [row["id"] for row in table.rows] == ["c", "d"]


async def test_another_list_is_shown_under_the_pointer():
    async def picked(_: str) -> None: ...

    with Client(ui.page(""), request=None):
        picklist = Picklist(picked, label="Cards")
        picklist.shown = ({"id": "a"}, {"id": "b"})
        picklist._hover(True)
        picklist.shown = ({"id": "b"}, {"id": "a"}, {"id": "c"})
        assert picklist.ids == ["a", "b"]
        picklist.shown = ({"id": "x"}, {"id": "y"})  # another tab, by a key
        assert picklist.ids == ["x", "y"]
        picklist._hover(False)
        assert picklist.ids == ["x", "y"]


async def test_a_heading_clicked_twice_quickly_turns_the_order():
    asked: list[tuple[str, bool]] = []
    answered = asyncio.Event()

    async def load(ask: Ask) -> Slice:
        asked.append((ask.sort, ask.descending))
        await answered.wait()
        return Slice([], None, 0)

    def click(table: PagedTable, key: str) -> asyncio.Task[None]:
        """Send what the browser sends: it toggles the order that is marked."""
        marked = table.table.pagination
        descending = marked["sortBy"] == key and not marked["descending"]
        args = {"pagination": {"sortBy": key, "descending": descending}}
        event = GenericEventArguments(sender=table.table, client=table.table.client, args=args)
        return spawn(table.table._request(event), name="click")

    with Client(ui.page(""), request=None):
        table = PagedTable([Column("name", "Name", "text")], load, sort=("name", False))
        clicks = []
        for key in ("value", "value", "value", "name"):
            clicks.append(click(table, key))
            await asyncio.sleep(0)
        assert asked == [("value", False), ("value", True), ("value", False), ("name", True)]
        answered.set()
        await asyncio.gather(*clicks)
        await click(table, "name")
        assert asked[-1] == ("name", False)
