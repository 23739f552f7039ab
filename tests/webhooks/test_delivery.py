"""Webhook deliveries: content, signature, retries, and Pulse's reaction to answers."""

import json
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.customers.events import NewEvent
from pulse.db.transaction import tenant
from pulse.errors import Invalid, NotFound
from pulse.jobs.registry import Job
from pulse.live.hub import HUB
from pulse.webhooks import delivery, endpoints, outbox
from pulse.webhooks.endpoints import Endpoint
from tests.fixtures.jobs import jobs_by_status, queue_is_empty, working
from tests.webhooks.conftest import Receiver, answer, ok

pytestmark = pytest.mark.slow

EVENT = {"customer_id": "c1", "identity_strength": 41.5}


async def make(scope: Scope, receiver: Receiver, *kinds: str) -> Endpoint:
    return await endpoints.create(scope, receiver.url, kinds or ("identity.changed",))


async def emit(scope: Scope, kind: str = "identity.changed") -> int:
    async with tenant(scope) as unit:
        return await outbox.emit(unit, kind, [EVENT])


async def deliver_next(scope: Scope) -> None:
    """Do the job's work for the waiting delivery."""
    async with tenant(scope) as unit:
        waiting = await unit.fetchval(
            "SELECT id FROM webhook_deliveries WHERE status IN ('waiting', 'failed') "
            "ORDER BY id DESC LIMIT 1"
        )
    await delivery.deliver(Job(1, "webhook", scope.business_id, {"delivery_id": str(waiting)}))


async def log(scope: Scope, endpoint: Endpoint) -> list[tuple[str, int | None, str]]:
    return [
        (entry.status, entry.last_code, entry.last_problem)
        for entry in await endpoints.deliveries(scope, endpoint.id)
    ]


