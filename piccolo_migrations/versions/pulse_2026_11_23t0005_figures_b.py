"""The last figures of large books: what a page shows at once after a restart, while it scans."""

from piccolo_migrations.raw import manager

ID = "2026-11-23T00:05:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "last figures"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            """
CREATE TABLE IF NOT EXISTS last_figures (
    business_id uuid NOT NULL REFERENCES businesses (id) ON DELETE CASCADE,
    key text NOT NULL,
    figures jsonb NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (business_id, key)
)""",
            "SELECT pulse_tenant_table('last_figures')",
            # A list read from an index alone must know which rows need not be looked at: that is
            # told by the vacuum, which would wait until a fifth of all scores have changed.
            "ALTER TABLE customer_scores SET (autovacuum_vacuum_scale_factor = 0.05)",
        ],
    )
