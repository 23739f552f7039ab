"""Who changed a card last, and what it was before: for two people on one card, and for undo."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T13:45:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "the life of a card"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            """
ALTER TABLE conversation_cards
    ADD COLUMN IF NOT EXISTS previous jsonb,
    ADD COLUMN IF NOT EXISTS changed_by text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS changed_at timestamptz""",
        ],
    )
