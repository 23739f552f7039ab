"""What can happen in a business. An event names things by their ids and holds what they became."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec


class DomainEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in the business of the unit of work that records it."""


class AboutCustomer(DomainEvent, frozen=True, kw_only=True):
    """Something that happened to one customer."""

    customer_id: UUID
    external_id: str


class ContextShared(AboutCustomer, frozen=True, kw_only=True):
    """A customer declared a state; context: id, context_type, note, shared_at, expires_at."""

    context: Any


class ContextWithdrawn(AboutCustomer, frozen=True, kw_only=True):
    """A customer took a declared state back, or (without an id) it ran out."""

    context_id: UUID | None = None


class DisputeChanged(AboutCustomer, frozen=True, kw_only=True):
    """A customer disputes a fact (metric), or staff answered."""

    dispute_id: UUID
    is_open: bool
    metric: str | None = None


class EventArrived(DomainEvent, frozen=True, kw_only=True):
    """A dated event of a customer arrived: an order, a cancellation, …"""

    external_id: str
    kind: str
    occurred_at: datetime
    amount: float | None = None


class ScoresChanged(DomainEvent, frozen=True, kw_only=True):
    """Customers were scored again."""

    changes: Sequence[Any]
    """scoring.recalculation.Change, which stands in a layer above."""


class MilestonesReached(DomainEvent, frozen=True, kw_only=True):
    """Customers reached milestones."""

    reached: Sequence[Any]
    """milestones.store.JustReached, which stands in a layer above."""


class OpenedCard(msgspec.Struct, frozen=True):
    """A conversation card that is now in the queue."""

    id: UUID
    customer_id: UUID
    external_id: str
    cause: str
    priority: float


class CardsOpened(DomainEvent, frozen=True, kw_only=True):
    """Conversation cards came into the queue."""

    cards: Sequence[OpenedCard]


class CardState(msgspec.Struct, frozen=True, kw_only=True):
    """What a card is now; priority only where its rank moved."""

    id: UUID
    customer_id: UUID
    status: str
    outcome: str | None = None
    priority: float | None = None
    external_id: str | None = None


class CardsChanged(DomainEvent, frozen=True, kw_only=True):
    """Conversation cards took a step, got other words or moved in the queue."""

    cards: Sequence[CardState]


class OutcomeRecorded(DomainEvent, frozen=True, kw_only=True):
    """Somebody said what came of a delivered card."""

    card_id: UUID
    cause: str
    outcome: str


class CustomersChanged(DomainEvent, frozen=True, kw_only=True):
    """Staff changed customers: owner, segment, tags, notes; None stands for many."""

    customers: Sequence[UUID] | None


class ReadAgain(DomainEvent, frozen=True, kw_only=True):
    """So much changed that whoever shows live messages of these kinds reads everything again."""

    kinds: tuple[str, ...]


class Progress(DomainEvent, frozen=True, kw_only=True):
    """How far a long piece of work is, for whoever watches it."""

    work: Literal["rescoring", "import", "study"]
    state: dict[str, Any]


class Notice(DomainEvent, frozen=True, kw_only=True):
    """A sentence (or the code of one) for the staff of the business."""

    text: str
    level: Literal["info", "warning"] = "info"
    about: dict[str, Any] = {}
