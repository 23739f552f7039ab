"""Recent activity for the Today page: contexts, new cards, outcomes, large score changes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import queue_sql
from pulse.contexts.sharing import LIFETIME
from pulse.db.transaction import tenant
from pulse.i18n.sentences import from_text

LONGEST = timedelta(days=14)
"""Entries older than this are not shown, even to somebody who was away for longer."""


class News(msgspec.Struct, frozen=True):
    """One entry of the feed.

    kind: "context", "card" or "outcome". title: the declared state, the cause or the outcome. text:
    the customer's own words or the card's reason.
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
    """Return the newest entries first.

    owner: as in the customer filter (a staff id, "nobody", "anybody" or "" for all).
    """
    since = max(since, clock.now() - LONGEST)
    async with tenant(scope) as unit:
        rows = await queue_sql.news(unit, since, LIFETIME, owner, limit)
    return [_news(dict(row)) for row in rows]


def _news(row: dict[str, Any]) -> News:
    text = from_text(row["text"]) if row["kind"] == "card" else row["text"]
    return News(**{**row, "text": text})
