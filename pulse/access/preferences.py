"""What a member of staff has set for themselves: the default book, saved views, notifications.

Kept as one JSON object in `staff.preferences`; keys are small and belong to the dashboard.
"""

from typing import Any

from pulse.access.scope import Scope
from pulse.database.tenancy import tenant

LARGEST = 40_000
"""Characters of one stored value: saved views are short, and this is no file store."""


async def preferences(scope: Scope) -> dict[str, Any]:
    """Everything this person has set; empty for programs and customers."""
    async with tenant(scope) as unit:
        found = await unit.fetchval(
            "SELECT preferences FROM staff WHERE business_id = $1 AND id = $2",
            scope.business_id,
            scope.actor.id,
        )
    return dict(found or {})


async def prefer(scope: Scope, key: str, value: Any) -> None:
    """Keep one preference; None forgets it. Too large a value is not kept."""
    if len(repr(value)) > LARGEST:
        return
    async with tenant(scope) as unit:
        await unit.execute(
            "UPDATE staff SET preferences = CASE WHEN $4::jsonb = 'null'::jsonb "
            "THEN preferences - $3 ELSE preferences || jsonb_build_object($3::text, $4::jsonb) END "
            "WHERE business_id = $1 AND id = $2",
            scope.business_id,
            scope.actor.id,
            key,
            value,
        )
