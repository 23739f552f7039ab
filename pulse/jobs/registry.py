"""The registry of jobs: packages register handlers, the worker runs them.

A job runs at least once, so a handler must be idempotent: it reads the state first and does nothing
when the work is done. It opens its own `tenant(job)`, never holds a unit of work open during an
external call, and moves long computation to a thread (a blocked event loop misses heartbeats, and
the job is then picked a second time).
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from pulse import logs
from pulse.auth.scope import Scope
from pulse.db.transaction import system
from pulse.tables.business import Business


class Job(msgspec.Struct, frozen=True):
    """One job: only ids in `body`; the database sets the business."""

    id: int
    name: str
    business_id: UUID
    body: dict[str, Any]
    attempt: int = 0

    @property
    def scope(self) -> Scope:
        """Pulse itself acting in the job's business."""
        return Scope.for_pulse(self.business_id)


Handle = Callable[[Job], Awaitable[None]]
Routine = Callable[[], Awaitable[None]]


class Handler(msgspec.Struct, frozen=True):
    """How a kind of job is run: at most `at_once` at a time over all processes (0: no limit)."""

    name: str
    handle: Handle
    attempts: int
    at_once: int


class Schedule(msgspec.Struct, frozen=True):
    """A scheduled routine, run by one process at a time."""

    name: str
    expression: str
    routine: Routine


HANDLERS: dict[str, Handler] = {}
SCHEDULES: dict[str, Schedule] = {}


def handles(name: str, *, attempts: int = 5, at_once: int = 0) -> Callable[[Handle], Handle]:
    """Register the handler of a kind of job; after `attempts` failures the job is marked failed."""

    def keep(handle: Handle) -> Handle:
        HANDLERS[name] = Handler(name, handle, attempts, at_once)
        return handle

    return keep


def every(expression: str, name: str) -> Callable[[Routine], Routine]:
    """Register a routine by a cron expression (UTC), e.g. `*/5 * * * *`."""

    def keep(routine: Routine) -> Routine:
        SCHEDULES[name] = Schedule(name, expression, routine)
        return routine

    return keep


async def in_every_business(name: str, work: Callable[[Scope], Awaitable[object]]) -> None:
    """Run `work` in each business in turn; a failure in one does not stop the others."""
    async with system():
        rows = await Business.select(Business.id).order_by(Business.id)
    for row in rows:
        try:
            await work(Scope.for_pulse(row["id"]))
        except Exception as failed:
            logs.failure("routine_failed", failed, routine=name, business_id=row["id"])
