"""What changed since a moment, for the top of a CSM's day: taps, new cards, answers, big moves."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
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
        rows = await unit.fetch(
            STREAM.format(owner=_owner(owner)),
            scope.business_id,
            since,
            since + LIFETIME,
            owner or None,
            limit,
        )
    return [News(**dict(row)) for row in rows]


def _owner(owner: str) -> str:
    if owner in ("nobody", "anybody"):
        wanted = "IS NULL" if owner == "nobody" else "IS NOT NULL"
        return f"c.owner_id {wanted} AND $4::text IS NOT NULL"
    return "($4::text IS NULL OR c.owner_id = $4::text::uuid)"


STREAM = """
SELECT n.at, n.kind, n.customer_id, c.external_id, c.name, n.title, n.text, c.identity_strength,
  c.band FROM (
  SELECT shared_at AS at, 'context' AS kind, customer_id, context_type AS title,
    coalesce(note, '') AS text
  FROM customer_contexts
  WHERE business_id = $1 AND withdrawn_at IS NULL AND expires_at > $3 AND shared_at > $2
  UNION ALL
  SELECT created_at, 'card', customer_id, cause, reason FROM conversation_cards
  WHERE business_id = $1 AND created_at > $2 AND status = 'pending'
  UNION ALL
  SELECT outcome_at, 'outcome', customer_id, outcome, outcome_note FROM conversation_cards
  WHERE business_id = $1 AND outcome_at > $2
) n JOIN scored_customers c ON c.business_id = $1 AND c.id = n.customer_id
WHERE {owner} ORDER BY n.at DESC LIMIT $5
"""
