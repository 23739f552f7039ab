"""Outcomes in figures, for Overview, Insights, Team and each person.

One cohort everywhere: the cards that were delivered in the period, and what came of them so far.
"""

from datetime import timedelta
from typing import Any

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.queue_queries import owner_clause
from pulse.db.transaction import tenant


class Outreach(msgspec.Struct, frozen=True, kw_only=True):
    """Cards delivered in one period and their outcomes so far.

    opened and dismissed count what happened in the period. rate is (responded + converted) /
    outcomes, 0–1.
    """

    days: int
    opened: int
    actioned: int
    dismissed: int
    responded: int
    ignored: int
    converted: int
    outcomes_before: int
    good_before: int

    @property
    def outcomes(self) -> int:
        """Delivered cards whose outcome is recorded."""
        return self.responded + self.ignored + self.converted

    @property
    def rate(self) -> float | None:
        """The response rate, None without outcomes."""
        return (self.responded + self.converted) / self.outcomes if self.outcomes else None

    @property
    def rate_before(self) -> float | None:
        """The response rate of the period before."""
        return self.good_before / self.outcomes_before if self.outcomes_before else None


async def outreach(scope: Scope, owner: str = "", days: int = 30) -> Outreach:
    """The last `days` days; owner as in the customer filter (a staff id, nobody, anybody)."""
    now = clock.now()
    since, before = now - timedelta(days=days), now - timedelta(days=2 * days)
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            FIGURES.format(owner=owner_clause(owner)),
            scope.business_id,
            owner or None,
            since,
            before,
            now,
        )
    return Outreach(days=days, **dict(row))


FIGURES = """
SELECT
  count(*) FILTER (WHERE k.created_at >= $3) AS opened,
  count(*) FILTER (WHERE k.actioned_at >= $3) AS actioned,
  count(*) FILTER (WHERE k.status = 'dismissed' AND k.changed_by <> 'Pulse'
    AND k.changed_at >= $3) AS dismissed,
  count(*) FILTER (WHERE k.outcome = 'responded' AND k.actioned_at >= $3) AS responded,
  count(*) FILTER (WHERE k.outcome = 'ignored' AND k.actioned_at >= $3) AS ignored,
  count(*) FILTER (WHERE k.outcome = 'converted' AND k.actioned_at >= $3) AS converted,
  count(k.outcome) FILTER (WHERE k.actioned_at >= $4 AND k.actioned_at < $3) AS outcomes_before,
  count(*) FILTER (WHERE k.outcome IN ('responded', 'converted')
    AND k.actioned_at >= $4 AND k.actioned_at < $3) AS good_before
FROM conversation_cards k JOIN customers c ON c.business_id = k.business_id AND c.id = k.customer_id
WHERE k.business_id = $1 AND k.updated_at >= $4 AND k.created_at <= $5 AND {owner}
"""


class StaffOutreach(msgspec.Struct, frozen=True):
    """What one member of staff did in a period."""

    staff_id: Any
    name: str
    actioned: int
    outcomes: int
    good: int
    open_cards: int
    customers: int


async def by_staff(scope: Scope, days: int = 30) -> list[StaffOutreach]:
    """Each member of staff: their customers, open cards, what they delivered and what came back."""
    since = clock.now() - timedelta(days=days)
    async with tenant(scope) as unit:
        rows = await unit.fetch(BY_STAFF, scope.business_id, since)
    return [StaffOutreach(**dict(row)) for row in rows]


BY_STAFF = """
SELECT s.id AS staff_id, s.name, coalesce(done.actioned, 0) AS actioned,
  coalesce(done.outcomes, 0) AS outcomes, coalesce(done.good, 0) AS good,
  coalesce(waiting.cards, 0) AS open_cards, coalesce(book.customers, 0) AS customers
FROM staff s
LEFT JOIN (SELECT actioned_by, count(*) FILTER (WHERE actioned_at >= $2) AS actioned,
    count(outcome) FILTER (WHERE actioned_at >= $2) AS outcomes,
    count(*) FILTER (WHERE outcome IN ('responded', 'converted') AND actioned_at >= $2) AS good
  FROM conversation_cards WHERE business_id = $1 AND updated_at >= $2 GROUP BY 1) done
  ON done.actioned_by = s.id
LEFT JOIN (SELECT owner_id, count(*) AS customers FROM customers
  WHERE business_id = $1 AND owner_id IS NOT NULL GROUP BY 1) book ON book.owner_id = s.id
LEFT JOIN (SELECT coalesce(k.assigned_to, c.owner_id) AS person, count(*) AS cards
  FROM conversation_cards k JOIN customers c
    ON c.business_id = k.business_id AND c.id = k.customer_id
  WHERE k.business_id = $1 AND k.status = 'pending' GROUP BY 1) waiting ON waiting.person = s.id
WHERE s.business_id = $1 AND s.is_active ORDER BY s.name
"""
