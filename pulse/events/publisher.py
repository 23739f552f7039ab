"""The publisher of domain events: they are recorded in a unit of work, and it decides their fate.

Just before the commit, the subscribers `in_transaction` write what must be as durable as the change
itself; after it, the subscribers `after_commit` tell those who listen now. Both get the events in
the order in which they were recorded.
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
"""Modules that subscribe: loaded with the first event, so that no process can forget one."""

Writes = Callable[[Unit, Any], Awaitable[object]]
Tells = Callable[[UUID, Any], object]
WritesT = TypeVar("WritesT", bound=Writes)
TellsT = TypeVar("TellsT", bound=Tells)
_writers: dict[type[DomainEvent], list[Writes]] = {}
_tellers: dict[type[DomainEvent], list[Tells]] = {}


def in_transaction(*kinds: type[DomainEvent]) -> Callable[[WritesT], WritesT]:
    """Subscribe a coroutine function (unit, event): it may write, and a failure rolls all back."""

    def subscribe(call: WritesT) -> WritesT:
        for kind in kinds:
            _writers.setdefault(kind, []).append(call)
        return call

    return subscribe


def after_commit(*kinds: type[DomainEvent]) -> Callable[[TellsT], TellsT]:
    """Subscribe a function (business_id, event): called once it has happened for good."""

    def subscribe(call: TellsT) -> TellsT:
        for kind in kinds:
            _tellers.setdefault(kind, []).append(call)
        return call

    return subscribe


def record(unit: Unit, *happened: DomainEvent) -> None:
    """These things happened, if the unit of work commits; subscribers hear of them then."""
    _load()
    if unit.recorded is None:
        unit.recorded = []
        unit.before_commit(lambda: _write(unit))
        unit.after_commit(lambda: _tell(unit))
    unit.recorded.extend(happened)


async def _write(unit: Unit) -> None:
    for event in unit.recorded or ():
        for call in _writers.get(type(event), ()):
            await call(unit, event)


def _tell(unit: Unit) -> None:
    for event in unit.recorded or ():
        for call in _tellers.get(type(event), ()):
            try:
                call(unit.business_id, event)
            except Exception as failed:  # one who cannot hear it keeps it from nobody else
                logs.failure("event_not_published", failed, event_type=type(event).__name__)


@cache
def _load() -> None:
    for module in SUBSCRIBERS:
        importlib.import_module(module)
