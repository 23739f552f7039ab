"""The delivery job of webhooks: send, retry for a day, then mark the delivery as failed.

The receiver's answer decides: 2xx means delivered, 410 means the endpoint is gone, anything else is
retried. An endpoint that fails for days is disabled, and staff are notified.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec

from pulse import clock, logs
from pulse.auth.encryption import unseal
from pulse.auth.scope import Scope
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid
from pulse.events.publisher import record
from pulse.events.types import Notice
from pulse.i18n.sentences import marked
from pulse.jobs.queue import enqueue
from pulse.jobs.registry import Job, handles
from pulse.metrics import tracing
from pulse.outbound.url_policy import resolve
from pulse.tables.webhook import WebhookDelivery, WebhookEndpoint
from pulse.webhooks import outbox, signing

TIMEOUT_SECONDS = 15.0  # for the whole attempt, from resolving the name to the end of the answer
AT_ONCE = 4  # below the worker's limit, so that slow receivers leave room for other jobs
MOST_ANSWER_BYTES = 4_000
KEPT_ANSWER = 500  # characters stored of an answer
LONG_FAILURE = timedelta(days=3)
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 8 * 3600, 8.4 * 3600)
)
"""Pauses between the nine attempts: 24 hours in total."""


class Attempt(msgspec.Struct, frozen=True):
    """The result of one attempt; code: the HTTP status, None without an answer."""

    code: int | None
    problem: str
    answer: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the receiver has accepted it."""
        return self.code is not None and 200 <= self.code < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver says that this endpoint no longer exists."""
        return self.code == 410


class _DueDelivery(msgspec.Struct, frozen=True):
    """A delivery that is to be sent now."""

    id: UUID
    endpoint_id: UUID
    url: str
    message_id: str
    body: str
    secrets: list[str]
    attempts: int


@handles(outbox.DELIVER, at_once=AT_ONCE)
async def deliver(job: Job) -> None:
    """Send one delivery, unless it is done or its endpoint is no longer active."""
    due = await _due(job.scope, UUID(job.body["delivery_id"]))
    if due is None:
        return
    with tracing.span("webhook", pulse__business_id=str(job.business_id)) as traced:
        attempt = await send(due.url, due.message_id, due.body, due.secrets)
        traced.set_attribute("http.response.status_code", attempt.code or 0)
    async with tenant(job.scope) as unit:
        await _store_result(unit, due, attempt)
    logs.event(
        "webhook_attempted",
        business_id=str(job.business_id),
        delivery_id=str(due.id),
        status=attempt.code,
        delivered=attempt.delivered,
    )


async def send(url: str, message_id: str, body: str, secrets: list[str]) -> Attempt:
    """POST a signed body to a public address; never raises for errors of the other side."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):  # httpx's own limits each read
            return await _exchange(url, message_id, body, secrets)
    except Invalid as refused:
        return Attempt(None, refused.message)
    except (TimeoutError, httpx.TimeoutException):
        return Attempt(None, f"No answer within {TIMEOUT_SECONDS:.0f} seconds.")
    except httpx.HTTPError as failed:
        return Attempt(None, f"The connection failed ({type(failed).__name__}).")


async def _exchange(url: str, message_id: str, body: str, secrets: list[str]) -> Attempt:
    there = await resolve(url)
    headers = {
        **signing.headers(secrets, message_id, clock.now(), body),
        "content-type": "application/json",
        "user-agent": "Pulse-Webhooks/1",
        "host": there.url.netloc.decode(),
    }
    client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)
    async with (
        client,
        client.stream(
            "POST",
            there.url.copy_with(host=there.address),
            content=body.encode(),
            headers=headers,
            extensions={"sni_hostname": there.host},
        ) as answer,
    ):
        return Attempt(answer.status_code, _problem(answer), await _excerpt(answer))


def _problem(answer: httpx.Response) -> str:
    if answer.is_success:
        return ""
    if answer.is_redirect:
        return "The address redirects; redirects are not followed. Enter the final address."
    return f"The receiver answered {answer.status_code}."


async def _excerpt(answer: httpx.Response) -> str:
    """The first characters of the answer, for the log; a longer answer is cut."""
    found = b""
    async for piece in answer.aiter_raw():
        found += piece
        if len(found) >= MOST_ANSWER_BYTES:
            break
    return found.decode("utf-8", "replace").replace("\0", "")[:KEPT_ANSWER]


