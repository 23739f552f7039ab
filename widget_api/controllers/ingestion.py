"""identify, track, batch: customers and events from a business's own programs, as with Segment.

Scores follow within two seconds; many events of one customer cost one recalculation.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.params import JSONBody
from msgspec import Meta

from pulse.customers.ingestion import MOST_ITEMS, Ingested, Item, Refused, ingest
from pulse.errors import Invalid
from pulse.imports import jobs
from widget_api.limits import ITEMS
from widget_api.request_gzip import Gunzip
from widget_api.request_types import AskedBy
from widget_api.schemas import Accepted, Data, Identify, Track

LARGEST_BATCH = 5_000_000  # bytes, as sent


class Batch(msgspec.Struct, frozen=True, rename={"sent_at": "sentAt"}):
    """Up to 500 identify and track items, each with its `type`; `sentAt` is the sender's clock."""

    batch: Annotated[list[dict[str, Any]], Meta(max_length=MOST_ITEMS)]
    sent_at: datetime | None = None


class BatchTaken(msgspec.Struct, frozen=True):
    """accepted counts new items, repeated those sent before; refused are named by their place."""

    accepted: int
    repeated: int
    refused: list[Refused]


class IngestionController(Controller):
    """/api/identify, /api/track, /api/batch"""

    path = "/api"
    tags = ("ingestion",)
    middleware = (Gunzip(),)

    @post("/identify", operation_id="identify", status_code=202)
    async def identify(self, request: AskedBy, data: JSONBody[Identify]) -> Data[Accepted]:
        """What is known about a customer: name, email, plan, … Null takes a trait away.

        A call that arrives late (by its timestamp) fills gaps and overrides nothing newer.
        """
        return Data(_alone(await _take(request, [_known(data)])))

    @post("/track", operation_id="track", status_code=202)
    async def track(self, request: AskedBy, data: JSONBody[Track]) -> Data[Accepted]:
        """Something a customer did. The same `messageId` counts once, however often it is sent.

        A time in the future is taken to be now, a late one keeps its place in the past.
        """
        return Data(_alone(await _take(request, [_happened(data)])))

    @post("/batch", operation_id="batch", status_code=202, request_max_body_size=LARGEST_BATCH)
    async def batch(self, request: AskedBy, data: JSONBody[Batch]) -> Data[BatchTaken]:
        """Up to 500 items at once; may be sent gzipped. Items that cannot be used are named, the
        others taken, so that one bad item does not hold a queue up."""
        done = await _take(request, data.batch, data.sent_at)
        return Data(BatchTaken(done.accepted, done.repeated, done.refused))


def _known(said: Identify) -> Item:
    return Item(
        type="identify",
        customer_id=_whom(said),
        traits=said.traits or {},
        timestamp=said.timestamp,
    )


def _happened(said: Track) -> Item:
    return Item(
        type="track",
        customer_id=_whom(said),
        event=said.event,
        properties=said.properties or {},
        amount=said.amount,
        timestamp=said.timestamp,
        message_id=said.message_id or said.segment_message_id or "",
    )


def _whom(said: Identify | Track) -> str | int:
    given = said.user_id if said.customer_id is None else said.customer_id
    return "" if given is None else given


async def _take(
    request: AskedBy, items: Sequence[Any], sent_at: datetime | None = None
) -> Ingested:
    scope = request.user.staff("ingest")
    ITEMS.take(request.user.key.id if request.user.key else scope.actor.id, max(1, len(items)))
    done = await ingest(scope, items, sent_at=sent_at)
    jobs.schedule_rescore(scope, done.customers)
    return done


def _alone(done: Ingested) -> Accepted:
    if done.refused:
        raise Invalid(done.refused[0].reason)
    return Accepted(done.accepted, done.repeated)
