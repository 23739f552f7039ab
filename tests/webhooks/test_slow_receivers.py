"""Receivers that are silent or slow: their deliveries time out, and other jobs still run."""

import asyncio

import pytest

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.jobs import worker
from pulse.jobs.queue import enqueue
from pulse.jobs.registry import HANDLERS, Handler, Job
from pulse.webhooks import delivery
from tests.fixtures.jobs import jobs_by_status, queue_is_empty, until, working
from tests.webhooks.conftest import Receiver
from tests.webhooks.test_delivery import deliver_next, emit, log, make

pytestmark = pytest.mark.slow


async def test_a_silent_receiver_times_out(
    shop: Scope, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 0.1)
    endpoint = await make(shop, receiver)
    receiver.hold.clear()
    await emit(shop)
    await deliver_next(shop)
    assert (await log(shop, endpoint))[0][:2] == ("failed", None)


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nslow: ", id="headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 3999\r\n\r\n", id="body"),
    ],
)
async def test_a_receiver_that_answers_byte_by_byte_times_out_and_is_tried_again(
    shop: Scope, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 1.0)
    endpoint = await make(shop, receiver)
    receiver.slowly = beginning
    await emit(shop)
    async with asyncio.timeout(60):
        await deliver_next(shop)
    assert await log(shop, endpoint) == [("failed", None, "No answer within 1 seconds.")]
    assert (await jobs_by_status())["queued"] == 2  # the first job itself was never picked here
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 60.0)
    receiver.slowly = b""
    await deliver_next(shop)
    assert await log(shop, endpoint) == [("delivered", 200, "")]


async def test_other_jobs_run_while_deliveries_hang(
    shop: Scope, other_shop: Scope, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Job] = []

    async def greet(job: Job) -> None:
        ran.append(job)

    async def all_hang() -> bool:
        return len(receiver.got) >= delivery.AT_ONCE

    async def has_run() -> bool:
        return bool(ran)

    monkeypatch.setitem(HANDLERS, "greet", Handler("greet", greet, attempts=1, at_once=0))
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 600.0)
    await make(shop, receiver)
    receiver.hold.clear()
    for _ in range(worker.AT_ONCE + 2):
        await emit(shop)
    async with working(heartbeat=60.0):  # so that none is taken for dead and sent again
        await until(all_hang)
        async with tenant(other_shop) as unit:
            await enqueue(unit, "greet", [{"n": 1}])
        await until(has_run)
        assert len(receiver.got) == delivery.AT_ONCE < worker.AT_ONCE
        receiver.hold.set()
        await queue_is_empty()
    assert len(receiver.got) == worker.AT_ONCE + 2