async def _due(scope: Scope, delivery_id: UUID) -> _DueDelivery | None:
    async with tenant(scope) as unit:
        row = await _WITH_ENDPOINT.row(unit, business_id=scope.business_id, id=delivery_id)
    if row is None or row["status"] in ("delivered", "given_up"):
        return None
    if row["endpoint_status"] != "active" and row["event_kind"] != "test":
        return None
    return _DueDelivery(
        row["id"],
        row["endpoint_id"],
        row["url"],
        f"msg_{(row['replay_of'] or row['id']).hex}",
        msgspec.json.encode(row["payload"]).decode(),
        _secrets(row),
        row["attempts"],
    )


def _secrets(row: Any) -> list[str]:
    secrets = [unseal(row["secret_sealed"])]
    until: datetime | None = row["old_secret_until"]
    if row["old_secret_sealed"] and until and until > clock.now():
        secrets.append(unseal(row["old_secret_sealed"]))
    return secrets


async def _store_result(unit: Unit, due: _DueDelivery, attempt: Attempt) -> None:
    """Store the result, schedule the next attempt, and update the endpoint's health."""
    wait = WAITS[due.attempts] if due.attempts < len(WAITS) else None
    if attempt.delivered:
        status = "delivered"
    elif attempt.gone or wait is None:
        status = "given_up"
    else:
        status = "failed"
    again_at = clock.now() + wait if status == "failed" and wait else None
    await WebhookDelivery.update(
        {
            WebhookDelivery.status: status,
            WebhookDelivery.attempts: due.attempts + 1,
            WebhookDelivery.last_code: attempt.code,
            WebhookDelivery.last_problem: attempt.problem,
            WebhookDelivery.answer: attempt.answer,
            WebhookDelivery.next_attempt_at: again_at,
            WebhookDelivery.delivered_at: clock.now() if attempt.delivered else None,
        }
    ).where(WebhookDelivery.business_id == unit.business_id, WebhookDelivery.id == due.id)
    if status == "failed" and wait:
        await enqueue(
            unit,
            outbox.DELIVER,
            [{"delivery_id": str(due.id)}],
            keys=[f"{due.id}:{due.attempts + 1}"],
            delay=wait,
        )
    await _health(unit, due, attempt)


async def _health(unit: Unit, due: _DueDelivery, attempt: Attempt) -> None:
    if attempt.delivered:
        await WebhookEndpoint.update({WebhookEndpoint.failing_since: None}).where(
            WebhookEndpoint.business_id == unit.business_id,
            WebhookEndpoint.id == due.endpoint_id,
            WebhookEndpoint.failing_since.is_not_null(),
        )
        return
    await WebhookEndpoint.update({WebhookEndpoint.failing_since: clock.now()}).where(
        WebhookEndpoint.business_id == unit.business_id,
        WebhookEndpoint.id == due.endpoint_id,
        WebhookEndpoint.failing_since.is_null(),
    )
    row = (
        await WebhookEndpoint.select(WebhookEndpoint.failing_since)
        .where(
            WebhookEndpoint.business_id == unit.business_id, WebhookEndpoint.id == due.endpoint_id
        )
        .first()
    )
    since = row["failing_since"] if row else None
    if attempt.gone:
        await _disable(unit, due, marked("The receiver said that the address is gone (410)."))
    elif since is not None and clock.now() - since > LONG_FAILURE:
        await _disable(unit, due, f"No delivery has succeeded for {LONG_FAILURE.days} days.")


async def _disable(unit: Unit, due: _DueDelivery, reason: str) -> None:
    await WebhookEndpoint.update(
        {WebhookEndpoint.status: "disabled", WebhookEndpoint.disabled_reason: reason}
    ).where(
        WebhookEndpoint.business_id == unit.business_id,
        WebhookEndpoint.id == due.endpoint_id,
        WebhookEndpoint.status == "active",
    )
    unit.after_commit(lambda: outbox.forget(unit.business_id))
    text = f"A webhook endpoint was disabled. {reason}"
    record(unit, Notice(text=text, level="warning", about={"endpoint_id": due.endpoint_id}))


_ENDPOINT: Any = WebhookDelivery.endpoint_id  # this query joins webhook_endpoints
_WITH_ENDPOINT = prepared(
    WebhookDelivery.select(
        WebhookDelivery.id,
        WebhookDelivery.endpoint_id,
        WebhookDelivery.replay_of,
        WebhookDelivery.payload,
        WebhookDelivery.attempts,
        WebhookDelivery.status,
        WebhookDelivery.event_kind,
        _ENDPOINT.url.as_alias("url"),
        _ENDPOINT.status.as_alias("endpoint_status"),
        _ENDPOINT.secret_sealed.as_alias("secret_sealed"),
        _ENDPOINT.old_secret_sealed.as_alias("old_secret_sealed"),
        _ENDPOINT.old_secret_until.as_alias("old_secret_until"),
    ).where(WebhookDelivery.business_id == Param("business_id"), WebhookDelivery.id == Param("id"))
)
