"""Background tasks: referenced, named, logged when they fail, cancelled at shutdown."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from pulse import logs

_running: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
    """Start `work` in a new context (it inherits no database transaction) and keep a reference."""
    loop = asyncio.get_running_loop()
    task: asyncio.Task[Any] = loop.create_task(work, name=name, context=Context())
    _running.add(task)
    task.add_done_callback(_on_done)
    return task


async def stop_all(within: float = 5.0) -> None:
    """Cancel all running tasks of this loop and wait for them, at most `within` seconds."""
    loop = asyncio.get_running_loop()
    mine = [task for task in _running if task.get_loop() is loop and task is not _current()]
    for task in mine:
        task.cancel()
    if mine:
        await asyncio.wait(mine, timeout=within)


def _current() -> asyncio.Task[Any] | None:
    return asyncio.current_task()


def _on_done(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if task.cancelled():
        return
    if failure := task.exception():
        logs.failure("task_failed", failure, task=task.get_name())
