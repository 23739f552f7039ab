"""When somebody of ours was last in touch with each of a few customers: for the lines of a list."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant


async def last_touches(scope: Scope, customers: Sequence[UUID]) -> dict[UUID, datetime]:
    """The last delivered card or note of each who has one, of a page of customers."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT asked.id, greatest("
            "(SELECT max(k.actioned_at) FROM conversation_cards k "
            " WHERE k.business_id = $1 AND k.customer_id = asked.id), "
            "(SELECT max(n.created_at) FROM customer_notes n "
            " WHERE n.business_id = $1 AND n.customer_id = asked.id)) AS at "
            "FROM unnest($2::uuid[]) AS asked (id)",
            unit.business_id,
            list(customers),
        )
    return {row["id"]: row["at"] for row in rows if row["at"] is not None}
