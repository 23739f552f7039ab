"""The lifecycle in the view of scored customers and in the hottest read."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T15:19:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "lifecycle in views and functions"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            sql_file("scored_customers"),
            sql_file("views"),
            sql_file("functions"),
        ],
    )
