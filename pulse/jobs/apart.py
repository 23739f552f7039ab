"""Heavy computation in a process of its own: fitted there, gone afterwards.

The server keeps answering while a model is learned (no shared interpreter lock, a lower priority),
never loads the model libraries itself, and a time-out or a stop ends the work at once, which no
thread could do. The work is a module-level function whose first argument is `told`.
"""

import asyncio
import contextlib
import multiprocessing
import os
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from pulse.errors import PulseError, Unavailable

T = TypeVar("T")
Told = Callable[[str, int, int], None]
"""`told(stage, done, of)`, called by the work as it goes."""
Heard = Callable[[str, int, int], Awaitable[None]]
POLITENESS = 10  # added to the process's niceness: people come before models


async def apart(work: Callable[..., T], *given: Any, within: float, heard: Heard) -> T:
    """Run `work(told, *given)` in a new process and return what it returned.

    A PulseError it raises is raised here; Unavailable when it takes longer than `within` seconds
    (WORK_OVERDUE) or ends without an answer (WORK_LOST).
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_inside, args=(theirs, work, given), daemon=True)
    try:
        await asyncio.to_thread(process.start)
        theirs.close()
        async with asyncio.timeout(within):
            answer: T = await _listen(ours, heard)
            return answer
    except TimeoutError:
        minutes = max(1, round(within / 60))
        raise Unavailable(
            f"This took longer than {minutes} minutes and was stopped.", code="WORK_OVERDUE"
        ) from None
    finally:
        if process.pid is not None:
            process.kill()
            await asyncio.shield(asyncio.to_thread(process.join))
            process.close()
        theirs.close()
        ours.close()


async def _listen(ours: Connection, heard: Heard) -> Any:
    while True:
        try:
            kind, *said = await asyncio.to_thread(ours.recv)
        except EOFError:
            raise Unavailable(
                "The computation ended without an answer.", code="WORK_LOST"
            ) from None
        if kind == "told":
            await heard(*said)
        elif kind == "done":
            return said[0]
        else:
            raise said[0]


def _inside(theirs: Connection, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """The other process, from beginning to end."""
    with contextlib.suppress(OSError):
        os.nice(POLITENESS)
    try:
        answer = ("done", work(lambda *said: theirs.send(("told", *said)), *given))
    except PulseError as refused:
        answer = ("refused", refused)
    theirs.send(answer)
    theirs.close()
