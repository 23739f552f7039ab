"""Everything that happened with one customer, in one stream, newest first.

Events, declared states, cards and their outcomes, notes, milestones, the scores' big moves. Read
straight from where each of them lives; nothing is copied for the timeline.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.customers import customers_sql, repository
from pulse.db.transaction import tenant

BIG_MOVE = 5.0
"""Points between two snapshots from which a change of strength is news."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that happened.

    kind: event, context, card, action, outcome, note, milestone, score. title is the thing's own
    word (an event's kind, a state, an outcome); text is foreign or staff's text, shown as text.
    """

    at: datetime
    kind: str
    title: str
    text: str
    who: str
    amount: float | None


async def timeline(
    scope: Scope, external_id: str, *, before: datetime | None = None, limit: int = 30
) -> list[Entry]:
    """The newest entries older than `before`; raises NotFound for an unknown customer."""
    async with tenant(scope) as unit:
        customer_id: UUID = await repository.id_of(unit, external_id, scope)
        rows = await customers_sql.stream(unit, customer_id, before, BIG_MOVE, min(limit, 100))
    return [Entry(**dict(row)) for row in rows]
