"""Scores follow data, also over a crash: who is due; and identify calls that arrive late."""

from piccolo_migrations.raw import manager
from piccolo_migrations.versions.pulse_2026_11_22t1300_foundation import COLUMNS

ID = "2026-11-22T13:30:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "scores follow data"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "ALTER TABLE customers ADD COLUMN IF NOT EXISTS identified_at timestamptz",
            f"""
CREATE TABLE IF NOT EXISTS scores_due ({COLUMNS}
    customer_id uuid NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (business_id, customer_id)
)""",
            "SELECT pulse_tenant_table('scores_due')",
        ],
    )
