"""Which of these staff sessions are still open, and with which role: for pages that stay open."""

from collections.abc import Sequence
from uuid import UUID

from pulse import clock
from pulse.access.roles import Role
from pulse.database.tenancy import system


async def roles_of_open(sessions: Sequence[UUID]) -> dict[UUID, Role]:
    """The current role of each session that has not ended; ended ones are left out."""
    async with system() as unit:
        rows = await unit.fetch(_OPEN, list(sessions), clock.now())
    return {row["id"]: Role(row["role"]) for row in rows}


_OPEN = """
SELECT session.id, staff.role FROM staff_sessions session
JOIN staff ON staff.business_id = session.business_id AND staff.id = session.staff_id
WHERE session.id = ANY($1) AND session.revoked_at IS NULL AND session.expires_at > $2
  AND staff.is_active"""
