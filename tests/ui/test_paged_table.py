"""A page of rows that was asked for first and comes last is not shown over the newer one."""

import asyncio

from nicegui import Client, ui

from pulse.tasks import spawn
from ui.kit.cells import Column
from ui.kit.table import Ask, PagedTable, Slice


async def test_only_the_last_question_is_answered():
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
