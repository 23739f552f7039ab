"""Somebody leaves: their customers and their cards go to a colleague, or to nobody, at once.

Without this they would lie in a book that nobody opens.
"""

from uuid import UUID

from pulse.access.people import deactivate
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.cards import life
from pulse.customers import care
from pulse.customers.filters import CustomerFilter


async def leave(scope: Scope, person_id: UUID, heir: UUID | None) -> int:
    """Sign a person out for good and hand on what they had; how many customers moved (admin).

    Raises Conflict for the last admin, NotFound for an heir who does not work here. What was cut
    off may be asked for again.
    """
    scope.require(Role.admin)
    await deactivate(scope, person_id)
    moved = await care.assign(scope, CustomerFilter(owner=str(person_id)), heir)
    await life.give_back_all(scope, person_id)
    return moved
