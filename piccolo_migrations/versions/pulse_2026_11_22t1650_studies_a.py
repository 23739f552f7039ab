"""Studies: what is computed over outcomes (a scorecard learned, a back-test), and its report."""

from piccolo_migrations.raw import manager
from piccolo_migrations.versions.pulse_2026_11_22t1300_foundation import COLUMNS

ID = "2026-11-22T16:50:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "studies"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            f"""
CREATE TABLE IF NOT EXISTS studies ({COLUMNS}
    kind text NOT NULL,
    status text NOT NULL DEFAULT 'waiting',
    question jsonb NOT NULL DEFAULT '{{}}',
    asked_by_id uuid,
    asked_by text NOT NULL DEFAULT '',
    stage text NOT NULL DEFAULT '',
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0,
    problem text NOT NULL DEFAULT '',
    report jsonb NOT NULL DEFAULT '{{}}',
    scorecard_id uuid,
    finished_at timestamptz
)""",
            "SELECT pulse_tenant_table('studies')",
            "CREATE UNIQUE INDEX IF NOT EXISTS studies_one_at_a_time ON studies "
            "(business_id, kind) WHERE status IN ('waiting', 'running')",
            "CREATE INDEX IF NOT EXISTS studies_newest ON studies (business_id, kind, id DESC)",
        ],
    )
