"""identify, track, page, group, …: data sent by a business's programs, written exactly once.

An event counts once per message id; a late identify call overrides nothing newer. The customers
concerned are written to `scores_due` in the same transaction, so they are scored even when the
process ends right after (`pulse.imports.jobs` scores them, several changes at once).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import events, pending_scores
from pulse.customers.arrivals_sql import make_customers
from pulse.customers.events import NewEvent
from pulse.customers.ingestion.alias_calls import join_all
from pulse.customers.ingestion.item_values import read_amount
from pulse.customers.ingestion.segment_items import Item, item_of
from pulse.customers.ingestion.segment_traits import company_traits, flat_traits
from pulse.customers.ingestion.traits import Known, write_traits
from pulse.customers.merging.former_ids import resolve
from pulse.customers.validators import LARGEST_AMOUNT, aware, is_countable
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged
from pulse.tables.customer import Customer

MOST_ITEMS = 500
MOST_TRAITS = 200
LARGEST_ITEM = 40_000  # bytes of JSON
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# seconds; a smaller difference is network delay, not a wrong clock
LEAST_SKEW = timedelta(seconds=30)
TRIES = 5
# attempts; two writers on the same customers deadlocked, and one starts again
RETRIED = ("40P01", "40001")
AMOUNT_PROPERTIES = ("amount", "revenue", "value", "total")
TOLD_AT_MOST = 50  # events of one call that are published to open pages one by one


class Refused(msgspec.Struct, frozen=True):
    """An item's position in the batch (from 0), and why it or a part of it was refused."""

    index: int
    reason: str


class Ingested(msgspec.Struct, frozen=True):
    """The result of a call: accepted counts new items, repeated those sent before.

    warnings name the parts of accepted items that were left out.
    """

    accepted: int
    repeated: int
    refused: list[Refused]
    warnings: list[Refused]
    customers: list[UUID]


class _Sorted(msgspec.Struct):
    """The items of a call, grouped by what has to be done with them."""

    known: list[Known] = []
    aliases: list[Item] = []
    happened: list[NewEvent] = []
    refused: list[Refused] = []
    warnings: list[Refused] = []


async def ingest(
    scope: Scope,
    items: Sequence[Any],
    *,
    sent_at: datetime | None = None,
) -> Ingested:
    """Write up to 500 items (`Item`s, or JSON objects) in one transaction.

    Unusable items are reported by index, the others are accepted. sent_at: the sender's clock at
    the time of sending, for items without their own; it is used to correct a wrong clock.
    """
    if len(items) > MOST_ITEMS:
        raise Invalid(f"A batch holds up to {MOST_ITEMS} items.", code="BATCH_TOO_LARGE")
    found = _sort_items(items, sent_at)
    for attempt in range(TRIES):
        try:
            async with tenant(scope) as unit:
                return await _write(unit, scope, found)
        except Exception as failed:
            if getattr(failed, "sqlstate", "") not in RETRIED or attempt + 1 == TRIES:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _sort_items(items: Sequence[Any], sent_at: datetime | None) -> _Sorted:
    now = clock.now()
    found = _Sorted()
    for index, plain in enumerate(items):
        try:
            item = plain if isinstance(plain, Item) else item_of(plain)
            at = _moment(item, now, sent_at)
            if item.type == "alias":
                found.aliases.append(item)
            elif item.type in ("identify", "group"):
                found.known.append(_known(item, at, index, found.warnings))
            else:
                found.happened.append(_event_of(item, at, index, found.warnings))
        except Invalid as wrong:
            found.refused.append(Refused(index, wrong.message))
    return found


