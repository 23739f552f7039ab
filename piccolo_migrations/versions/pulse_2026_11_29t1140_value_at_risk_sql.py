"""The index of the order by value at risk."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-29T11:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "index of value at risk"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("value_at_risk")])
