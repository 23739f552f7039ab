"""Publish domain events that were recorded in a unit of work.

Just before the commit, the subscribers `in_transaction` write what must be as durable as the change
itself. After it, the subscribers `after_commit` notify listeners. Both get the events in the order
in which they were recorded.
"""

import importlib
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from pulse import logs
from pulse.db.transaction import Unit
from pulse.events.types import DomainEvent

SUBSCRIBERS = ("pulse.auth.audit", "pulse.webhook_events", "pulse.live.publishing")
"""Modules that subscribe; loaded with the first event, in every process."""

Writes = Callable[[Unit, Any], Awaitable[object]]
Tells = Callable[[UUID, Any], object]
WritesT = TypeVar("WritesT", bound=Writes)
TellsT = TypeVar("TellsT", bound=Tells)
_writers: dict[type[DomainEvent], list[Writes]] = {}
_tellers: dict[type[DomainEvent], list[Tells]] = {}


def in_transaction(*kinds: type[DomainEvent]) -> Callable[[WritesT], WritesT]:
    """Subscribe a coroutine function (unit, event): it may write, and a failure rolls back all."""

    def subscribe(call: WritesT) -> WritesT:
        for kind in kinds:
            _writers.setdefault(kind, []).append(call)
        return call

    return subscribe


def after_commit(*kinds: type[DomainEvent]) -> Callable[[TellsT], TellsT]:
    """Subscribe a function (business_id, event) that is called after the commit."""

    def subscribe(call: TellsT) -> TellsT:
        for kind in kinds:
            _tellers.setdefault(kind, []).append(call)
        return call

    return subscribe


def record(unit: Unit, *happened: DomainEvent) -> None:
    """Record events; they are delivered if the unit of work commits."""
    _load()
    if unit.recorded is None:
        unit.recorded = []
        unit.before_commit(lambda: _write(unit))
        unit.after_commit(lambda: _notify(unit))
    unit.recorded.extend(happened)


async def _write(unit: Unit) -> None:
    for event in unit.recorded or ():
        for call in _writers.get(type(event), ()):
            await call(unit, event)


def _notify(unit: Unit) -> None:
    for event in unit.recorded or ():
        for call in _tellers.get(type(event), ()):
            try:
                call(unit.business_id, event)
            except Exception as failed:  # a failing subscriber does not stop the others
                logs.failure("event_not_published", failed, event_type=type(event).__name__)


@cache
def _load() -> None:
    for module in SUBSCRIBERS:
        importlib.import_module(module)
