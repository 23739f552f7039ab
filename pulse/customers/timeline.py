"""Everything that happened with one customer, in one stream, newest first.

Events, declared states, cards and their outcomes, notes, milestones, the scores' big moves. Read
straight from where each of them lives; nothing is copied for the timeline.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.customers import repository
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
        rows = await unit.fetch(
            STREAM.format(limit=min(limit, 100)), unit.business_id, customer_id, before, BIG_MOVE
        )
    return [Entry(**dict(row)) for row in rows]


_PART = "SELECT * FROM ({body} ORDER BY at DESC LIMIT {{limit}}) part"
_OLDER = "($3::timestamptz IS NULL OR {at} < $3)"


def _part(fields: str, source: str, at: str) -> str:
    older = _OLDER.format(at=at)
    return _PART.format(
        body=f"SELECT {at} AS at, {fields} FROM {source} "
        f"AND {at} IS NOT NULL AND {older} AND $4::float8 > 0"
    )


_OF = "t.business_id = $1 AND t.customer_id = $2"
_STAFF = "LEFT JOIN staff s ON s.business_id = t.business_id AND s.id = t."

STREAM = (
    " UNION ALL ".join(
        [
            _part(
                "'event' AS kind, t.kind AS title, '' AS text, '' AS who, t.amount",
                f"events t WHERE {_OF}",
                "t.occurred_at",
            ),
            _part(
                "'context', t.context_type, coalesce(t.note, ''), "
                "CASE WHEN t.withdrawn_at IS NULL THEN '' ELSE 'taken back' END, NULL::float8",
                f"customer_contexts t WHERE {_OF}",
                "t.shared_at",
            ),
            _part(
                "'card', t.cause, t.reason, '', NULL::float8",
                f"conversation_cards t WHERE {_OF}",
                "t.created_at",
            ),
            _part(
                "'action', t.channel, coalesce(t.edited_opener, t.ai_generated_opener), "
                "coalesce(s.name, ''), NULL::float8",
                f"conversation_cards t {_STAFF}actioned_by WHERE {_OF}",
                "t.actioned_at",
            ),
            _part(
                "'outcome', t.outcome, t.outcome_note, '', NULL::float8",
                f"conversation_cards t WHERE {_OF}",
                "t.outcome_at",
            ),
            _part(
                "'note', '', t.body, coalesce(s.name, ''), NULL::float8",
                f"customer_notes t {_STAFF}staff_id WHERE {_OF}",
                "t.created_at",
            ),
            _part(
                "'milestone', t.key, '', '', NULL::float8",
                f"customer_milestones t WHERE {_OF}",
                "t.reached_on::timestamptz",
            ),
            _part(
                "'score', t.band, t.was::text, '', t.identity_strength",
                "(SELECT i.*, lag(i.identity_strength) OVER (ORDER BY i.snapshot_date) AS was "
                "FROM identity_snapshots i WHERE i.business_id = $1 AND i.customer_id = $2) t "
                f"WHERE {_OF} AND abs(t.identity_strength - t.was) >= $4",
                "t.taken_at",
            ),
        ]
    )
    + " ORDER BY at DESC LIMIT {limit}"
)
