"""All live messages: their kinds, contents and JSON form.

Kinds and their payloads (a kind is about one customer unless it says otherwise):

identity_update     identity_strength, band, change, coverage, scorecard (its name where there are
                    several, else null), … : the strength, the band or the lifecycle changed
context_shared      context: {id, context_type, note, shared_at, expires_at}
context_withdrawn   context_id
dispute_changed     dispute_id, open: a customer disputes a fact, or staff answered
card_created        card_id, cause, priority
card_changed        card_id, status, outcome
celebration         key, title, text: shown to the customer
milestone_reached   key, reached_on
customer_changed    owner, segment, tags, notes, name or other data changed, or the value a year or
                    at risk did without an identity_update; without a customer: many changed
event_recorded      kind, occurred_at, amount: an order, a cancellation, …
rescoring_progress  done, total: about the business
import_progress     import_id, done, total: about the business
study_progress      study_id, kind, named_id (of the scorecard), status, stage, done, total: about
                    the business
notice              level, text: for staff; about the business unless it names a customer
resync              kinds: changes of these kinds happened in another process, read again; without
                    a customer it means the whole business
"""

from typing import Any, Final, Literal
from uuid import UUID

import msgspec

Kind = Literal[
    "identity_update",
    "context_shared",
    "context_withdrawn",
    "dispute_changed",
    "card_created",
    "card_changed",
    "celebration",
    "milestone_reached",
    "customer_changed",
    "event_recorded",
    "rescoring_progress",
    "import_progress",
    "study_progress",
    "notice",
    "resync",
]

CUSTOMER_KINDS: Final = frozenset(
    {
        "identity_update",
        "context_shared",
        "context_withdrawn",
        "dispute_changed",
        "celebration",
        "milestone_reached",
        "resync",
    }
)  # kinds sent to a customer's own sockets; the others are for staff


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A change in a business, about one customer or (customer_id None) the whole business."""

    business_id: UUID
    kind: Kind
    customer_id: UUID | None = None
    external_id: str | None = None
    payload: dict[str, Any] = {}

    @property
    def is_for_every_book(self) -> bool:
        """Whether staff may receive it whoever's customers they see: it names no customer."""
        return (
            self.customer_id is None
            and self.external_id is None
            and _NAMES.isdisjoint(self.payload)
        )

    def wire(self) -> bytes:
        """The message for programs: `{"type", "payload"}`, with the customer's external id."""
        payload = self.payload
        if self.external_id is not None:
            payload = {"customer_id": self.external_id, **payload}
        return encode({"type": self.kind, "payload": payload})


_NAMES: Final = frozenset({"customer_id", "external_id"})
"""Keys of a payload that name a customer."""


def encode(value: Any) -> bytes:
    """JSON bytes; UUIDs and times become text (ISO 8601)."""
    return _encoder.encode(value)


_encoder = msgspec.json.Encoder()
