"""Deactivate a member of staff and give their customers and cards to a colleague or nobody.

Without this they would lie in a book that nobody opens.
"""

from uuid import UUID

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.staff import deactivate
from pulse.cards import lifecycle
from pulse.customers import staff_actions
from pulse.customers.filters import CustomerFilter


async def offboard(scope: Scope, person_id: UUID, heir: UUID | None) -> int:
    """Sign a person out for good and hand on what they had; how many customers moved (admin).

    Raises Conflict for the last admin, NotFound for an heir who does not work here. What was cut
    off may be asked for again.
    """
    scope.require(Permission.manage_people)
    await deactivate(scope, person_id)
    moved = await staff_actions.assign(scope, CustomerFilter(owner=str(person_id)), heir)
    await lifecycle.unassign_all(scope, person_id)
    return moved
