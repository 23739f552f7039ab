"""Insert dated events exactly once, by their message_id."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse.customers import arrivals_sql
from pulse.db.transaction import Unit
from pulse.events.types import EventArrived

MOST_AT_ONCE = 100_000


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something a customer did. The amount is in the business's currency."""

    external_id: str
    kind: str
    occurred_at: datetime
    message_id: str
    amount: float | None = None
    properties: dict[str, Any] = {}


class Written(msgspec.Struct, frozen=True):
    """The customers of new events, and how many of the given events were new."""

    customers: list[UUID]
    fresh: dict[str, UUID]
    """The message ids that were new, each with the customer of its event."""


async def append(
    unit: Unit, events: Sequence[NewEvent], *, customers_exist: bool = False
) -> Written:
    """Write events; those with a known message_id are ignored. Unknown customers are created.

    customers_exist: the caller knows that there are no unknown customers. Also extends the
    customers' first and last sign of life.
    """
    if not events:
        return Written([], {})
    if not customers_exist:
        await arrivals_sql.make_customers(unit, {event.external_id for event in events})
    columns = (
        [event.external_id for event in events],
        [event.kind for event in events],
        [event.occurred_at for event in events],
        [event.amount for event in events],
        [msgspec.json.encode(event.properties).decode() for event in events],
        [event.message_id for event in events],
    )
    rows = await arrivals_sql.insert_events(unit, columns)
    touched = list(dict.fromkeys(row["customer_id"] for row in rows))
    if touched:
        await arrivals_sql.set_signs_of_life(unit, touched)
    return Written(touched, {row["message_id"]: row["customer_id"] for row in rows})


def arrived(events: Iterable[NewEvent], written: Written) -> Iterator[EventArrived]:
    """The live messages about those of these events that were new."""
    for event in events:
        customer_id = written.fresh.get(event.message_id)
        if customer_id is None:
            continue
        yield EventArrived(
            customer_id=customer_id,
            external_id=event.external_id,
            kind=event.kind,
            occurred_at=event.occurred_at,
            amount=event.amount,
        )
