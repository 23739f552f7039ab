"""Request bodies, and the envelope of answers.

Answers inside the envelope are the services' own frozen records (pulse.scoring.queries.Identity,
pulse.contexts.sharing.Context, …); types are defined here only where the answer differs from them.
"""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

T = TypeVar("T")

ExternalId = Annotated[str, Meta(min_length=1, max_length=200, description="your customer's id")]
Key = Annotated[str, Meta(min_length=1, max_length=200)]
MessageId = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=5000)]


class Data(msgspec.Struct, Generic[T], frozen=True):
    """The envelope of every success: the answer is under `data`."""

    data: T


class Listed(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list. Send `next` as `after` for the following page; null marks the last page."""

    data: list[T]
    next: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """The envelope of every failure: a stable code, a message, details."""

    error_code: str
    message: str
    details: dict[str, Any]


class ShareContext(msgspec.Struct, frozen=True):
    """A state the customer declares. Two requests with the same client_key share one context."""

    context_type: str
    note: str | None = None
    client_key: Annotated[str, Meta(max_length=100)] | None = None


class DisputeFact(msgspec.Struct, frozen=True):
    """The customer says that a fact about them is not right, and why."""

    feature: Key
    note: str | None = None


class AnswerDispute(msgspec.Struct, frozen=True):
    """The answer of staff; `corrected`: the data was corrected."""

    answer: Annotated[str, Meta(min_length=1, max_length=500)]
    corrected: bool = False


class PreferencesChange(msgspec.Struct, frozen=True):
    """Preferences of the customer. Omitted fields stay as they are."""

    celebrations: Literal["on", "quiet", "off"] | None = None
    score_hidden: bool | None = None


class TakeAction(msgspec.Struct, frozen=True):
    """The opener was delivered: its final words and the channel.

    `revision`, here and below: the revision you read. A card that changed since answers 409.
    """

    text: Text | None = None
    channel: Annotated[str, Meta(max_length=40)] | None = None
    revision: int | None = None


class RecordOutcome(msgspec.Struct, frozen=True):
    """The outcome of the conversation."""

    outcome: Literal["responded", "ignored", "converted"]
    note: Text | None = None
    revision: int | None = None


class Snooze(msgspec.Struct, frozen=True):
    """Snooze a card until a moment, with a reason."""

    until: datetime
    reason: Text
    revision: int | None = None


class Dismiss(msgspec.Struct, frozen=True):
    """Dismiss a card, with a reason."""

    reason: Text
    revision: int | None = None


Id = Annotated[str | int, Meta(description="your customer's id; 1 to 200 characters")]
Moment = Annotated[str | float, Meta(description="ISO 8601, or seconds or ms since 1970")]


class Identify(
    msgspec.Struct,
    frozen=True,
    rename={
        "segment_id": "userId",
        "segment_sent_at": "sentAt",
        "segment_time": "originalTimestamp",
        "anonymous_id": "anonymousId",
    },
):
    """Traits of a customer, who is named by `customer_id`, `user_id` or Segment's `userId`."""

    customer_id: Id | None = None
    user_id: Id | None = None
    segment_id: Id | None = None
    anonymous_id: str | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    timestamp: Moment | None = None
    segment_time: Moment | None = None
    sent_at: Moment | None = None
    segment_sent_at: Moment | None = None


class Track(
    msgspec.Struct,
    frozen=True,
    rename={
        "segment_id": "userId",
        "segment_message_id": "messageId",
        "segment_sent_at": "sentAt",
        "segment_time": "originalTimestamp",
        "anonymous_id": "anonymousId",
    },
):
    """An event of a customer; `event` is its kind, e.g. "order". A message id counts once."""

    event: Key
    customer_id: Id | None = None
    user_id: Id | None = None
    segment_id: Id | None = None
    anonymous_id: str | None = None
    message_id: MessageId | None = None
    segment_message_id: MessageId | None = None
    timestamp: Moment | None = None
    segment_time: Moment | None = None
    sent_at: Moment | None = None
    segment_sent_at: Moment | None = None
    amount: float | str | None = None
    properties: dict[str, Any] | None = None


class Accepted(msgspec.Struct, frozen=True):
    """Number of new items and of repeated items, and what was left out of them."""

    accepted: int
    repeated: int = 0
    warnings: list[str] = []


class Follow(msgspec.Struct, frozen=True):
    """A background job; GET `location` returns its progress."""

    id: UUID
    location: str


class Running(msgspec.Struct, frozen=True):
    """Whether the demo's simulation runs."""

    running: bool


class DemoOrder(msgspec.Struct, frozen=True):
    """An order in the demo shop; a negative amount is a return."""

    customer_id: ExternalId
    sku: Annotated[str, Meta(max_length=40)]
    amount: float


class DemoCustomer(msgspec.Struct, frozen=True):
    """A customer of the demo shop."""

    customer_id: ExternalId
