"""Former values of a bulk change, so that whoever made it can take it back for a while."""

from piccolo_migrations.raw import manager

ID = "2026-11-23T00:22:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "undo of bulk changes"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            """
CREATE TABLE IF NOT EXISTS former_values (
    business_id uuid NOT NULL REFERENCES businesses (id) ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    change_id uuid NOT NULL,
    what text NOT NULL,
    value text,
    former text,
    customers uuid[] NOT NULL,
    staff_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (business_id, id)
)""",
            "CREATE INDEX IF NOT EXISTS former_values_change "
            "ON former_values (business_id, change_id)",
            "SELECT pulse_tenant_table('former_values')",
        ],
    )
