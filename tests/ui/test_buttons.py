"""A button's handler runs once however often it is pressed; a failure re-enables it."""

import asyncio

import pytest
from nicegui import Client, ui

from pulse.tasks import spawn
from ui import kit


class Work:
    """Work that runs until it is released, and counts its calls."""

    def __init__(self) -> None:
        self.runs = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        await self.may_end.wait()


async def pressed_twice(client: Client, button: kit.Button) -> asyncio.Task[None]:
    """Click twice, each as a task inside the page as by NiceGUI.

    The first handler still runs when the second click is over.
    """

    async def click() -> None:
        with client:
            await button.press()

    first = spawn(click(), name="one")
    await spawn(click(), name="two")
    return first


async def test_a_double_click_runs_once_and_the_button_is_usable_again():
    with Client(ui.page(""), request=None) as client:
        work = Work()
        button = kit.Button("Save", work)
        first = await pressed_twice(client, button)
        assert work.runs == 1
        assert button.props.get("aria-busy") == "true"
        work.may_end.set()
        await first
        assert "aria-busy" not in button.props
        await button.press()
        assert work.runs == 2


async def test_after_a_failure_it_is_no_longer_busy():
    async def work() -> None:
        raise ValueError("no")

    with Client(ui.page(""), request=None):
        button = kit.Button("Save", work)
        with pytest.raises(ValueError, match="no"):
            await button.press()
        assert "aria-busy" not in button.props
        with pytest.raises(ValueError, match="no"):
            await button.press()


async def test_a_dialog_opens_once_and_is_not_shown_as_busy():
    with Client(ui.page(""), request=None) as client:
        asked = Work()
        button = kit.Button("Delete …", asked)
        waiting = await pressed_twice(client, button)
        assert asked.runs == 1
        assert "aria-busy" not in button.props
        asked.may_end.set()
        await waiting