async def test_a_wanted_event_arrives_signed_by_a_durable_job(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    assert await emit(shop) == 1
    async with working():
        await queue_is_empty()
    headers, body = receiver.got[0]
    secret = await endpoints.secret(shop, endpoint.id)
    seen: Any = Webhook(secret).verify(body, headers)
    assert seen["type"] == "identity.changed"
    assert seen["data"] == EVENT
    assert await log(shop, endpoint) == [("delivered", 200, "")]


async def test_an_unwanted_kind_and_a_rolled_back_change_send_nothing(
    shop: Scope, receiver: Receiver
) -> None:
    await make(shop, receiver, "card.created")
    assert await emit(shop) == 0
    with pytest.raises(RuntimeError):
        async with tenant(shop) as unit:
            await outbox.emit(unit, "card.created", [EVENT])
            raise RuntimeError
    assert await jobs_by_status() == {}


async def test_a_changed_body_or_another_secret_does_not_verify(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    await emit(shop)
    await deliver_next(shop)
    headers, body = receiver.got[0]
    secret = await endpoints.secret(shop, endpoint.id)
    for wrong_secret, wrong_body in ((secret, body + " "), ("whsec_" + "A" * 43 + "=", body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(wrong_secret).verify(wrong_body, headers)


async def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one_only(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    old = await endpoints.secret(shop, endpoint.id)
    new = await endpoints.rotate_secret(shop, endpoint.id)
    await emit(shop)
    await deliver_next(shop)
    headers, body = receiver.got[0]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    async with tenant(shop) as unit:
        await unit.execute("UPDATE webhook_endpoints SET old_secret_until = now() - interval '1s'")
    await emit(shop)
    await deliver_next(shop)
    headers, body = receiver.got[1]
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


async def test_a_failure_is_tried_again_with_the_same_id_after_a_pause(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    receiver.answers = [answer("503 Service Unavailable"), ok()]
    await emit(shop)
    await deliver_next(shop)
    assert await log(shop, endpoint) == [("failed", 503, "The receiver answered 503.")]
    assert (await jobs_by_status())["queued"] == 2  # the first job itself was never picked here
    await deliver_next(shop)
    assert await log(shop, endpoint) == [("delivered", 200, "")]
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]


def test_the_pauses_grow_and_add_up_to_a_day() -> None:
    assert sorted(delivery.WAITS) == list(delivery.WAITS)
    assert timedelta(hours=23) < sum(delivery.WAITS, timedelta()) <= timedelta(hours=24.5)


async def test_after_the_last_attempt_it_has_failed(shop: Scope, receiver: Receiver) -> None:
    endpoint = await make(shop, receiver)
    receiver.answers = [answer("500 Internal Server Error")]
    await emit(shop)
    for _ in range(len(delivery.WAITS) + 1):
        await deliver_next(shop)
    assert await log(shop, endpoint) == [("given_up", 500, "The receiver answered 500.")]
    assert len(receiver.got) == len(delivery.WAITS) + 1


async def test_410_disables_the_endpoint_and_notifies_staff(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    receiver.answers = [answer("410 Gone")]
    await emit(shop)
    async with HUB.subscribe(shop.business_id) as heard:
        await deliver_next(shop)
        message = await anext(aiter(heard))
    assert message.kind == "notice"
    assert (await endpoints.listed(shop))[0].status == "disabled"
    assert (await log(shop, endpoint))[0][0] == "given_up"
    assert await emit(shop) == 0


async def test_days_of_failure_disable_the_endpoint_until_reactivated(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    receiver.answers = [answer("500 Internal Server Error")]
    await emit(shop)
    await deliver_next(shop)
    with clock.at(clock.now() + timedelta(days=4)):
        await deliver_next(shop)
    disabled = (await endpoints.listed(shop))[0]
    assert disabled.status == "disabled"
    assert "3 days" in disabled.disabled_reason
    again = await endpoints.update(shop, endpoint.id, active=True)
    assert (again.status, again.failing_since) == ("active", None)


async def test_a_redirect_is_not_followed(shop: Scope, receiver: Receiver) -> None:
    endpoint = await make(shop, receiver)
    receiver.answers = [answer("302 Found", "location: http://169.254.169.254/latest")]
    await emit(shop)
    await deliver_next(shop)
    status, code, problem = (await log(shop, endpoint))[0]
    assert (status, code) == ("failed", 302)
    assert "redirects are not followed" in problem
    assert len(receiver.got) == 1


async def test_an_unreachable_url_and_an_endless_answer_are_handled(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    receiver.answers = [answer("200 OK", body="x" * 100_000)]
    await emit(shop)
    await deliver_next(shop)
    assert len((await endpoints.deliveries(shop, endpoint.id))[0].answer) == 500
    await endpoints.update(shop, endpoint.id, url="http://127.0.0.1:1/nobody")
    await emit(shop)
    await deliver_next(shop)
    assert (await log(shop, endpoint))[0][2].startswith("The connection failed")


async def test_replay_sends_the_same_event_with_its_original_id(
    shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    await emit(shop)
    await deliver_next(shop)
    first = (await endpoints.deliveries(shop, endpoint.id))[0]
    await endpoints.replay(shop, first.id)
    await deliver_next(shop)
    (one, body), (two, again) = receiver.got
    assert one["webhook-id"] == two["webhook-id"]
    assert body == again


async def test_a_test_event_reaches_a_paused_endpoint_too(shop: Scope, receiver: Receiver) -> None:
    endpoint = await make(shop, receiver)
    await endpoints.update(shop, endpoint.id, active=False)
    await endpoints.send_test(shop, endpoint.id)
    await deliver_next(shop)
    assert json.loads(receiver.got[0][1])["type"] == "test"


async def test_another_business_sees_and_replays_nothing(
    shop: Scope, other_shop: Scope, receiver: Receiver
) -> None:
    endpoint = await make(shop, receiver)
    await emit(shop)
    sent = (await endpoints.deliveries(shop, endpoint.id))[0]
    assert await endpoints.listed(other_shop) == []
    assert await endpoints.deliveries(other_shop, endpoint.id) == []
    for call in (
        endpoints.secret(other_shop, endpoint.id),
        endpoints.replay(other_shop, sent.id),
        endpoints.remove(other_shop, endpoint.id),
    ):
        with pytest.raises(NotFound):
            await call


async def test_unknown_kinds_are_refused(shop: Scope, receiver: Receiver) -> None:
    with pytest.raises(Invalid):
        await endpoints.create(shop, receiver.url, ["customer.deleted"])


async def test_workflow_events_reach_other_systems(
    ordering_shop: Scope, receiver: Receiver
) -> None:
    await workflows.rescore(ordering_shop)
    wanted = ("identity.changed", "context.shared", "card.created")
    await endpoints.create(ordering_shop, receiver.url, wanted)
    await workflows.share_context(ordering_shop, "c1", "stuck", "my own words")
    at = clock.now()
    order = NewEvent(external_id="c9", kind="order", occurred_at=at, message_id="m", amount=500.0)
    await workflows.record_events(ordering_shop, [order])
    async with working():
        await queue_is_empty()
    bodies = [json.loads(body) for _, body in receiver.got]
    told = {body["type"]: body["data"] for body in bodies}
    assert told["context.shared"]["context_type"] == "stuck"
    assert told["identity.changed"]["customer_id"] == "c9"
    assert "my own words" not in json.dumps(bodies)
