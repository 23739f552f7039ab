"""A page of rows requested earlier but loaded later does not replace the newer one."""

import asyncio

from nicegui import Client, ui

from pulse.tasks import spawn
from ui.kit.cells import Column
from ui.kit.table import Ask, PagedTable, Slice


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
