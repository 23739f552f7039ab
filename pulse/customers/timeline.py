"""The timeline of one customer: everything that happened, newest first.

Events, contexts, cards with their snoozes, outcomes and ends, notes, milestones, and large score
changes. Read directly from their tables; nothing is copied for the timeline.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import customers_sql, repository
from pulse.db.transaction import tenant
from pulse.i18n.dated_sentences import dated
from pulse.i18n.sentences import from_text

NO_LONGER = "no_longer_due"
"""Why a card is dismissed whose cause ended (`cards.maintenance`): its first reason says how."""
MOST = 100
"""The most entries that are read at once."""
BIG_MOVE = 5.0
"""Change of strength between two snapshots, in points, from which it is an entry."""


class Entry(msgspec.Struct, frozen=True):
    """One entry of the timeline.

    kind: event, context, card, action, outcome, end (of a card that was dismissed), snooze, note,
    milestone, score, or rescore for a score by another scorecard than the one before. title: the
    kind's own value (an event's kind, a context type, an outcome, a reason, until when). text: text
    of customers or staff, not to be interpreted as markup.
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
    """The newest entries older than `before`, at most MOST; raises NotFound."""
    async with tenant(scope) as unit:
        customer_id: UUID = await repository.id_of(unit, external_id, scope)
        rows = await customers_sql.stream(unit, customer_id, before, BIG_MOVE, min(limit, MOST))
    return [_entry(dict(row)) for row in rows]


def _entry(row: dict[str, Any]) -> Entry:
    told_at = clock.read_moment(row.pop("reasons_at"))
    if row["kind"] == "card":
        row["text"] = _reason(from_text(row["text"]), told_at or row["at"], row["at"])
    if row["kind"] == "end":
        row["text"] = from_text(row["text"]) if row["title"] == NO_LONGER else ""
    return Entry(**row)


def _reason(told: str, told_at: datetime, opened_at: datetime) -> str:
    """Return a card's reason, with its day where it was updated after the card had opened."""
    updated = bool(told) and told_at.date() > opened_at.date()
    return dated(told, told_at.date()) if updated else told
