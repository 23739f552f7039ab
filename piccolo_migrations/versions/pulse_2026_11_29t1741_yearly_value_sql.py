"""The trigger and the index of the value a year."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-29T17:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "trigger and index of the value a year"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("yearly_value")])
