"""Snapshots without what nobody reads: a rescoring of a million customers writes a million.

The id of its own and its index, two dates beside `taken_at`, and a look at the scorecard for every
row (versions are retired, never deleted) were a third of the cost of a snapshot.
"""

from piccolo_migrations.raw import manager

ID = "2026-11-22T17:15:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "lean snapshots"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "ALTER TABLE identity_snapshots "
            "DROP CONSTRAINT IF EXISTS identity_snapshots_scorecard_id_fkey",
            *[
                f"ALTER TABLE identity_snapshots DROP COLUMN IF EXISTS {column}"
                for column in ("id", "created_at", "updated_at")
            ],
        ],
    )
