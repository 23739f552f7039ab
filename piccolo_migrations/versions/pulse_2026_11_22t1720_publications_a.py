"""Publications of scorecards are found among all audit entries: each trend marks them."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T17:20:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "publications are found quickly"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "CREATE INDEX IF NOT EXISTS audit_publications ON audit_entries "
            "(business_id, created_at) WHERE action = 'scorecard.published'",
        ],
    )
