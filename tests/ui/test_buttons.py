"""A button's work runs once however often it is pressed, and a failure leaves it usable."""

import asyncio

import pytest
from nicegui import Client, ui

from pulse.tasks import spawn
from ui import kit


async def click(client: Client, button: kit.Button) -> None:
    """As NiceGUI tells of a click: a task of its own, inside the page."""
    with client:
        await button.press()


async def test_pressed_twice_it_works_once_says_so_and_can_be_pressed_again():
    may_end, runs = asyncio.Event(), 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        await may_end.wait()

    with Client(ui.page(""), request=None) as client:
        button = kit.Button("Save", work)
        first = spawn(click(client, button), name="one")
        second = spawn(click(client, button), name="two")
        await second
        assert runs == 1
        assert button.element.props.get("aria-busy") == "true"
        may_end.set()
        await first
        assert "aria-busy" not in button.element.props
        await button.press()
    assert runs == 2


async def test_after_a_failure_it_is_not_busy_any_more():
    async def work() -> None:
        raise ValueError("no")

    with Client(ui.page(""), request=None):
        button = kit.Button("Save", work)
        with pytest.raises(ValueError, match="no"):
            await button.press()
        assert "aria-busy" not in button.element.props
        with pytest.raises(ValueError, match="no"):
            await button.press()


async def test_a_question_is_asked_once_and_is_no_work():
    answered = asyncio.Event()
    asked = 0

    async def ask() -> None:
        nonlocal asked
        asked += 1
        await answered.wait()

    with Client(ui.page(""), request=None) as client:
        button = kit.Button("Delete …", ask)
        waiting = spawn(click(client, button), name="ask")
        await asyncio.sleep(0)
        await button.press()
        assert asked == 1
        assert "aria-busy" not in button.element.props
        answered.set()
        await waiting
