"""Find the business of an e-mail address, session, invitation or API key among all businesses.

The database maintains the entries with triggers (piccolo_migrations/sql/directory.sql).
"""

from typing import NamedTuple
from uuid import UUID

from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.tables.choices import DirectoryKind
from pulse.tables.directory import DirectoryEntry


class DirectoryMatch(NamedTuple):
    """A match: its business, and its id in the table of its kind."""

    business_id: UUID
    id: UUID


async def look_up(unit: Unit, kind: DirectoryKind, key: str) -> DirectoryMatch | None:
    """The match for this key, or None; `unit` comes from `system()`."""
    row = await _BY_KEY.row(unit, kind=kind, key=key.lower())
    return DirectoryMatch(row["business_id"], row["row_id"]) if row else None


_BY_KEY = prepared(
    DirectoryEntry.select(DirectoryEntry.business_id, DirectoryEntry.row_id).where(
        DirectoryEntry.kind == Param("kind"), DirectoryEntry.key == Param("key")
    )
)
