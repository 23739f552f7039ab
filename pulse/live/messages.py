"""Every live message: what kinds there are, what they carry, and how they look on the wire.

Kinds and their payloads (a kind is about one customer unless it says otherwise):

identity_update     identity_strength, band, change, coverage, … : a score was recalculated
context_shared      context: {id, context_type, note, shared_at, expires_at}
context_withdrawn   context_id
dispute_changed     dispute_id, open: a customer disputes a fact, or staff answered
card_created        card_id, cause, priority
card_changed        card_id, status, outcome
celebration         key, title, text: for the customer's own eyes
milestone_reached   key, reached_on
customer_changed    what staff did: owner, segment, tags, notes; without a customer it means many
event_recorded      kind, occurred_at, amount: an order, a cancellation, …
rescoring_progress  done, total: about the business
import_progress     import_id, done, total: about the business
study_progress      study_id, kind, status, stage, done, total: about the business
notice              level, text: about the business, for its staff
resync              kinds: something of these kinds happened elsewhere, read again; without a
                    customer it means the whole business
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
)  # what a customer's own sockets hear of; the rest is for staff


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened in a business, to one customer or (customer_id None) to all of it."""

    business_id: UUID
    kind: Kind
    customer_id: UUID | None = None
    external_id: str | None = None
    payload: dict[str, Any] = {}

    def wire(self) -> bytes:
        """The message for programs: `{"type", "payload"}`, the customer by its external id."""
        payload = self.payload
        if self.external_id is not None:
            payload = {"customer_id": self.external_id, **payload}
        return encode({"type": self.kind, "payload": payload})


def encode(value: Any) -> bytes:
    """JSON bytes; UUIDs and moments become text (ISO 8601)."""
    return _encoder.encode(value)


_encoder = msgspec.json.Encoder()
