"""The last contact of staff with each of several customers, for a list."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from piccolo.query.functions.aggregate import Max

from pulse.auth.scope import Scope
from pulse.db.prepared import any_of
from pulse.db.transaction import tenant
from pulse.tables.card import ConversationCard
from pulse.tables.customer import CustomerNote


async def last_touches(scope: Scope, customers: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return the last delivered card or note of each customer who has one."""
    ids = list(customers)
    async with tenant(scope):
        cards = (
            await ConversationCard.select(
                ConversationCard.customer_id, Max(ConversationCard.actioned_at)
            )
            .where(
                ConversationCard.business_id == scope.business_id,
                any_of(ConversationCard.customer_id, ids),
                ConversationCard.actioned_at.is_not_null(),
            )
            .group_by(ConversationCard.customer_id)
        )
        notes = (
            await CustomerNote.select(CustomerNote.customer_id, Max(CustomerNote.created_at))
            .where(
                CustomerNote.business_id == scope.business_id, any_of(CustomerNote.customer_id, ids)
            )
            .group_by(CustomerNote.customer_id)
        )
    found: dict[UUID, datetime] = {}
    for row in (*cards, *notes):
        before = found.get(row["customer_id"])
        found[row["customer_id"]] = max(before, row["max"]) if before else row["max"]
    return found