async def _write(unit: Unit, scope: Scope, found: _Sorted) -> Ingested:
    joined = await join_all(unit, scope, found.aliases)
    ids = await resolve(unit, _customers_of(found))
    known = [
        replace(call, external_id=ids.get(call.external_id, call.external_id))
        for call in found.known
    ]
    happened = [
        replace(event, external_id=ids.get(event.external_id, event.external_id))
        for event in found.happened
    ]
    whom = {*(call.external_id for call in known), *(event.external_id for event in happened)}
    await make_customers(unit, whom)
    # all writers lock in the same order, so that they cannot deadlock
    await _LOCK.rows(unit, business_id=unit.business_id, external_ids=list(whom))
    customers = await write_traits(unit, known)
    once = list({event.message_id: event for event in happened}.values())
    in_one_order = sorted(once, key=lambda event: event.external_id)
    written = await events.append(unit, in_one_order, customers_exist=True)
    concerned = list(dict.fromkeys([*joined, *customers, *written.customers]))
    await pending_scores.mark(unit, concerned)
    record(unit, *islice(events.arrived(once, written), TOLD_AT_MOST))
    record(unit, CustomersChanged(customers=customers))
    accepted = len(known) + len(written.fresh) + len(found.aliases)
    repeated = len(happened) - len(written.fresh)
    return Ingested(accepted, repeated, found.refused, found.warnings, concerned)


def _customers_of(found: _Sorted) -> set[str]:
    calls: list[Known | NewEvent] = [*found.known, *found.happened]
    return {call.external_id for call in calls}


def _known(item: Item, at: datetime, index: int, warnings: list[Refused]) -> Known:
    traits = item.traits if item.type == "identify" else company_traits(item.group_id, item.traits)
    flat = flat_traits(_check_properties(traits, "traits"))
    warnings.extend(Refused(index, reason) for reason in flat.warnings)
    return Known(item.customer_id, _check_properties(flat.values, "traits"), at)


def _event_of(item: Item, at: datetime, index: int, warnings: list[Refused]) -> NewEvent:
    properties = _check_properties(item.properties, "properties")
    amount, unread = _amount(item.amount, properties)
    if unread:
        reason = f"The amount “{unread[:60]}” is not a number: the event counts without it."
        warnings.append(Refused(index, reason))
    return NewEvent(
        external_id=item.customer_id,
        kind=item.event,
        occurred_at=at,
        message_id=item.message_id or f"{item.type}-{uuid4().hex}",
        amount=amount,
        properties=properties,
    )


def _moment(item: Item, now: datetime, sent_at: datetime | None) -> datetime:
    """The time of the event: late ones are kept, future ones replaced, wrong clocks corrected."""
    if item.timestamp is None:
        return now
    sent = item.sent_at or sent_at
    skew = now - aware(sent) if sent and not item.is_corrected else timedelta(0)
    try:
        at = item.timestamp.astimezone(UTC) + (skew if abs(skew) > LEAST_SKEW else timedelta(0))
    except OverflowError:
        raise Invalid(
            "timestamp is outside the calendar: send ISO 8601 or seconds since 1970."
        ) from None
    if at < EARLIEST:
        raise Invalid("timestamp is before 1990: send the time of the event.")
    return min(at, now)


def _check_properties(plain: dict[str, Any], what: str) -> dict[str, Any]:
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


def _amount(said: Any, properties: dict[str, Any]) -> tuple[float | None, str]:
    """The given amount, else the first of the properties that usually hold it.

    Also its text, when the first of them is unreadable and no other has an amount.
    """
    unread = ""
    for given in (said, *(properties.get(name) for name in AMOUNT_PROPERTIES)):
        if given is None or given == "":
            continue
        number = read_amount(given)
        if number is None:
            unread = unread or str(given)
        elif not is_countable(number):
            raise Invalid(f"The amount is beyond {LARGEST_AMOUNT:.0e}.")
        else:
            return number, ""
    return None, unread


_LOCK = prepared(
    Customer.select(Customer.id)
    .where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.external_id, Param("external_ids")),
    )
    .order_by(Customer.id)
    .lock_rows("NO KEY UPDATE")
)
