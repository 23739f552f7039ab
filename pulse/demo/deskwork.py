"""What lantern's team did in the replayed year: Pulse keeps house, CSMs deliver their cards.

Whether customers came back is real; that somebody spoke to them is made up.
"""

from datetime import datetime
from uuid import UUID

from pulse import clock
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.cards import queue
from pulse.database.tenancy import tenant


async def owners(scope: Scope) -> list[UUID]:
    """The ids of the shop's CSMs, by name."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT id FROM staff WHERE business_id = $1 AND role = $2 ORDER BY name",
            scope.business_id,
            Role.csm.value,
        )
    return [row["id"] for row in rows]


async def week(scope: Scope, moment: datetime, *, last: bool) -> None:
    """The week that begins at `moment`, on the team's side."""
    with clock.at(moment):
        await queue.wake_due(scope)
        await queue.propose_outcomes(scope)
