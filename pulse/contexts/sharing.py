"""Sharing a context in one tap, taking it back, and the state that is declared now."""

from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

from pulse import clock
from pulse.db.transaction import Unit
from pulse.errors import Invalid, NotFound

ContextType = Literal["busy", "stuck", "exploring", "frustrated", "own_words"]
CONTEXT_TYPES: tuple[str, ...] = get_args(ContextType)
LONGEST_NOTE = 280  # characters, as the widget counts down from
LIFETIME = timedelta(days=7)


class Context(msgspec.Struct, frozen=True):
    """One shared context; the note is foreign text: show it as text, never log it."""

    id: UUID
    context_type: str
    note: str | None
    shared_at: datetime
    expires_at: datetime


class Shared(msgspec.Struct, frozen=True):
    """What sharing did; `again` is true when this very tap had arrived before."""

    context: Context
    again: bool


def check(context_type: str, note: str | None) -> str | None:
    """The tidied note; raises Invalid when the type is unknown or the note does not fit."""
    if context_type not in CONTEXT_TYPES:
        raise Invalid(
            f"“{context_type}” is no context: use one of {', '.join(CONTEXT_TYPES)}.",
            code="CONTEXT_UNKNOWN",
            field="context_type",
        )
    tidy = (note or "").replace("\x00", "").strip()
    if len(tidy) > LONGEST_NOTE:
        raise Invalid(
            f"The note has {len(tidy)} characters, {LONGEST_NOTE} fit.",
            code="CONTEXT_NOTE_TOO_LONG",
            field="note",
        )
    if context_type == "own_words" and not tidy:
        raise Invalid("Own words need a note.", code="CONTEXT_NOTE_MISSING", field="note")
    return tidy or None


async def share(
    unit: Unit, customer_id: UUID, context_type: str, note: str | None, client_key: str | None
) -> Shared:
    """Keep a context and make it the declared state.

    A client_key that is known already changes nothing and answers with what it made before, so
    that a widget may repeat itself after a lost connection.
    """
    tidy = check(context_type, note)
    now = clock.now()
    row = await unit.fetchrow(
        "INSERT INTO customer_contexts "
        "(business_id, customer_id, context_type, note, shared_at, expires_at, client_key) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (business_id, customer_id, client_key) DO NOTHING "
        f"RETURNING {COLUMNS}",
        unit.business_id,
        customer_id,
        context_type,
        tidy,
        now,
        now + LIFETIME,
        client_key or None,
    )
    if row is None:
        row = await unit.fetchrow(
            f"SELECT {COLUMNS} FROM customer_contexts "
            "WHERE business_id = $1 AND customer_id = $2 AND client_key = $3",
            unit.business_id,
            customer_id,
            client_key,
        )
        return Shared(_context(row), again=True)
    await declare(unit, customer_id)
    return Shared(_context(row), again=False)


async def withdraw(unit: Unit, customer_id: UUID, context_id: UUID) -> None:
    """Take a shared context back; raises NotFound when it is not this customer's or gone."""
    tag = await unit.execute(
        "UPDATE customer_contexts SET withdrawn_at = $4, updated_at = now() "
        "WHERE business_id = $1 AND customer_id = $2 AND id = $3 AND withdrawn_at IS NULL",
        unit.business_id,
        customer_id,
        context_id,
        clock.now(),
    )
    if tag == "UPDATE 0":
        raise NotFound("There is no such shared context.", code="CONTEXT_NOT_FOUND")
    await declare(unit, customer_id)


async def shared_now(unit: Unit, customer_id: UUID) -> list[Context]:
    """What this customer shares at present, newest first."""
    rows = await unit.fetch(
        f"SELECT {COLUMNS} FROM customer_contexts "
        "WHERE business_id = $1 AND customer_id = $2 AND withdrawn_at IS NULL "
        "AND expires_at > $3 ORDER BY shared_at DESC, id DESC LIMIT 20",
        unit.business_id,
        customer_id,
        clock.now(),
    )
    return [_context(row) for row in rows]


async def declare(unit: Unit, customer_id: UUID) -> None:
    """Let the newest live context be the customer's declared state; none clears it."""
    await unit.execute(
        "UPDATE customers c SET context_type = s.context_type, context_expires_at = s.expires_at, "
        "updated_at = now() FROM (SELECT $2::uuid AS id) me LEFT JOIN LATERAL ("
        "  SELECT context_type, expires_at FROM customer_contexts "
        "  WHERE business_id = $1 AND customer_id = me.id AND withdrawn_at IS NULL "
        "  AND expires_at > $3 ORDER BY shared_at DESC, id DESC LIMIT 1) s ON true "
        "WHERE c.business_id = $1 AND c.id = me.id",
        unit.business_id,
        customer_id,
        clock.now(),
    )


async def expire(unit: Unit) -> list[UUID]:
    """Clear declared states that have run out; the customers concerned."""
    rows = await unit.fetch(
        "SELECT id FROM customers WHERE business_id = $1 AND context_type IS NOT NULL "
        "AND context_expires_at <= $2 FOR NO KEY UPDATE",
        unit.business_id,
        clock.now(),
    )
    for row in rows:
        await declare(unit, row["id"])
    return [row["id"] for row in rows]


COLUMNS = "id, context_type, note, shared_at, expires_at"


def _context(row: Any) -> Context:
    return Context(**dict(row.items()))
