"""A business's webhook endpoints: where to, which kinds, with which secret, how it goes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.encryption import seal, unseal
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid, NotFound
from pulse.webhooks import outbox
from pulse.webhooks.signing import new_secret
from pulse.webhooks.url_policy import resolve

KINDS = (
    "identity.changed",
    "identity.eroded",
    "band.changed",
    "context.shared",
    "card.created",
    "card.outcome",
    "milestone.reached",
)
MOST_ENDPOINTS = 20
OVERLAP = timedelta(hours=24)  # how long an old secret signs beside the new one
_FIELDS = """id, url, description, event_kinds, status, failing_since, disabled_reason,
old_secret_until, created_at"""


class Endpoint(msgspec.Struct, frozen=True):
    """An endpoint as the settings page shows it; its secret is shown on request only."""

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
    """One event sent to an endpoint, and how it went; see WebhookDelivery for the words."""

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
    """Add an endpoint; Invalid for a bad or private address and for unknown kinds."""
    scope.require(Role.admin)
    kinds = _kinds(event_kinds)
    await resolve(url)
    async with tenant(scope) as unit:
        count = await unit.fetchval(
            "SELECT count(*) FROM webhook_endpoints WHERE business_id = $1", scope.business_id
        )
        if count >= MOST_ENDPOINTS:
            raise Invalid(f"A business has at most {MOST_ENDPOINTS} endpoints.")
        row = await unit.fetchrow(
            "INSERT INTO webhook_endpoints "
            "(business_id, url, description, event_kinds, secret_sealed) "
            f"VALUES ($1, $2, $3, $4, $5) RETURNING {_FIELDS}",
            scope.business_id,
            url,
            description[:200],
            kinds,
            seal(new_secret()),
        )
        await audit.record(unit, scope, "webhook.created", url)
        unit.after_commit(lambda: outbox.forget(scope.business_id))
    return Endpoint(**dict(row))


async def listed(scope: Scope) -> list[Endpoint]:
    """All endpoints of the business."""
    scope.require(Role.admin)
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            f"SELECT {_FIELDS} FROM webhook_endpoints WHERE business_id = $1 ORDER BY id",
            scope.business_id,
        )
    return [Endpoint(**dict(row)) for row in rows]


async def update(
    scope: Scope,
    endpoint_id: UUID,
    *,
    url: str | None = None,
    event_kinds: Sequence[str] | None = None,
    description: str | None = None,
    active: bool | None = None,
) -> Endpoint:
    """Change what is given. Making it active again also forgives past failures."""
    scope.require(Role.admin)
    if url is not None:
        await resolve(url)
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            "UPDATE webhook_endpoints SET url = coalesce($3, url), "
            "event_kinds = coalesce($4, event_kinds), description = coalesce($5, description), "
            "status = CASE WHEN $6 THEN 'active' WHEN NOT $6 THEN 'paused' ELSE status END, "
            "failing_since = CASE WHEN $6 THEN NULL ELSE failing_since END, "
            "disabled_reason = CASE WHEN $6 THEN '' ELSE disabled_reason END, updated_at = now() "
            f"WHERE business_id = $1 AND id = $2 RETURNING {_FIELDS}",
            scope.business_id,
            endpoint_id,
            url,
            None if event_kinds is None else _kinds(event_kinds),
            description,
            active,
        )
        if row is None:
            raise _unknown()
        await audit.record(unit, scope, "webhook.changed", row["url"])
        unit.after_commit(lambda: outbox.forget(scope.business_id))
    return Endpoint(**dict(row))


async def remove(scope: Scope, endpoint_id: UUID) -> None:
    """Delete an endpoint with its log."""
    scope.require(Role.admin)
    async with tenant(scope) as unit:
        url = await unit.fetchval(
            "DELETE FROM webhook_endpoints WHERE business_id = $1 AND id = $2 RETURNING url",
            scope.business_id,
            endpoint_id,
        )
        if url is None:
            raise _unknown()
        await audit.record(unit, scope, "webhook.removed", url)
        unit.after_commit(lambda: outbox.forget(scope.business_id))


async def secret(scope: Scope, endpoint_id: UUID) -> str:
    """The secret with which the receiver checks signatures."""
    scope.require(Role.admin)
    async with tenant(scope) as unit:
        sealed = await unit.fetchval(
            "SELECT secret_sealed FROM webhook_endpoints WHERE business_id = $1 AND id = $2",
            scope.business_id,
            endpoint_id,
        )
    if sealed is None:
        raise _unknown()
    return unseal(sealed)


async def rotate_secret(scope: Scope, endpoint_id: UUID) -> str:
    """A new secret; the old one signs beside it for a day. Returns the new one."""
    scope.require(Role.admin)
    fresh = new_secret()
    async with tenant(scope) as unit:
        url = await unit.fetchval(
            "UPDATE webhook_endpoints SET old_secret_sealed = secret_sealed, "
            "old_secret_until = $3, secret_sealed = $4, updated_at = now() "
            "WHERE business_id = $1 AND id = $2 RETURNING url",
            scope.business_id,
            endpoint_id,
            clock.now() + OVERLAP,
            seal(fresh),
        )
        if url is None:
            raise _unknown()
        await audit.record(unit, scope, "webhook.secret_rotated", url)
    return fresh


async def deliveries(
    scope: Scope, endpoint_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> list[Delivery]:
    """The delivery log, newest first; `before` is the last id of the page before."""
    scope.require(Role.admin)
    names = ", ".join(Delivery.__struct_fields__)
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            f"SELECT {names} FROM webhook_deliveries WHERE business_id = $1 "
            "AND endpoint_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
            scope.business_id,
            endpoint_id,
            before,
            min(limit, 200),
        )
    return [Delivery(**dict(row)) for row in rows]


async def send_test(scope: Scope, endpoint_id: UUID) -> UUID:
    """Send a `test` event to this endpoint, whatever kinds it wants; returns the delivery's id."""
    scope.require(Role.admin)
    async with tenant(scope) as unit:
        await _must_exist(unit, endpoint_id)
        return await outbox.queue_one(
            unit, endpoint_id, "test", {"text": "This is a test from Pulse."}
        )


async def replay(scope: Scope, delivery_id: UUID) -> UUID:
    """Send an event again, with its first id and contents; returns the new delivery's id."""
    scope.require(Role.admin)
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            "SELECT endpoint_id, event_kind, payload, coalesce(replay_of, id) AS first "
            "FROM webhook_deliveries WHERE business_id = $1 AND id = $2",
            scope.business_id,
            delivery_id,
        )
        if row is None:
            raise NotFound("There is no such delivery.", code="DELIVERY_NOT_FOUND")
        return await outbox.queue_again(
            unit, row["endpoint_id"], row["event_kind"], row["payload"], row["first"]
        )


def _kinds(event_kinds: Sequence[str]) -> list[str]:
    unknown = sorted(set(event_kinds) - set(KINDS))
    if unknown or not event_kinds:
        raise Invalid(f"Choose from the kinds {', '.join(KINDS)}.", unknown=unknown)
    return [kind for kind in KINDS if kind in event_kinds]


async def _must_exist(unit: Unit, endpoint_id: UUID) -> None:
    if not await unit.fetchval(
        "SELECT count(*) FROM webhook_endpoints WHERE business_id = $1 AND id = $2",
        unit.business_id,
        endpoint_id,
    ):
        raise _unknown()


def _unknown() -> NotFound:
    return NotFound("There is no such endpoint.", code="ENDPOINT_NOT_FOUND")
