"""The hub in one process: delivery to listeners, and slow listeners."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from pulse import settings
from pulse.live.coalescer import (
    LONGEST_HINT,
    MOST_CUSTOMERS,
    MOST_MESSAGES,
    Hint,
    Outbox,
    decode,
)
from pulse.live.hub import Hub
from pulse.live.messages import Message
from pulse.live.subscription import SlowConsumer, Subscription

SHOP, OTHER, ANNA, BEN = uuid4(), uuid4(), uuid4(), uuid4()


@pytest.fixture(autouse=True)
def _secret(chosen_settings: settings.Settings) -> None:
    """Messages to other processes are encrypted with PULSE_SECRET."""


def about(customer: UUID | None, business: UUID = SHOP, kind: str = "identity_update") -> Message:
    return Message(
        business_id=business,
        kind=kind,  # type: ignore[arg-type]
        customer_id=customer,
        external_id="c1" if customer else None,
        payload={"identity_strength": 78},
    )


async def heard(subscription: Subscription) -> list[Message]:
    """Return all waiting messages after the subscription has ended."""
    subscription.end()
    return [message async for message in subscription]


async def test_staff_receive_their_business_and_customers_their_own_messages():
    hub = Hub()
    async with hub.subscribe(SHOP) as staff, hub.subscribe(SHOP, ANNA) as anna:
        for message in (about(ANNA), about(BEN), about(None), about(ANNA, OTHER)):
            hub.publish(message)
        assert len(await heard(staff)) == 3
        assert [message.customer_id for message in await heard(anna)] == [ANNA]


async def test_both_tabs_of_one_customer_receive_messages():
    hub = Hub()
    async with hub.subscribe(SHOP, ANNA) as one, hub.subscribe(SHOP, ANNA) as two:
        hub.publish(about(ANNA))
        assert len(await heard(one)) == len(await heard(two)) == 1


async def test_a_waiting_listener_wakes_up():
    hub = Hub()
    async with hub.subscribe(SHOP) as staff:
        asyncio.get_running_loop().call_soon(hub.publish, about(ANNA))
        assert (await anext(staff)).customer_id == ANNA


async def test_a_slow_listener_is_cut_off_and_the_others_are_not():
    hub = Hub()
    async with hub.subscribe(SHOP, limit=3) as slow, hub.subscribe(SHOP) as quick:
        for _ in range(5):
            hub.publish(about(ANNA))
        with pytest.raises(SlowConsumer):
            await anext(slow)
        assert len(await heard(quick)) == 5
    assert hub.dropped == 2


async def test_unsubscribing_frees_everything():
    hub = Hub()
    async with hub.subscribe(SHOP), hub.subscribe(SHOP, ANNA):
        assert hub.listeners == 2
    assert hub.listeners == 0
    assert not hub._of_business
    assert not hub._of_customer


async def test_stopping_ends_every_stream():
    hub = Hub()
    async with hub.subscribe(SHOP) as staff:
        await hub.stop()
        assert [message async for message in staff] == []


def test_messages_name_the_customer_by_external_id():
    assert msgspec.json.decode(about(ANNA).wire()) == {
        "type": "identity_update",
        "payload": {"customer_id": "c1", "identity_strength": 78},
    }


async def test_a_burst_becomes_one_encrypted_hint_per_business():
    sent: list[bytes] = []
    outbox = Outbox("here", sent.append)
    for message in (about(ANNA), about(ANNA, kind="card_created"), about(BEN), about(ANNA, OTHER)):
        outbox.add(message)
    outbox.flush()
    hints = [
        msgspec.structs.replace(hint, sealed="", sent_at=0.0)
        for raw in sent
        if (hint := decode(raw))
    ]
    assert hints == [
        Hint("here", SHOP, ("card_created", "identity_update"), ((ANNA, "c1"), (BEN, "c1"))),
        Hint("here", OTHER, ("identity_update",), ((ANNA, "c1"),)),
    ]
    assert not any(b"identity_strength" in raw for raw in sent)


async def test_many_messages_become_several_hints_and_nothing_is_missing():
    sent: list[bytes] = []
    outbox, told = Outbox("here", sent.append), [about(uuid4()) for _ in range(300)]
    for message in told:
        outbox.add(message)
    outbox.flush()
    assert 1 < len(sent) < 30
    assert all(len(raw) <= LONGEST_HINT for raw in sent)
    assert [one for raw in sent if (hint := decode(raw)) for one in hint.messages()] == told


async def test_a_message_that_is_too_large_becomes_a_resync():
    sent: list[bytes] = []
    outbox = Outbox("here", sent.append)
    outbox.add(msgspec.structs.replace(about(ANNA), payload={"text": "long " * 2000}))
    outbox.flush()
    hint = decode(sent[0])
    assert hint is not None
    assert [one.kind for one in hint.messages()] == ["resync"]


async def test_a_message_of_another_secret_becomes_a_resync(tmp_path: Path):
    sent: list[bytes] = []
    outbox = Outbox("here", sent.append)
    outbox.add(about(ANNA))
    outbox.flush()
    settings.choose(settings.Settings(data_dir=tmp_path, secret="t" * 48))
    hint = decode(sent[0])
    assert hint is not None
    assert [(one.kind, one.customer_id) for one in hint.messages()] == [("resync", ANNA)]


async def test_a_hint_about_very_many_names_only_the_business():
    sent: list[bytes] = []
    outbox = Outbox("here", sent.append)
    for _ in range(MOST_MESSAGES + 1):
        outbox.add(about(uuid4()))
    outbox.flush()
    for number in range(MOST_CUSTOMERS):
        outbox.add(
            Message(
                business_id=SHOP,
                kind="context_shared",
                customer_id=uuid4(),
                external_id=f"{number}" * 60,
                payload={"note": "n" * 9000} if number == 7 else {},
            )
        )
        if number == 7:
            outbox.flush()
    outbox.flush()
    assert all(len(raw) <= LONGEST_HINT for raw in sent)
    hints = [decode(raw) for raw in sent]
    assert hints[0] is not None
    assert (hints[0].customers, hints[0].sealed) == ((), "")


async def test_staff_messages_do_not_reach_customers_of_another_process():
    sent: list[bytes] = []
    here, there = Outbox("here", sent.append), Hub()
    here.add(about(None, kind="import_progress"))
    here.add(about(ANNA))
    here.flush()
    async with there.subscribe(SHOP) as staff, there.subscribe(SHOP, BEN) as ben:
        for raw in sent:
            there._receive(raw)
        assert [message.customer_id for message in await heard(staff)] == [None, ANNA]
        assert await heard(ben) == []


async def test_a_resync_reaches_every_customer_of_the_business():
    hub = Hub()
    read_again = Message(business_id=SHOP, kind="resync", payload={"kinds": ["identity_update"]})
    async with hub.subscribe(SHOP, ANNA) as anna, hub.subscribe(OTHER, BEN) as ben:
        hub.publish(read_again)
        assert len(await heard(anna)) == 1
        assert await heard(ben) == []


@pytest.mark.parametrize("raw", ["", "null", "[1]", "{}", '["a","b",[],[]]'])
def test_invalid_hints_are_ignored(raw: str):
    assert decode(raw) is None
