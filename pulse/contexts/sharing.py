"""Share a context with one tap, withdraw it, and read the context that is declared now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

import msgspec

from pulse import clock
from pulse.customers.filters import CONTEXT_DAYS
from pulse.db.prepared import Param, any_of, columns_of, prepared
from pulse.db.transaction import Unit
from pulse.errors import Invalid, NotFound
from pulse.tables.activity import CustomerContext
from pulse.tables.customer import Customer

ContextType = Literal["busy", "stuck", "exploring", "frustrated", "own_words"]
CONTEXT_TYPES: tuple[str, ...] = get_args(ContextType)
LONGEST_NOTE = 280  # characters; the widget counts down from it
MOST_SHOWN = 20  # active contexts read for one customer
MOST_READ = 1000  # active contexts of several customers read in one statement
LIFETIME = timedelta(days=CONTEXT_DAYS)
REPEAT = timedelta(minutes=1)
"""The same context shared again within this time, with none between, is one entry."""


class Context(msgspec.Struct, frozen=True):
    """One shared context; the note is the customer's text: never log it, escape it."""

    id: UUID
    context_type: str
    note: str | None
    shared_at: datetime
    expires_at: datetime


class Shared(msgspec.Struct, frozen=True):
    """The result of sharing; `again`: the same context had been received before."""

    context: Context
    again: bool


def check(context_type: str, note: str | None) -> str | None:
    """The trimmed note; raises Invalid when the type is unknown or the note does not fit."""
    if context_type not in CONTEXT_TYPES:
        raise Invalid(
            f"“{context_type}” is not a context: use one of {', '.join(CONTEXT_TYPES)}.",
            code="CONTEXT_UNKNOWN",
            field="context_type",
        )
    tidy = (note or "").replace("\x00", "").strip()
    if len(tidy) > LONGEST_NOTE:
        raise Invalid(
            f"The note has {len(tidy)} characters: at most {LONGEST_NOTE} are allowed.",
            code="CONTEXT_NOTE_TOO_LONG",
            field="note",
        )
    if context_type == "own_words" and not tidy:
        raise Invalid(
            "A context in own words needs a note.", code="CONTEXT_NOTE_MISSING", field="note"
        )
    return tidy or None


async def share(
    unit: Unit, customer_id: UUID, context_type: str, note: str | None, client_key: str | None
) -> Shared:
    """Store a context and make it the declared one.

    A known client_key changes nothing and returns the existing context, so that a widget may repeat
    a request after a lost connection. The same holds for the same words or context type within
    `REPEAT` (two taps, two tabs).
    """
    tidy = check(context_type, note)
    now = clock.now()
    if said := _repeated(await shared_now(unit, customer_id), context_type, tidy, now):
        return Shared(said, again=True)
    whose = {"business_id": unit.business_id, "customer_id": customer_id}
    made = await _INSERT.row(
        unit,
        **whose,
        context_type=context_type,
        note=tidy,
        now=now,
        expires_at=now + LIFETIME,
        client_key=client_key or None,
    )
    if made is None:
        before = await _BY_CLIENT_KEY.rows(unit, **whose, client_key=client_key)
        return Shared(Context(**before[0]), again=True)
    await declare(unit, customer_id)
    return Shared(Context(**made), again=False)


def _repeated(
    live: list[Context], context_type: str, note: str | None, now: datetime
) -> Context | None:
    """The context that was just shared, if this is the same; `live` is newest first.

    A context type is compared with the last one, own words with the last own words.
    """
    is_words = context_type == "own_words"
    last = next((one for one in live if (one.context_type == "own_words") == is_words), None)
    if last is None or now - last.shared_at > REPEAT:
        return None
    return last if (last.context_type, last.note) == (context_type, note) else None


async def withdraw(unit: Unit, customer_id: UUID, context_id: UUID) -> str:
    """Withdraw a shared context and return its type.

    Raises NotFound when it is not the customer's own or has ended.
    """
    withdrawn = (
        await CustomerContext.update({CustomerContext.withdrawn_at: clock.now()})
        .where(
            CustomerContext.business_id == unit.business_id,
            CustomerContext.customer_id == customer_id,
            CustomerContext.id == context_id,
            CustomerContext.withdrawn_at.is_null(),
        )
        .returning(CustomerContext.context_type)
    )
    if not withdrawn:
        raise NotFound("There is no such shared context.", code="CONTEXT_NOT_FOUND")
    await declare(unit, customer_id)
    return str(withdrawn[0]["context_type"])


