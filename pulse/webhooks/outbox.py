"""Queue events for other systems inside the transaction of the change."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.auth.ttl_cache import Expiring
from pulse.db.transaction import Unit
from pulse.jobs.queue import enqueue
from pulse.tables.webhook import WebhookDelivery, WebhookEndpoint
from pulse.webhooks.outbox_sql import insert_for_each

DELIVER = "webhook"
REMEMBERED_SECONDS = 5.0  # seconds for which another process may not know a new endpoint
_wanted: Expiring[UUID, dict[str, list[UUID]]] = Expiring(REMEMBERED_SECONDS)


async def emit(
    unit: Unit, kind: str, payloads: Sequence[dict[str, Any]], *, named: str = ""
) -> int:
    """Queue these events for every active endpoint that subscribes to the kind; returns how many.

    named: the type in the body, where the kind is a family (security: security.signed_in). Payloads
    name the customer by the external id and never hold free text written by a customer. Does
    nothing when no endpoint subscribes.
    """
    endpoints = (await _endpoints(unit)).get(kind, []) if payloads else []
    if not endpoints:
        return 0
    moment = clock.now().isoformat()
    bodies = [{"type": named or kind, "timestamp": moment, "data": payload} for payload in payloads]
    return await _enqueue(unit, await insert_for_each(unit, kind, endpoints, bodies))


async def wanted(unit: Unit) -> Collection[str]:
    """The kinds of events to which some active endpoint of the business subscribes."""
    return (await _endpoints(unit)).keys()


async def queue_one(unit: Unit, endpoint_id: UUID, kind: str, payload: dict[str, Any]) -> UUID:
    """Queue one event for one endpoint."""
    body = {"type": kind, "timestamp": clock.now().isoformat(), "data": payload}
    return await queue_again(unit, endpoint_id, kind, body, None)


async def queue_again(
    unit: Unit, endpoint_id: UUID, kind: str, body: dict[str, Any], first: UUID | None
) -> UUID:
    """Queue an existing body again; `first` is the delivery whose message id it keeps."""
    row = WebhookDelivery(
        business_id=unit.business_id,
        endpoint_id=endpoint_id,
        event_kind=kind,
        payload=body,
        replay_of=first,
    )
    await WebhookDelivery.insert(row)
    await _enqueue(unit, [row.id])
    return row.id


def forget(business_id: UUID) -> None:
    """Clear the cache of the business's endpoints, after they have changed."""
    _wanted.forget(business_id)


async def _enqueue(unit: Unit, deliveries: Sequence[UUID]) -> int:
    return await enqueue(
        unit,
        DELIVER,
        [{"delivery_id": str(delivery)} for delivery in deliveries],
        keys=[f"{delivery}:0" for delivery in deliveries],
    )


async def _endpoints(unit: Unit) -> dict[str, list[UUID]]:
    known = _wanted.get(unit.business_id)
    if known is None:
        rows = await WebhookEndpoint.select(WebhookEndpoint.id, WebhookEndpoint.event_kinds).where(
            WebhookEndpoint.business_id == unit.business_id, WebhookEndpoint.status == "active"
        )
        known = {}
        for row in rows:
            for kind in row["event_kinds"]:
                known.setdefault(kind, []).append(row["id"])
        _wanted.put(unit.business_id, known)
    return known
