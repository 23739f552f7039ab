"""Statistics of outcomes for Overview, Insights, Team and each person.

All use the same cohort: the cards delivered in the period and their outcomes so far.
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

    opened and dismissed count cards opened and dismissed in the period; unworked those that ended
    in it because nobody worked on them. rate: (responded + converted) / outcomes, 0–1.
    """

    days: int
    opened: int
    actioned: int
    dismissed: int
    unworked: int
    responded: int
    ignored: int
    converted: int
    outcomes_before: int
    good_before: int

    @property
    def outcomes(self) -> int:
        """Number of delivered cards with a recorded outcome."""
        return self.responded + self.ignored + self.converted

    @property
    def rate(self) -> float | None:
        """Response rate (0–1); None without outcomes."""
        return (self.responded + self.converted) / self.outcomes if self.outcomes else None

    @property
    def rate_before(self) -> float | None:
        """Response rate of the period before."""
        return self.good_before / self.outcomes_before if self.outcomes_before else None


async def outreach(scope: Scope, owner: str = "", days: int = 30) -> Outreach:
    """Return the statistics of the last `days` days; owner: a staff id, "nobody" or "anybody"."""
    now = clock.now()
    since, before = now - timedelta(days=days), now - timedelta(days=2 * days)
    async with tenant(scope) as unit:
        row = await outcomes_sql.outreach(unit, owner, since, before)
    return Outreach(days=days, **dict(row))


class StaffOutreach(msgspec.Struct, frozen=True):
    """The work of one staff member in a period.

    customers: those in their book who have neither lapsed nor left, as on Today and in the list.
    """

    staff_id: Any
    name: str
    actioned: int
    outcomes: int
    good: int
    open_cards: int
    customers: int


async def by_staff(scope: Scope, days: int = 30) -> list[StaffOutreach]:
    """Return, for each staff member, customers, open cards, deliveries and responses."""
    since = clock.now() - timedelta(days=days)
    async with tenant(scope) as unit:
        rows = await outcomes_sql.by_staff(unit, since)
    return [StaffOutreach(**dict(row)) for row in rows]
