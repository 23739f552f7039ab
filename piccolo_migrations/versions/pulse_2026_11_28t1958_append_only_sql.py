"""The audit log is append-only for the application's role."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T19:58:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "append-only audit log"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("append_only")])
