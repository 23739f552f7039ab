"""The index of the order by value at risk within a band."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-29T14:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "index of value at risk by band"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("value_at_risk")])
