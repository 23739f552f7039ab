"""What Piccolo cannot express about the tables of the baseline, and PgQueuer's own tables."""

from piccolo_migrations.raw import manager, sql_file
from pulse.jobs import schema

ID = "2026-11-28T15:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "policies, indexes, views, functions, triggers, the directory, jobs"
FILES = (
    *("storage", "indexes", "scored_customers", "views", "functions", "triggers", "directory"),
    "policies",
)


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        ["SET lock_timeout = '5s'", *[sql_file(name) for name in FILES], *schema.statements()],
    )
