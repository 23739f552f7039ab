"""Sessions read the permissions of a business's own roles."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T22:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "custom roles"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("custom_roles")])
