"""A business's webhook endpoints: URL, event kinds, secret and delivery log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.query import Update

from pulse import clock
from pulse.auth import audit
from pulse.auth.encryption import seal, unseal
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.prepared import columns_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound
from pulse.i18n.sentences import Sentence
from pulse.outbound.url_policy import resolve
from pulse.tables.webhook import WebhookDelivery, WebhookEndpoint
from pulse.webhooks import outbox
from pulse.webhooks.signing import new_secret

KINDS = (
    "identity.changed",
    "identity.eroded",
    "band.changed",
    "context.shared",
    "card.created",
    "card.outcome",
    "milestone.reached",
    "security",
)
MOST_ENDPOINTS = 20
OVERLAP = timedelta(hours=24)  # how long an old secret still signs together with the new one


class Endpoint(msgspec.Struct, frozen=True):
    """An endpoint as shown on the settings page; its secret is shown on request only."""

    id: UUID
    url: str
    description: str
    event_kinds: list[str]
    status: str
    failing_since: datetime | None
    disabled_reason: str
    old_secret_until: datetime | None
    created_at: datetime


class Delivery(msgspec.Struct, frozen=True):
    """One event sent to an endpoint, and its status; see WebhookDelivery for the values."""

    id: UUID
    event_kind: str
    status: str
    attempts: int
    last_code: int | None
    last_problem: str
    answer: str
    created_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    payload: dict[str, Any]
    replay_of: UUID | None


async def create(
    scope: Scope, url: str, event_kinds: Sequence[str], description: str = ""
) -> Endpoint:
    """Add an endpoint; raises Invalid for a bad or private address and for unknown kinds."""
    scope.require(Permission.manage_integrations)
    kinds = _kinds(event_kinds)
    await resolve(url)
    row = WebhookEndpoint(
        business_id=scope.business_id,
        url=url,
        description=description[:200],
        event_kinds=kinds,
        secret_sealed=seal(new_secret()),
    )
    async with tenant(scope) as unit:
        count = await WebhookEndpoint.count().where(
            WebhookEndpoint.business_id == scope.business_id
        )
        if count >= MOST_ENDPOINTS:
            raise Invalid(
                Sentence(
                    "A business has at most {most} endpoints.",
                    most=MOST_ENDPOINTS,
                )
            )
        made = await WebhookEndpoint.insert(row).returning(*_SHOWN)
        await audit.record(unit, scope, "webhook.created", url)
        unit.after_commit(lambda: outbox.forget(scope.business_id))
    return Endpoint(**made[0])


async def listed(scope: Scope) -> list[Endpoint]:
    """All endpoints of the business."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope):
        rows = (
            await WebhookEndpoint.select(*_SHOWN)
            .where(WebhookEndpoint.business_id == scope.business_id)
            .order_by(WebhookEndpoint.id)
        )
    return [Endpoint(**row) for row in rows]


async def update(
    scope: Scope,
    endpoint_id: UUID,
    *,
    url: str | None = None,
    event_kinds: Sequence[str] | None = None,
    description: str | None = None,
    active: bool | None = None,
) -> Endpoint:
    """Change the given fields. Activating an endpoint also resets its failures."""
    scope.require(Permission.manage_integrations)
    if url is not None:
        await resolve(url)
    given: dict[Column | str, Any] = {
        WebhookEndpoint.url: url,
        WebhookEndpoint.event_kinds: None if event_kinds is None else _kinds(event_kinds),
        WebhookEndpoint.description: description,
    }
    values = {column: value for column, value in given.items() if value is not None}
    if active is not None:
        values[WebhookEndpoint.status] = "active" if active else "paused"
    if active:
        values |= {WebhookEndpoint.failing_since: None, WebhookEndpoint.disabled_reason: ""}
    async with tenant(scope) as unit:
        changed = await _update_endpoint(unit, endpoint_id, values).returning(*_SHOWN)
        if not changed:
            raise _unknown_endpoint()
        await audit.record(unit, scope, "webhook.changed", changed[0]["url"])
        unit.after_commit(lambda: outbox.forget(scope.business_id))
    return Endpoint(**changed[0])


