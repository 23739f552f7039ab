"""Events are published after the commit, to every subscriber, in order, or not at all."""

from datetime import datetime
from types import SimpleNamespace
from typing import get_args
from uuid import UUID, uuid4

import msgspec
import pytest
from asyncpg import UniqueViolationError

from pulse import clock
from pulse.auth import audit
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.events import publisher
from pulse.events.publisher import after_commit, in_transaction, record
from pulse.events.types import (
    CardsChanged,
    CardsOpened,
    CardState,
    ContextShared,
    ContextWithdrawn,
    CustomersChanged,
    DisputeChanged,
    DomainEvent,
    EventArrived,
    MilestonesReached,
    Notice,
    OpenedCard,
    OutcomeRecorded,
    Progress,
    ReadAgain,
    ScoresChanged,
)
from pulse.live.hub import HUB
from pulse.live.messages import Kind, Message
from pulse.testing.database import MakeCustomer
from pulse.webhooks import endpoints

ANNA = uuid4()
CARD = OpenedCard(uuid4(), ANNA, "anna", "erosion", 42.0)


async def heard(scope: Scope, *events: DomainEvent, fail: bool = False) -> list[Message]:
    """Return the messages that open pages receive for these events."""
    async with HUB.subscribe(scope.business_id) as page:
        try:
            async with tenant(scope) as unit:
                record(unit, *events)
                await audit.record(unit, scope, "card.tried", "card:1")
                assert page.drain() == []  # nothing before the commit
                if fail:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            assert fail
        return page.drain()


async def written(scope: Scope) -> tuple[list[str], list[str]]:
    """Return the kinds of queued webhooks and the audit log's actions, oldest first."""
    async with tenant(scope) as unit:
        hooks = await unit.fetch("SELECT event_kind FROM webhook_deliveries ORDER BY id")
        entries = await unit.fetch("SELECT action FROM audit_entries WHERE action LIKE 'card.%'")
    return [row["event_kind"] for row in hooks], [row["action"] for row in entries]


@pytest.fixture
async def told_shop(shop: Scope) -> Scope:
    """A shop with a webhook endpoint for cards."""
    await endpoints.create(shop, "https://1.1.1.1/hook", ("card.created", "card.outcome"))
    return shop


HAPPENED = (
    CardsOpened(cards=[CARD]),
    OutcomeRecorded(card_id=CARD.id, cause="erosion", outcome="converted"),
    CardsChanged(cards=[CardState(id=CARD.id, customer_id=ANNA, status="completed")]),
    Notice(text="done"),
)


async def test_a_commit_reaches_pages_webhooks_and_the_audit_log_in_order(told_shop: Scope):
    messages = await heard(told_shop, *HAPPENED)
    assert [message.kind for message in messages] == ["card_created", "card_changed", "notice"]
    assert messages[0].payload["card_id"] == CARD.id
    hooks, entries = await written(told_shop)
    assert hooks == ["card.created", "card.outcome"]
    assert entries == ["card.tried"]


async def test_a_rollback_reaches_nobody(told_shop: Scope):
    assert await heard(told_shop, *HAPPENED, fail=True) == []
    assert await written(told_shop) == ([], [])


async def test_events_of_a_rolled_back_savepoint_are_dropped(
    shop: Scope, make_customer: MakeCustomer
):
    await make_customer(shop, "anna")
    async with HUB.subscribe(shop.business_id) as page:
        async with tenant(shop) as unit:
            record(unit, Notice(text="before"))
            async with unit.ignore_duplicates():
                record(unit, Notice(text="undone"))
                await unit.execute(
                    "INSERT INTO customers (business_id, external_id) VALUES ($1, 'anna')",
                    unit.business_id,
                )
            record(unit, Notice(text="after"))
        assert [message.payload["text"] for message in page.drain()] == ["before", "after"]