async def shared_now(unit: Unit, customer_id: UUID) -> list[Context]:
    """The contexts this customer shares at present, newest first."""
    rows = await _LIVE.rows(
        unit, business_id=unit.business_id, customer_id=customer_id, now=clock.now()
    )
    return [Context(**row) for row in rows]


async def shared_by(unit: Unit, customer_ids: Sequence[UUID]) -> dict[UUID, list[Context]]:
    """The contexts these customers share at present, newest first; others are left out."""
    asked = {"business_id": unit.business_id, "ids": list(customer_ids), "now": clock.now()}
    rows = await _LIVE_OF_SEVERAL.rows(unit, **asked)
    if len(rows) == MOST_READ:  # if somebody has shared hundreds: only the newest of each
        return {one: await shared_now(unit, one) for one in customer_ids}
    found: dict[UUID, list[Context]] = {}
    for row in rows:
        found.setdefault(row.pop("who"), []).append(Context(**row))
    return {one: shared[:MOST_SHOWN] for one, shared in found.items()}


async def declare(unit: Unit, customer_id: UUID) -> None:
    """Make the newest active context the customer's declared one; none clears it.

    Own words are added to a context type and do not replace it; they count only where there is no
    other.
    """
    live = await shared_now(unit, customer_id)
    declared = min(live, key=lambda one: one.context_type == "own_words", default=None)
    await _DECLARE.run(
        unit,
        business_id=unit.business_id,
        id=customer_id,
        context_type=declared.context_type if declared else None,
        expires_at=declared.expires_at if declared else None,
    )


async def expire(unit: Unit) -> list[UUID]:
    """Clear declared contexts that have expired; returns the customers concerned."""
    rows = (
        await Customer.select(Customer.id)
        .where(
            Customer.business_id == unit.business_id,
            Customer.context_type.is_not_null(),
            Customer.context_expires_at <= clock.now(),
        )
        .lock_rows("NO KEY UPDATE")
    )
    for row in rows:
        await declare(unit, row["id"])
    return [row["id"] for row in rows]


_SHOWN = columns_of(CustomerContext, Context)
_INSERT = prepared(
    CustomerContext.insert(
        CustomerContext(
            business_id=Param("business_id"),
            customer_id=Param("customer_id"),
            context_type=Param("context_type"),
            note=Param("note"),
            shared_at=Param("now"),
            expires_at=Param("expires_at"),
            client_key=Param("client_key"),
        )
    )
    .on_conflict(
        target=(
            CustomerContext.business_id,
            CustomerContext.customer_id,
            CustomerContext.client_key,
        ),
        action="DO NOTHING",
    )
    .returning(*_SHOWN)
)
_BY_CLIENT_KEY = prepared(
    CustomerContext.select(*_SHOWN).where(
        CustomerContext.business_id == Param("business_id"),
        CustomerContext.customer_id == Param("customer_id"),
        CustomerContext.client_key == Param("client_key"),
    )
)
_LIVE = prepared(
    CustomerContext.select(*_SHOWN)
    .where(
        CustomerContext.business_id == Param("business_id"),
        CustomerContext.customer_id == Param("customer_id"),
        CustomerContext.withdrawn_at.is_null(),
        CustomerContext.expires_at > Param("now"),
    )
    .order_by(CustomerContext.shared_at, CustomerContext.id, ascending=False)
    .limit(MOST_SHOWN)
)
_LIVE_OF_SEVERAL = prepared(
    CustomerContext.select(CustomerContext.customer_id.as_alias("who"), *_SHOWN)
    .where(
        CustomerContext.business_id == Param("business_id"),
        any_of(CustomerContext.customer_id, Param("ids")),
        CustomerContext.withdrawn_at.is_null(),
        CustomerContext.expires_at > Param("now"),
    )
    .order_by(CustomerContext.shared_at, CustomerContext.id, ascending=False)
    .limit(MOST_READ)
)
_DECLARE = prepared(
    Customer.update(
        {
            Customer.context_type: Param("context_type"),
            Customer.context_expires_at: Param("expires_at"),
        }
    ).where(Customer.business_id == Param("business_id"), Customer.id == Param("id"))
)