async def remove(scope: Scope, endpoint_id: UUID) -> None:
    """Delete an endpoint with its delivery log."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope) as unit:
        gone = (
            await WebhookEndpoint.delete()
            .where(
                WebhookEndpoint.business_id == scope.business_id, WebhookEndpoint.id == endpoint_id
            )
            .returning(WebhookEndpoint.url)
        )
        if not gone:
            raise _unknown_endpoint()
        await audit.record(unit, scope, "webhook.removed", gone[0]["url"])
        unit.after_commit(lambda: outbox.forget(scope.business_id))


async def secret(scope: Scope, endpoint_id: UUID) -> str:
    """The secret with which the receiver verifies signatures."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope) as unit:
        sealed = await _sealed_secret(unit, endpoint_id)
        await audit.record(unit, scope, "webhook.secret_shown", str(endpoint_id))
        return unseal(sealed)


async def rotate_secret(scope: Scope, endpoint_id: UUID) -> str:
    """Create a new secret and return it; the old one also signs for a day."""
    scope.require(Permission.manage_integrations)
    fresh = new_secret()
    async with tenant(scope) as unit:
        values: dict[Column | str, Any] = {
            WebhookEndpoint.old_secret_sealed: await _sealed_secret(unit, endpoint_id),
            WebhookEndpoint.old_secret_until: clock.now() + OVERLAP,
            WebhookEndpoint.secret_sealed: seal(fresh),
        }
        changed = await _update_endpoint(unit, endpoint_id, values).returning(WebhookEndpoint.url)
        await audit.record(unit, scope, "webhook.secret_rotated", changed[0]["url"])
    return fresh


async def deliveries(
    scope: Scope, endpoint_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> list[Delivery]:
    """The delivery log, newest first; before: the last id of the previous page."""
    scope.require(Permission.manage_integrations)
    query = WebhookDelivery.select(*columns_of(WebhookDelivery, Delivery)).where(
        WebhookDelivery.business_id == scope.business_id,
        WebhookDelivery.endpoint_id == endpoint_id,
    )
    if before:
        query = query.where(WebhookDelivery.id < before)
    async with tenant(scope):
        rows = await query.order_by(WebhookDelivery.id, ascending=False).limit(min(limit, 200))
    return [Delivery(**row) for row in rows]


async def send_test(scope: Scope, endpoint_id: UUID) -> UUID:
    """Send a `test` event to this endpoint, whatever its kinds; returns the delivery's id."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope) as unit:
        await _must_exist(unit, endpoint_id)
        return await outbox.queue_one(
            unit, endpoint_id, "test", {"text": "This is a test from Pulse."}
        )


async def replay(scope: Scope, delivery_id: UUID) -> UUID:
    """Send an event again, with its original id and contents; returns the new delivery's id."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope) as unit:
        row = (
            await WebhookDelivery.select()
            .where(
                WebhookDelivery.business_id == scope.business_id, WebhookDelivery.id == delivery_id
            )
            .first()
        )
        if row is None:
            raise NotFound("There is no such delivery.", code="DELIVERY_NOT_FOUND")
        first = row["replay_of"] or row["id"]
        return await outbox.queue_again(
            unit, row["endpoint_id"], row["event_kind"], row["payload"], first
        )


def _kinds(event_kinds: Sequence[str]) -> list[str]:
    unknown = sorted(set(event_kinds) - set(KINDS))
    if unknown or not event_kinds:
        raise Invalid(
            Sentence("Choose from the kinds {kinds}.", kinds=", ".join(KINDS)), unknown=unknown
        )
    return [kind for kind in KINDS if kind in event_kinds]


async def _must_exist(unit: Unit, endpoint_id: UUID) -> None:
    if not await WebhookEndpoint.exists().where(
        WebhookEndpoint.business_id == unit.business_id, WebhookEndpoint.id == endpoint_id
    ):
        raise _unknown_endpoint()


async def _sealed_secret(unit: Unit, endpoint_id: UUID) -> str:
    row = (
        await WebhookEndpoint.select(WebhookEndpoint.secret_sealed)
        .where(WebhookEndpoint.business_id == unit.business_id, WebhookEndpoint.id == endpoint_id)
        .first()
    )
    if row is None:
        raise _unknown_endpoint()
    return str(row["secret_sealed"])


def _update_endpoint(
    unit: Unit, endpoint_id: UUID, values: dict[Column | str, Any]
) -> Update[WebhookEndpoint]:
    return WebhookEndpoint.update(values).where(
        WebhookEndpoint.business_id == unit.business_id, WebhookEndpoint.id == endpoint_id
    )


_SHOWN = columns_of(WebhookEndpoint, Endpoint)


def _unknown_endpoint() -> NotFound:
    return NotFound("There is no such endpoint.", code="ENDPOINT_NOT_FOUND")
