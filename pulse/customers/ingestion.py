"""identify, track and batch: what a business's programs send, written exactly once.

A track counts once per message id; an identify that arrives late fills gaps and overrides nothing
newer. Whom it concerns is written to `scores_due` in the same transaction, so that scores follow
even when the process ends right after (`pulse.imports.jobs` scores them, coalesced).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import events, pending_scores
from pulse.customers.events import NewEvent
from pulse.customers.traits import Known, write_traits
from pulse.customers.validators import LARGEST_AMOUNT, aware, is_countable, validate_text
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid
from pulse.live.hub import announce
from pulse.live.messages import Message

MOST_ITEMS = 500
MOST_TRAITS = 200
LONGEST_TEXT = 1_000
LARGEST_ITEM = 40_000  # bytes of JSON
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=10)  # clocks differ; anything later than this is taken to be now
TRIES = 5
RETRIED = ("40P01", "40001")  # two writers met on the same customers: one of them starts again
TOLD_AT_MOST = 50  # events of one call that open pages hear of one by one


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One call, whether alone or in a batch. `type` is identify or track."""

    type: str
    customer_id: str | int = ""
    event: str = ""
    traits: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    amount: float | None = None
    timestamp: datetime | None = None
    message_id: str = ""


class Refused(msgspec.Struct, frozen=True):
    """An item that was not taken: its place in the batch (from 0), and why."""

    index: int
    reason: str


class Ingested(msgspec.Struct, frozen=True):
    """What became of a call: accepted counts new items, repeated those sent before."""

    accepted: int
    repeated: int
    refused: list[Refused]
    customers: list[UUID]


def item_of(plain: Any) -> Item:
    """An item from JSON, in snake_case or in Segment's camelCase; Invalid says what is wrong."""
    if not isinstance(plain, dict):
        raise Invalid("An item must be an object.")
    given = {
        _SEGMENT_NAMES.get(key, key): value for key, value in plain.items() if value is not None
    }
    if "customer_id" not in given and "anonymous_id" in given:
        raise Invalid("Pulse knows customers by customer_id only, not by anonymousId.")
    try:
        return msgspec.convert(given, Item)
    except msgspec.ValidationError as wrong:
        raise Invalid(f"This item cannot be read: {wrong}") from wrong


async def ingest(
    scope: Scope,
    items: Sequence[Any],
    *,
    sent_at: datetime | None = None,
) -> Ingested:
    """Write up to 500 items (`Item`s, or JSON objects) in one transaction.

    Items that cannot be used are reported by index, the others are taken. sent_at is the sender's
    clock when it sent: by it a sender's wrong clock is set right.
    """
    if len(items) > MOST_ITEMS:
        raise Invalid(f"A batch holds up to {MOST_ITEMS} items.", code="BATCH_TOO_LARGE")
    known, happened, refused = _sorted_out(items, sent_at)
    for attempt in range(TRIES):
        try:
            async with tenant(scope) as unit:
                return await _write(unit, known, happened, refused)
        except Exception as failed:
            if getattr(failed, "sqlstate", "") not in RETRIED or attempt + 1 == TRIES:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _sorted_out(
    items: Sequence[Any], sent_at: datetime | None
) -> tuple[list[Known], list[NewEvent], list[Refused]]:
    now = clock.now()
    skew = now - aware(sent_at) if sent_at else timedelta(0)
    skew = skew if abs(skew) > AHEAD else timedelta(0)
    known: list[Known] = []
    happened: list[NewEvent] = []
    refused: list[Refused] = []
    for index, plain in enumerate(items):
        try:
            item = plain if isinstance(plain, Item) else item_of(plain)
            taken = _take(item, now, skew)
        except Invalid as wrong:
            refused.append(Refused(index, wrong.message))
            continue
        if isinstance(taken, Known):
            known.append(taken)
        else:
            happened.append(taken)
    return known, happened, refused