async def test_many_at_once_are_one_message(shop: Scope):
    cards = [CardState(id=uuid4(), customer_id=ANNA, status="pending") for _ in range(21)]
    (message,) = await heard(shop, CardsChanged(cards=cards))
    assert (message.kind, message.payload) == ("resync", {"kinds": ["card_changed"]})
    assert await heard(shop, CustomersChanged(customers=[]), CardsChanged(cards=[])) == []
    (message,) = await heard(shop, CustomersChanged(customers=None))
    assert (message.kind, message.customer_id) == ("customer_changed", None)
    (message,) = await heard(shop, ReadAgain(kinds=("identity_update",)))
    assert message.payload == {"kinds": ["identity_update"]}


class Tried(DomainEvent, frozen=True, kw_only=True):
    """An event for this test."""

    number: int


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Register two subscribers; the first one fails after the commit."""
    noted: list[str] = []
    publisher._load()
    monkeypatch.setattr(publisher, "_writers", dict(publisher._writers))
    monkeypatch.setattr(publisher, "_tellers", dict(publisher._tellers))

    @in_transaction(Tried)
    async def write(unit: Unit, event: Tried) -> None:
        noted.append(f"write {event.number}")
        if event.number < 0:
            raise UniqueViolationError("no place")

    @after_commit(Tried)
    def fail(business_id: UUID, event: Tried) -> None:
        raise RuntimeError("a listener is broken")

    @after_commit(Tried)
    def tell(business_id: UUID, event: Tried) -> None:
        noted.append(f"tell {event.number}")

    return noted


async def test_a_failing_listener_does_not_affect_others(shop: Scope, calls: list[str]):
    await heard(shop, Tried(number=1), Tried(number=2))
    assert calls == ["write 1", "write 2", "tell 1", "tell 2"]


async def test_a_failing_write_rolls_the_change_back(told_shop: Scope, calls: list[str]):
    with pytest.raises(UniqueViolationError):
        await heard(told_shop, CardsOpened(cards=[CARD]), Tried(number=-1))
    assert calls == ["write -1"]
    assert await written(told_shop) == ([], [])


class Shared(msgspec.Struct):
    """What subscribers read of a shared context."""

    context_type: str
    expires_at: datetime


def of_every_kind() -> list[DomainEvent]:
    """Events that give all kinds of live messages; those about a customer are about anna."""
    score = dict.fromkeys(("strength", "change_7d", "band", "lifecycle", "coverage"))
    change = SimpleNamespace(customer_id=ANNA, external_id="anna", differs=True, **score)
    reached = SimpleNamespace(customer_id=ANNA, external_id="anna", key="year", reached_on=None)
    card = CardState(id=CARD.id, customer_id=ANNA, external_id="anna", status="pending")
    now, some_id = clock.now(), uuid4()
    return [
        ContextShared(customer_id=ANNA, external_id="anna", context=Shared("busy", now)),
        ContextWithdrawn(customer_id=ANNA, external_id="anna"),
        DisputeChanged(customer_id=ANNA, external_id="anna", dispute_id=some_id, is_open=True),
        EventArrived(customer_id=ANNA, external_id="anna", kind="order", occurred_at=now),
        ScoresChanged(changes=[change]),
        MilestonesReached(reached=[reached]),
        CardsOpened(cards=[CARD]),
        CardsChanged(cards=[card]),
        CustomersChanged(customers=[ANNA]),
        Progress(work="rescoring", state={"done": 1}),
        Progress(work="import", state={"done": 1}),
        Progress(work="study", state={"done": 1}),
        Notice(text="The customer anna asks.", customer_id=ANNA),
        ReadAgain(kinds=("card_created",)),
    ]


async def test_every_message_that_names_a_customer_holds_their_id(shop: Scope):
    messages = await heard(shop, *of_every_kind())
    assert {one.kind for one in messages} == set(get_args(Kind)) - {"celebration"}
    naming = [one for one in messages if b"anna" in one.wire()]
    assert len(naming) == 9
    for one in messages:
        assert one.customer_id == ANNA or one not in naming, one.kind
        assert one.is_for_every_book == (one.customer_id is None), one.kind
