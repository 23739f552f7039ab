"""Convert domain events to live messages for open pages and sockets."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.events.publisher import after_commit
from pulse.events.types import (
    AboutCustomer,
    CardsChanged,
    CardsOpened,
    CardState,
    ContextShared,
    ContextWithdrawn,
    CustomersChanged,
    DisputeChanged,
    EventArrived,
    MilestonesReached,
    Notice,
    Progress,
    ReadAgain,
    ScoresChanged,
)
from pulse.live.hub import HUB
from pulse.live.messages import Kind, Message

CARDS, SCORES, CUSTOMERS = 20, 200, 20
"""Up to so many changes are sent singly; more at once become one message to read again."""


@after_commit(ContextShared)
def _context_shared(business_id: UUID, event: ContextShared) -> None:
    _publish_about(business_id, event, "context_shared", {"context": event.context})


@after_commit(ContextWithdrawn)
def _context_withdrawn(business_id: UUID, event: ContextWithdrawn) -> None:
    _publish_about(business_id, event, "context_withdrawn", {"context_id": event.context_id})


@after_commit(DisputeChanged)
def _dispute_changed(business_id: UUID, event: DisputeChanged) -> None:
    payload: dict[str, Any] = {"dispute_id": event.dispute_id, "open": event.is_open}
    if event.metric is not None:
        payload["metric"] = event.metric
    _publish_about(business_id, event, "dispute_changed", payload)


@after_commit(MilestonesReached)
def _milestones_reached(business_id: UUID, event: MilestonesReached) -> None:
    for one in event.reached:
        HUB.publish(
            Message(
                business_id=business_id,
                kind="milestone_reached",
                customer_id=one.customer_id,
                external_id=one.external_id,
                payload={"key": one.key, "reached_on": one.reached_on},
            )
        )


@after_commit(EventArrived)
def _event_arrived(business_id: UUID, event: EventArrived) -> None:
    payload = {"kind": event.kind, "occurred_at": event.occurred_at, "amount": event.amount}
    _publish_about(business_id, event, "event_recorded", payload)


@after_commit(ScoresChanged)
def _scores_changed(business_id: UUID, event: ScoresChanged) -> None:
    moved = [change for change in event.changes if change.differs or change.standing_differs]
    if len(moved) > SCORES:
        _read_again(business_id, ("identity_update",))
        return
    for change in moved:
        payload = {
            "identity_strength": change.strength,
            "change": change.change_7d,
            "band": change.band,
            "lifecycle": change.lifecycle,
            "coverage": change.coverage,
            "scorecard": event.scorecard or None,
            "timestamp": clock.now(),
        }
        HUB.publish(
            Message(
                business_id=business_id,
                kind="identity_update",
                customer_id=change.customer_id,
                external_id=change.external_id,
                payload=payload,
            )
        )
    told = {change.customer_id for change in moved}
    others = [one.customer_id for one in event.changes if one.amounts_differ]
    _publish_customers(business_id, [one for one in others if one not in told])


@after_commit(CardsOpened)
def _cards_opened(business_id: UUID, event: CardsOpened) -> None:
    if len(event.cards) > CARDS:
        _read_again(business_id, ("card_created",))
        return
    for card in event.cards:
        HUB.publish(
            Message(
                business_id=business_id,
                kind="card_created",
                customer_id=card.customer_id,
                external_id=card.external_id,
                payload={"card_id": card.id, "cause": card.cause, "priority": card.priority},
            )
        )


@after_commit(CardsChanged)
def _cards_changed(business_id: UUID, event: CardsChanged) -> None:
    if len(event.cards) > CARDS:
        _read_again(business_id, ("card_changed",))
        return
    for message in _card_messages(business_id, event.cards):
        HUB.publish(message)


def _card_messages(business_id: UUID, cards: Sequence[CardState]) -> Iterator[Message]:
    for card in cards:
        payload = {"card_id": card.id, "status": card.status, "outcome": card.outcome}
        if card.priority is not None:
            payload["priority"] = card.priority
        yield Message(
            business_id=business_id,
            kind="card_changed",
            customer_id=card.customer_id,
            external_id=card.external_id,
            payload=payload,
        )


@after_commit(CustomersChanged)
def _customers_changed(business_id: UUID, event: CustomersChanged) -> None:
    _publish_customers(business_id, event.customers)


def _publish_customers(business_id: UUID, customers: Sequence[UUID] | None) -> None:
    few = customers is not None and len(customers) <= CUSTOMERS
    whom: Sequence[UUID | None] = (customers or []) if few else [None]
    for customer_id in whom:
        HUB.publish(
            Message(business_id=business_id, kind="customer_changed", customer_id=customer_id)
        )


@after_commit(Progress)
def _progress(business_id: UUID, event: Progress) -> None:
    _publish_to_all(business_id, _PROGRESS[event.work], event.state)


_PROGRESS: dict[str, Kind] = {
    "rescoring": "rescoring_progress",
    "import": "import_progress",
    "study": "study_progress",
}


@after_commit(Notice)
def _notice(business_id: UUID, event: Notice) -> None:
    payload = {"level": event.level, "text": event.text, **event.about}
    HUB.publish(
        Message(
            business_id=business_id, kind="notice", customer_id=event.customer_id, payload=payload
        )
    )


@after_commit(ReadAgain)
def _read_again_of(business_id: UUID, event: ReadAgain) -> None:
    _read_again(business_id, event.kinds)


def _read_again(business_id: UUID, kinds: Sequence[str]) -> None:
    _publish_to_all(business_id, "resync", {"kinds": list(kinds)})


def _publish_to_all(business_id: UUID, kind: Kind, payload: dict[str, Any]) -> None:
    HUB.publish(Message(business_id=business_id, kind=kind, payload=payload))


def _publish_about(
    business_id: UUID, event: AboutCustomer, kind: Kind, payload: dict[str, Any]
) -> None:
    HUB.publish(
        Message(
            business_id=business_id,
            kind=kind,
            customer_id=event.customer_id,
            external_id=event.external_id,
            payload=payload,
        )
    )
