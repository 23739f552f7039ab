"""A proposed outcome that a person has declined is not proposed again."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T14:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "declined proposals"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "ALTER TABLE card_proposals ADD COLUMN IF NOT EXISTS declined_at timestamptz",
        ],
    )
