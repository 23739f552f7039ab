"""/v1/…: the calls of the Segment specification, as Segment's and RudderStack's clients send them.

Set Pulse as the client's host, and an API key with the scope `ingest` as its write key. The clients
accept only status 200 as success, so these calls answer 200.
"""

from typing import Any

import msgspec
from litestar import Controller, post
from litestar.params import JSONBody

from pulse.customers.ingestion.ingest import MOST_ITEMS, Ingested, Refused
from pulse.customers.ingestion.segment_items import item_of
from pulse.errors import Invalid
from widget_api.controllers.ingestion import LARGEST_BATCH, BatchTaken, sent_at_of, take
from widget_api.request_gzip import Gunzip
from widget_api.request_types import AskedBy

Call = JSONBody[dict[str, Any]]


class SegmentAnswer(msgspec.Struct, frozen=True):
    """`success`, as the clients expect it, and the counts of accepted and refused items."""

    success: bool
    data: BatchTaken


class SegmentController(Controller):
    """/v1/batch, /v1/identify, /v1/track, /v1/page, /v1/screen, /v1/group, /v1/alias"""

    path = "/v1"
    tags = ("segment",)
    middleware = (Gunzip(),)

    @post(
        "/batch", operation_id="segment_batch", status_code=200, request_max_body_size=LARGEST_BATCH
    )
    async def batch(self, request: AskedBy, data: Call) -> SegmentAnswer:
        """Send items of any type, each with its `type`. Invalid items are listed in the answer; the
        others are accepted."""
        items = data.get("batch")
        if not isinstance(items, list):
            raise Invalid("A batch is an object with the list `batch`.")
        sent_at = sent_at_of(data.get("sentAt"))
        parts = [items[at : at + MOST_ITEMS] for at in range(0, len(items), MOST_ITEMS)]
        return _answer([await take(request, part, sent_at) for part in parts])

    @post("/identify", operation_id="segment_identify", status_code=200)
    async def identify(self, request: AskedBy, data: Call) -> SegmentAnswer:
        """Set traits of a customer. A null removes a trait."""
        return await _take_single(request, data, "identify")

    @post("/track", operation_id="segment_track", status_code=200)
    async def track(self, request: AskedBy, data: Call) -> SegmentAnswer:
        """Record an event of a customer. Events with the same `messageId` count once."""
        return await _take_single(request, data, "track")

    @post("/page", operation_id="segment_page", status_code=200)
    async def page(self, request: AskedBy, data: Call) -> SegmentAnswer:
        """Record a page view: an event of the kind `page`."""
        return await _take_single(request, data, "page")

    @post("/screen", operation_id="segment_screen", status_code=200)
    async def screen(self, request: AskedBy, data: Call) -> SegmentAnswer:
        """Record a screen view of an app: an event of the kind `screen`."""
        return await _take_single(request, data, "screen")

    @post("/group", operation_id="segment_group", status_code=200)
    async def group(self, request: AskedBy, data: Call) -> SegmentAnswer:
        """Set the customer's company: the attributes `company`, `company_id`, …"""
        return await _take_single(request, data, "group")

    @post("/alias", operation_id="segment_alias", status_code=200)
    async def alias(self, request: AskedBy, data: Call) -> SegmentAnswer:
        """Make `previousId` refer to the customer `userId`. A customer with that id is merged."""
        return await _take_single(request, data, "alias")


async def _take_single(request: AskedBy, data: dict[str, Any], kind: str) -> SegmentAnswer:
    done = await take(request, [item_of(data, kind)])
    if done.refused:
        raise Invalid(done.refused[0].reason)
    return _answer([done])


def _answer(parts: list[Ingested]) -> SegmentAnswer:
    def placed(found: str) -> list[Refused]:
        return [
            Refused(number * MOST_ITEMS + each.index, each.reason)
            for number, part in enumerate(parts)
            for each in getattr(part, found)
        ]

    return SegmentAnswer(
        success=True,
        data=BatchTaken(
            accepted=sum(part.accepted for part in parts),
            repeated=sum(part.repeated for part in parts),
            refused=placed("refused"),
            warnings=placed("warnings"),
        ),
    )
