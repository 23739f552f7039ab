"""identify, track, batch: customers and events from a business's own programs, as with Segment.

Scores are updated within two seconds; many events of one customer are recalculated once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.params import JSONBody
from msgspec import Meta

from pulse.auth.roles import Permission
from pulse.customers.ingestion.ingest import MOST_ITEMS, Ingested, Refused, ingest
from pulse.customers.ingestion.item_values import read_moment
from pulse.customers.ingestion.segment_items import item_of
from pulse.errors import Invalid
from pulse.imports import jobs
from widget_api.limits import ITEMS, set_rate_limit_headers
from widget_api.request_gzip import Gunzip
from widget_api.request_types import AskedBy
from widget_api.schemas import Accepted, Data, Identify, Moment, Track

LARGEST_BATCH = 5_000_000  # bytes as sent, before decompression


class Batch(msgspec.Struct, frozen=True, rename={"sent_at": "sentAt"}):
    """Up to 500 items, each with its `type` (identify, track, page, screen, group or alias).

    `sentAt`: the time of sending by the sender's clock.
    """

    batch: Annotated[list[Any], Meta(max_length=MOST_ITEMS)]
    sent_at: Moment | None = None


class BatchTaken(msgspec.Struct, frozen=True):
    """accepted: number of new items. repeated: number of items sent before. refused: by position.

    warnings: what was left out of accepted items, such as an unreadable trait or amount.
    """

    accepted: int
    repeated: int
    refused: list[Refused]
    warnings: list[Refused]


class IngestionController(Controller):
    """/api/identify, /api/track, /api/batch"""

    path = "/api"
    tags = ("ingestion",)
    middleware = (Gunzip(),)

    @post("/identify", operation_id="identify", status_code=202)
    async def identify(self, request: AskedBy, data: JSONBody[Identify]) -> Data[Accepted]:
        """Set traits of a customer: name, email, plan, … A null removes a trait.

        A call with an older timestamp fills in missing traits and does not override newer ones.
        """
        return Data(_single_result(await take(request, [item_of(_given(data), "identify")])))

    @post("/track", operation_id="track", status_code=202)
    async def track(self, request: AskedBy, data: JSONBody[Track]) -> Data[Accepted]:
        """Record an event of a customer. Events with the same `messageId` count once.

        A time in the future is replaced by now; an event that arrives late keeps its own time.
        """
        return Data(_single_result(await take(request, [item_of(_given(data), "track")])))

    @post("/batch", operation_id="batch", status_code=202, request_max_body_size=LARGEST_BATCH)
    async def batch(self, request: AskedBy, data: JSONBody[Batch]) -> Data[BatchTaken]:
        """Send up to 500 items, optionally gzipped.

        Invalid items are listed in the answer; the others are accepted.
        """
        done = await take(request, data.batch, sent_at_of(data.sent_at))
        return Data(BatchTaken(done.accepted, done.repeated, done.refused, done.warnings))


async def take(request: AskedBy, items: Sequence[Any], sent_at: datetime | None = None) -> Ingested:
    """Store the items sent by a key or a member of staff, and schedule scoring."""
    scope = request.user.staff(Permission.import_lists, "ingest")
    sender = request.user.key.id if request.user.key else scope.actor.id
    try:
        await ITEMS.take(sender, max(1, len(items)))
    finally:
        set_rate_limit_headers(request, ITEMS.allowance(sender))
    done = await ingest(scope, items, sent_at=sent_at)
    jobs.schedule_rescore(scope, done.customers)
    return done


def sent_at_of(said: Any) -> datetime | None:
    """The sender's clock; raises Invalid for an unreadable time."""
    found = read_moment(said)
    if found is None and said is not None:
        raise Invalid(f"sentAt “{str(said)[:60]}” cannot be read: send ISO 8601.")
    return found


def _given(said: Identify | Track) -> dict[str, Any]:
    """The call with the field names of the JSON."""
    plain: dict[str, Any] = msgspec.to_builtins(said)
    return plain


def _single_result(done: Ingested) -> Accepted:
    if done.refused:
        raise Invalid(done.refused[0].reason)
    return Accepted(done.accepted, done.repeated, [said.reason for said in done.warnings])
