"""The preferences of a member of staff: default book, saved views, notifications.

Stored as one JSON object in `staff.preferences`; values are small and used by the dashboard.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from piccolo.query import Select

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.tables.staff import Staff

LARGEST = 40_000
"""Maximum characters of one stored value; saved views are short."""


async def preferences(scope: Scope) -> dict[str, Any]:
    """All preferences of this person; empty for programs and customers."""
    async with tenant(scope):
        found = await _own_row(scope)
    return dict(found[0]["preferences"]) if found else {}


async def set_preference(scope: Scope, key: str, value: Any) -> None:
    """Set one preference; None deletes it. A value that is too large is not stored."""
    if len(repr(value)) > LARGEST:
        return
    async with tenant(scope):
        found = await _own_row(scope).lock_rows()
        if not found:
            return
        kept = {**found[0]["preferences"], key: value}
        if value is None:
            del kept[key]
        await Staff.update({Staff.preferences: msgspec.json.encode(kept).decode()}).where(
            Staff.business_id == scope.business_id, Staff.id == scope.actor.id
        )


def _own_row(scope: Scope) -> Select[Staff]:
    return Staff.select(Staff.preferences).where(
        Staff.business_id == scope.business_id, Staff.id == scope.actor.id
    )


AWAY = timedelta(hours=3)
"""Absence after which a visit has ended, for "what changed since you left"."""


async def previous_visit(scope: Scope, where: str) -> datetime:
    """When this person last left this page; later entries are new to them.

    Returning within AWAY counts as the same visit. A first visit starts one day ago.
    """
    now = clock.now()
    kept = dict((await preferences(scope)).get("visits", {}))
    since, seen = kept.get(where, [None, None])
    left = _moment(seen)
    if left is None:
        begin = now - timedelta(days=1)
    elif now - left > AWAY:
        begin = left
    else:
        begin = _moment(since) or now - timedelta(days=1)
    await set_preference(scope, "visits", {**kept, where: [begin.isoformat(), now.isoformat()]})
    return begin


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
