"""Two processes, represented by two hubs, over a real PostgreSQL and a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from bench.stage import free_port
from pulse import settings
from pulse.live.hub import Hub
from pulse.live.messages import Message
from pulse.live.subscription import Subscription
from pulse.live.transports import CHANNEL, Memory, Transport, reconnecting, transport_for
from pulse.live.transports.postgres import PostgresTransport
from pulse.live.transports.redis import RedisTransport
from tests.fixtures.redis_server import redis_server

SHOP, ANNA = uuid4(), uuid4()
MakeTransport = Callable[[], Transport]


@pytest.fixture(autouse=True)
def _secret(chosen_settings: settings.Settings) -> None:
    """Messages to other processes are encrypted with PULSE_SECRET."""


def shared(customer: UUID | None = ANNA) -> Message:
    return Message(
        business_id=SHOP,
        kind="context_shared",
        customer_id=customer,
        external_id="c1" if customer else None,
        payload={"note": "a secret of Anna"},
    )


async def next_of(subscription: Subscription) -> Message:
    async with asyncio.timeout(60):
        return await anext(subscription)


@pytest.fixture(params=["postgres", "redis"])
async def make_transport(
    request: pytest.FixtureRequest, database: dict[str, Any]
) -> AsyncIterator[MakeTransport]:
    if request.param == "postgres":
        yield lambda: PostgresTransport(database)
    else:
        port = free_port()
        async with redis_server(port):
            yield lambda: RedisTransport(f"redis://127.0.0.1:{port}")


@asynccontextmanager
async def two_hubs(make: MakeTransport) -> AsyncIterator[tuple[Hub, Hub]]:
    here, there = Hub(), Hub()
    await here.start(make())
    await there.start(make())
    try:
        yield here, there
    finally:
        await here.stop()
        await there.stop()


async def test_the_other_process_receives_the_same(make_transport: MakeTransport):
    async with (
        two_hubs(make_transport) as (here, there),
        there.subscribe(SHOP) as staff,
        there.subscribe(SHOP, ANNA) as anna,
        here.subscribe(SHOP) as near,
    ):
        here.publish(shared())
        for listener in (staff, anna):
            assert await next_of(listener) == shared()
        assert await next_of(near) == shared()
        there.publish(shared(None))
        assert await next_of(near) == shared(None)  # its own message was not received in between


async def test_messages_between_processes_are_encrypted(
    database: dict[str, Any], chosen_settings: settings.Settings
):
    heard: asyncio.Queue[str] = asyncio.Queue()
    owner = await asyncpg.connect(**database)
    await owner.add_listener(CHANNEL, lambda *said: heard.put_nowait(said[3]))
    async with (
        two_hubs(lambda: PostgresTransport(database)) as (here, there),
        there.subscribe(SHOP) as staff,
    ):
        here.publish(shared())
        assert (await next_of(staff)).payload == {"note": "a secret of Anna"}
    async with asyncio.timeout(60):
        hint = await heard.get()
    await owner.close()
    assert str(ANNA) in hint
    assert "secret of" not in hint


async def test_a_resync_reaches_the_customers_of_the_other_process(make_transport: MakeTransport):
    read_again = Message(business_id=SHOP, kind="resync", payload={"kinds": ["context_shared"]})
    async with two_hubs(make_transport) as (here, there), there.subscribe(SHOP, ANNA) as anna:
        here.publish(read_again)
        assert (await next_of(anna)).customer_id is None


async def test_a_lost_listen_connection_is_restored_with_a_resync(
    database: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reconnecting, "FIRST_PAUSE", 0.01)
    async with (
        two_hubs(lambda: PostgresTransport(database)) as (here, there),
        there.subscribe(SHOP) as staff,
    ):
        owner = await asyncpg.connect(**database)
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE '%LISTEN%' AND pid <> pg_backend_pid()"
        )
        await owner.close()
        assert (await next_of(staff)).payload == {"kinds": []}  # reconnected: read everything again
        here.publish(shared())
        while (message := await next_of(staff)).customer_id is None:
            pass  # `here` was cut off too and may report it first
        assert message == shared()
        assert here.healthy
        assert there.healthy


async def test_a_restarted_redis_is_found_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reconnecting, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(reconnecting, "LONGEST_PAUSE", 0.05)
    port, hub = free_port(), Hub()
    async with hub.subscribe(SHOP) as staff:
        async with redis_server(port):
            await hub.start(RedisTransport(f"redis://127.0.0.1:{port}"))
            assert hub.healthy
        async with redis_server(port):
            assert (await next_of(staff)).kind == "resync"
            assert hub.healthy
            await hub.stop()


async def test_start_up_does_not_wait_for_an_unavailable_transport(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reconnecting, "FIRST_CONNECT_SECONDS", 0.05)
    hub = Hub()
    await hub.start(RedisTransport(f"redis://127.0.0.1:{free_port()}"))
    assert not hub.healthy
    async with hub.subscribe(SHOP) as staff:
        hub.publish(shared())
        assert (await next_of(staff)).kind == "context_shared"
    await hub.stop()


async def test_waiting_hints_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reconnecting, "MOST_WAITING", 3)
    transport = RedisTransport("redis://127.0.0.1:1")
    for number in range(5):
        transport.send(str(number).encode())
    assert list(transport._waiting) == [b"2", b"3", b"4"]


def test_the_settings_choose_the_transport():
    plain = settings.Settings(secret="s" * 32)
    assert isinstance(transport_for(plain, {}, alone=True), Memory)
    assert isinstance(transport_for(plain, {}), PostgresTransport)
    with_redis = settings.Settings(secret="s" * 32, redis_url="redis://127.0.0.1:6379")
    assert isinstance(transport_for(with_redis, {}, alone=True), RedisTransport)
