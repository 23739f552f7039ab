"""Deactivate a member of staff and reassign their customers and cards, or unassign them.

Otherwise nobody would see these customers in their book.
"""

from uuid import UUID

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.staff import deactivate
from pulse.cards import lifecycle
from pulse.customers import staff_actions
from pulse.customers.filters import CustomerFilter


async def offboard(scope: Scope, person_id: UUID, heir: UUID | None) -> int:
    """Deactivate a person and reassign what they had; returns how many customers moved (admin).

    heir: a staff id, or None for unassigned. Raises Conflict for the last admin, NotFound for an
    unknown heir. Can be repeated after an interruption.
    """
    scope.require(Permission.manage_people)
    await deactivate(scope, person_id)
    moved = await staff_actions.assign(scope, CustomerFilter(owner=str(person_id)), heir)
    await lifecycle.unassign_all(scope, person_id)
    return moved
