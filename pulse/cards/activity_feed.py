"""What changed since a moment, for Today: contexts, new cards, answers, large moves."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import queue_sql
from pulse.contexts.sharing import LIFETIME
from pulse.db.transaction import tenant

LONGEST = timedelta(days=14)
"""News older than this is none; also what somebody sees who was away for a month."""


class News(msgspec.Struct, frozen=True):
    """One thing that happened.

    kind: context, card, outcome. title is the state, the cause or the outcome; text is the
    customer's own words or the card's reason.
    """

    at: datetime
    kind: str
    customer_id: UUID
    external_id: str
    name: str
    title: str
    text: str
    identity_strength: float | None
    band: str | None


async def news(scope: Scope, since: datetime, owner: str = "", limit: int = 12) -> list[News]:
    """The newest first; owner as in the customer filter (a staff id, nobody, anybody, '')."""
    since = max(since, clock.now() - LONGEST)
    async with tenant(scope) as unit:
        rows = await queue_sql.news(unit, since, LIFETIME, owner, limit)
    return [News(**dict(row)) for row in rows]
