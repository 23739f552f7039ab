"""The kinds of domain events. An event names things by their ids and holds their new state."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec


class DomainEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A change in the business of the unit of work that records it."""


class AboutCustomer(DomainEvent, frozen=True, kw_only=True):
    """A change of one customer."""

    customer_id: UUID
    external_id: str


class ContextShared(AboutCustomer, frozen=True, kw_only=True):
    """A customer declared a context; context: id, context_type, note, shared_at, expires_at."""

    context: Any


class ContextWithdrawn(AboutCustomer, frozen=True, kw_only=True):
    """A customer withdrew a context, or (without an id) it expired."""

    context_id: UUID | None = None


class DisputeChanged(AboutCustomer, frozen=True, kw_only=True):
    """A customer disputes a fact (metric), or staff answered."""

    dispute_id: UUID
    is_open: bool
    metric: str | None = None


class EventArrived(AboutCustomer, frozen=True, kw_only=True):
    """A dated event of a customer arrived: an order, a cancellation, …"""

    kind: str
    occurred_at: datetime
    amount: float | None = None


class ScoresChanged(DomainEvent, frozen=True, kw_only=True):
    """Customers were scored again."""

    changes: Sequence[Any]
    """Instances of scoring.recalculation.Change, which is in a higher layer."""
    scorecard: str = ""
    """The name of the scorecard that scored them; empty where there is only one."""
    version_id: UUID | None = None
    """The scorecard version that scored them; None: not compared with former ones."""


class MilestonesReached(DomainEvent, frozen=True, kw_only=True):
    """Customers reached milestones."""

    reached: Sequence[Any]
    """Instances of milestones.store.JustReached, which is in a higher layer."""


class OpenedCard(msgspec.Struct, frozen=True):
    """A conversation card that was added to the queue."""

    id: UUID
    customer_id: UUID
    external_id: str
    cause: str
    priority: float


class CardsOpened(DomainEvent, frozen=True, kw_only=True):
    """Conversation cards were added to the queue."""

    cards: Sequence[OpenedCard]


class CardState(msgspec.Struct, frozen=True, kw_only=True):
    """The new state of a card; priority only where it has changed."""

    id: UUID
    customer_id: UUID
    status: str
    outcome: str | None = None
    priority: float | None = None
    external_id: str | None = None


class CardsChanged(DomainEvent, frozen=True, kw_only=True):
    """Conversation cards changed their status, text or priority."""

    cards: Sequence[CardState]


class OutcomeRecorded(DomainEvent, frozen=True, kw_only=True):
    """The outcome of a delivered card was recorded."""

    card_id: UUID
    cause: str
    outcome: str


class CustomersChanged(DomainEvent, frozen=True, kw_only=True):
    """Staff, a program or an import changed customers; None stands for many customers."""

    customers: Sequence[UUID] | None


class ReadAgain(DomainEvent, frozen=True, kw_only=True):
    """So much changed that all pages showing messages of these kinds must read everything again."""

    kinds: tuple[str, ...]


class Progress(DomainEvent, frozen=True, kw_only=True):
    """The progress of a long task."""

    work: Literal["rescoring", "import", "study"]
    state: dict[str, Any]


class Notice(DomainEvent, frozen=True, kw_only=True):
    """A sentence (or its code) for the staff of the business.

    customer_id: the customer whom it names; only staff who may see this customer receive it.
    """

    text: str
    customer_id: UUID | None = None
    level: Literal["info", "warning"] = "info"
    about: dict[str, Any] = {}
