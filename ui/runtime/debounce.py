"""Debounced work: runs after a pause, such as saving while somebody types."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui

from pulse.tasks import spawn


class Debounced:
    """Runs the newest work after a pause; newer work replaces waiting work."""

    def __init__(self) -> None:
        self._turn = 0

    def after(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` in this client's context, unless newer work is submitted within the pause."""
        self._turn += 1
        turn, client = self._turn, ui.context.client

        async def run() -> None:
            await asyncio.sleep(seconds)
            if turn == self._turn:
                with client:
                    await work()

        spawn(run(), name="debounced")
