"""Run a function in a separate process that ends with it.

`run_in_subprocess` is for heavy computation: the server stays responsive while a model is learned
(no shared GIL, a lower priority), never loads the model libraries itself, and a time-out or a stop
ends the work at once, which is impossible with a thread. `run_limited` is for code that reads
untrusted files: memory, disk and time of the process are limited.
"""

import asyncio
import contextlib
import multiprocessing
import os
import sys
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

import msgspec

from pulse import logs
from pulse.errors import PulseError, Unavailable
from pulse.i18n.sentences import plural_sentence

T = TypeVar("T")
Told = Callable[[str, int, int], None]
"""`told(stage, done, of)`, called by the work to report progress."""
Heard = Callable[[str, int, int], Awaitable[None]]
JOIN_SECONDS = 5.0
POLITENESS = 10  # added to the process's niceness, so that requests take precedence over models


class Limits(msgspec.Struct, frozen=True):
    """What a process may use: memory beyond its own libraries, one file on disk, wall time.

    memory and file are in bytes (enforced by the kernel on Linux), seconds everywhere.
    """

    memory: int
    file: int
    seconds: float


async def run_limited(function: Callable[..., T], *given: Any, limits: Limits) -> T:
    """Run `function(*given)`, a module-level function, in a process with `limits`.

    A PulseError raised there is raised here. Raises Unavailable when the time is over
    (WORK_OVERDUE) or the process has died, for example because it needed more memory (WORK_LOST).
    """
    return await run_in_subprocess(
        _limited, limits, function, given, within=limits.seconds, heard=_ignore_progress
    )


async def run_in_subprocess(work: Callable[..., T], *given: Any, within: float, heard: Heard) -> T:
    """Run `work(told, *given)` in a new process and return its result.

    A PulseError raised there is raised here; Unavailable when it takes longer than `within` seconds
    (WORK_OVERDUE) or ends without a result (WORK_LOST).
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child_main, args=(theirs, work, given), daemon=True)
    try:
        await asyncio.to_thread(process.start)
        theirs.close()
        async with asyncio.timeout(within):
            answer: T = await _listen(ours, heard, process)
            return answer
    except TimeoutError:
        minutes = max(1, round(within / 60))
        raise Unavailable(
            plural_sentence(
                "This took longer than {n} minute and was stopped.",
                "This took longer than {n} minutes and was stopped.",
                minutes,
            ),
            code="WORK_OVERDUE",
        ) from None
    finally:
        if process.pid is not None:
            process.kill()
            await asyncio.shield(asyncio.to_thread(process.join))
            process.close()
        theirs.close()
        ours.close()


async def _listen(ours: Connection, heard: Heard, process: BaseProcess) -> Any:
    while True:
        try:
            kind, *said = await asyncio.to_thread(ours.recv)
        except EOFError:
            await asyncio.to_thread(process.join, JOIN_SECONDS)
            logs.event("process_lost", level="warning", exit_code=process.exitcode)
            raise Unavailable(
                "The computation ended without a result: try again.", code="WORK_LOST"
            ) from None
        if kind == "told":
            await heard(*said)
        elif kind == "done":
            return said[0]
        else:
            raise said[0]


def _child_main(theirs: Connection, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """The main function of the other process."""
    with contextlib.suppress(OSError):
        os.nice(POLITENESS)
    try:
        theirs.send(("done", work(lambda *said: theirs.send(("told", *said)), *given)))
    except PulseError as refused:
        theirs.send(("refused", refused))
    except BaseException as error:  # also a panic in a Rust library
        # without its message, which may quote the data that could not be read
        sys.stderr.write(logs.trace_of(error))
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)  # without waiting for threads of libraries


async def _ignore_progress(*_: Any) -> None:
    """Does nothing: `run_limited` reports no progress."""


def _limited(_: Told, limits: Limits, function: Callable[..., T], given: tuple[Any, ...]) -> T:
    """Set the limits, then run; discards what libraries print about a crash."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    if sys.platform == "linux":
        import resource

        used = resource.getpagesize() * int(_first_line("/proc/self/statm").split()[5])
        resource.setrlimit(resource.RLIMIT_DATA, (used + limits.memory, used + limits.memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file, limits.file))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return function(*given)


def _first_line(path: str) -> str:
    with open(path) as file:
        return file.readline()
