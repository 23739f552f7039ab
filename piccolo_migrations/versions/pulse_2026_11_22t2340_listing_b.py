"""Who lost much in seven days is known with their band from the index alone.

As a list narrowed by both, or by a segment and both, had a million scores' rows read for it.
"""

from piccolo_migrations.raw import manager

ID = "2026-11-22T23:40:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "changes with their band"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "DROP INDEX IF EXISTS customer_scores_change_7d",
            "CREATE INDEX IF NOT EXISTS customer_scores_change_7d "
            "ON customer_scores (business_id, change_7d, customer_id) INCLUDE (band) "
            "WHERE change_7d IS NOT NULL",
        ],
    )
