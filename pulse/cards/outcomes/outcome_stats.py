"""Outcomes in figures, for Overview, Insights, Team and each person.

One cohort everywhere: the cards that were delivered in the period, and what came of them so far.
"""

from datetime import timedelta
from typing import Any

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.outcomes import outcomes_sql
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
        row = await outcomes_sql.outreach(unit, owner, since, before)
    return Outreach(days=days, **dict(row))


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
        rows = await outcomes_sql.by_staff(unit, since)
    return [StaffOutreach(**dict(row)) for row in rows]
