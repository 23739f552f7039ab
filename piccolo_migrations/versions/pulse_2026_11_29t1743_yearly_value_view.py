"""The value a year in the view of scored customers."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-29T17:43:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "value a year in the view of scored customers"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("scored_customers")])