async def _write(
    unit: Unit, known: list[Known], happened: list[NewEvent], refused: list[Refused]
) -> Ingested:
    whom = {*(call.external_id for call in known), *(event.external_id for event in happened)}
    await unit.execute(
        "SELECT FROM customers WHERE business_id = $1 AND external_id = ANY($2::text[]) "
        "ORDER BY id FOR NO KEY UPDATE",  # all writers in one order, so that none waits in a ring
        unit.business_id,
        list(whom),
    )
    customers = await write_traits(unit, known)
    once = list({event.message_id: event for event in happened}.values())
    written = await events.append(unit, sorted(once, key=lambda event: event.external_id))
    fresh = set(written.fresh)
    concerned = list(dict.fromkeys([*customers, *written.customers]))
    await pending_scores.mark(unit, concerned)
    for event in [event for event in once if event.message_id in fresh][:TOLD_AT_MOST]:
        _tell(unit, event)
    return Ingested(len(known) + len(fresh), len(happened) - len(fresh), refused, concerned)


def _take(item: Item, now: datetime, skew: timedelta) -> Known | NewEvent:
    customer = validate_text(item.customer_id, "customer_id")
    at = _moment(item.timestamp, now, skew)
    if item.type == "identify":
        return Known(customer, _traits(item.traits), at)
    if item.type != "track":
        raise Invalid(f"“{item.type[:40]}” is neither identify nor track.")
    properties = _checked(item.properties, "properties")
    return NewEvent(
        external_id=customer,
        kind=validate_text(item.event, "event"),
        occurred_at=at,
        message_id=validate_text(item.message_id or f"track-{uuid4().hex}", "message_id"),
        amount=_amount(item.amount, properties),
        properties=properties,
    )


def _moment(given: datetime | None, now: datetime, skew: timedelta) -> datetime:
    """When it happened: late is welcome, the future is not, a missing zone is UTC."""
    if given is None:
        return now
    try:
        at = aware(given).astimezone(UTC) + skew
    except OverflowError:
        raise Invalid("timestamp lies outside the calendar.") from None
    if at < EARLIEST:
        raise Invalid("timestamp lies before 1990.")
    return min(at, now)


def _checked(plain: dict[str, Any], what: str) -> dict[str, Any]:
    if len(plain) > MOST_TRAITS:
        raise Invalid(f"{what} holds more than {MOST_TRAITS} entries.")
    if any(len(key) > 120 or not key for key in plain):
        raise Invalid(f"A name in {what} is empty or longer than 120 characters.")
    text = msgspec.json.encode(plain)
    if b"\\u0000" in text:
        raise Invalid(f"{what} holds a zero character.")
    if len(text) > LARGEST_ITEM:
        raise Invalid(f"{what} is larger than {LARGEST_ITEM:,} bytes.")
    return plain


def _traits(plain: dict[str, Any]) -> dict[str, Any]:
    """Traits are single values: what a metric or a person can read."""
    for name, value in plain.items():
        if isinstance(value, dict | list):
            raise Invalid(f"The trait “{name[:80]}” is nested: send single values.")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise Invalid(f"The trait “{name[:80]}” is longer than {LONGEST_TEXT:,} characters.")
    return _checked(plain, "traits")


def _amount(said: float | None, properties: dict[str, Any]) -> float | None:
    """The amount as said, else the first of the properties that usually hold it."""
    named_so = (properties.get(name) for name in ("amount", "revenue", "value", "total"))
    for found in (said, *named_so):
        if isinstance(found, int | float) and not isinstance(found, bool):
            if not is_countable(found):
                raise Invalid(f"The amount is beyond {LARGEST_AMOUNT:.0e}.")
            return float(found)
    return None


def _tell(unit: Unit, event: NewEvent) -> None:
    payload = {"kind": event.kind, "occurred_at": event.occurred_at, "amount": event.amount}
    announce(
        unit,
        Message(
            business_id=unit.business_id,
            kind="event_recorded",
            external_id=event.external_id,
            payload=payload,
        ),
    )


_SEGMENT_NAMES = {
    "userId": "customer_id",
    "user_id": "customer_id",
    "customerId": "customer_id",
    "messageId": "message_id",
    "anonymousId": "anonymous_id",
    "originalTimestamp": "timestamp",
    "sentAt": "sent_at",
}
