"""A customer meets Pulse in the widget before any data of theirs has arrived."""

from uuid import UUID

from pulse import clock
from pulse.access.scope import Scope
from pulse.database.tenancy import tenant


async def arrive(scope: Scope, external_id: str) -> UUID:
    """The inner id of the customer whom a token names, made when there is none yet.

    The business signed the token, so the customer exists for it: they get the honest empty state
    ("we are getting to know you") instead of an error.
    """
    async with tenant(scope) as unit:
        known: UUID | None = await unit.fetchval(_FIND, unit.business_id, external_id)
        if known is None:
            await unit.execute(_MAKE, unit.business_id, external_id, clock.now())
            known = await unit.fetchval(_FIND, unit.business_id, external_id)
    assert known is not None
    return known


_FIND = "SELECT id FROM customers WHERE business_id = $1 AND external_id = $2"
_MAKE = """
INSERT INTO customers (business_id, external_id, first_seen_at) VALUES ($1, $2, $3)
ON CONFLICT (business_id, external_id) DO NOTHING"""
