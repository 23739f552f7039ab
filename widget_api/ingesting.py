"""From what programs send (in Segment's manner) to the domain's records, checked item by item."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pulse import clock
from pulse.customers.events import NewEvent
from pulse.customers.identifying import Identified, check
from pulse.errors import Invalid
from widget_api.wire import BatchItem, Identify, Track

AHEAD = timedelta(hours=1)  # a program's clock may be wrong by this much; later is refused
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def identified(said: Identify | BatchItem) -> Identified:
    """Who is meant and what is known; raises Invalid."""
    return Identified(_who(said), check(said.traits))


def event(said: Track | BatchItem) -> NewEvent:
    """The event; without a message id it is new each time it is sent. Raises Invalid."""
    if not said.event:
        raise Invalid("Say what happened: event.", field="event")
    if said.amount is not None and not math.isfinite(said.amount):
        raise Invalid("The amount is no number.", field="amount")
    return NewEvent(
        external_id=_who(said),
        kind=said.event,
        occurred_at=_when(said.timestamp),
        message_id=said.message_id or said.message_id_camel or f"pulse-{uuid4()}",
        amount=said.amount,
        properties=said.properties,
    )


def sorted_out(items: Sequence[BatchItem]) -> tuple[list[Identified], list[NewEvent]]:
    """A batch by kinds; raises Invalid (BATCH_ITEM_INVALID) naming every item that is wrong."""
    people: list[Identified] = []
    happened: list[NewEvent] = []
    wrong: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            if item.type == "identify":
                people.append(identified(item))
            else:
                happened.append(event(item))
        except Invalid as refused:
            wrong.append({"index": index, "message": refused.message})
    if wrong:
        message = f"{len(wrong)} of {len(items)} items cannot be read; nothing was taken."
        raise Invalid(message, code="BATCH_ITEM_INVALID", items=wrong)
    return people, happened


def _who(said: Identify | Track | BatchItem) -> str:
    found = said.customer_id or said.user_id
    if found is None:
        raise Invalid("Say whom it is about: customer_id.", field="customer_id")
    if "\x00" in found:
        raise Invalid("The customer_id holds a character that cannot be kept.", field="customer_id")
    return found


def _when(timestamp: datetime | None) -> datetime:
    if timestamp is None:
        return clock.now()
    moment = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= clock.now() + AHEAD:
        raise Invalid("The timestamp lies in the future or before 1970.", field="timestamp")
    return moment
