"""The directory entries of invitations."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-29T11:09:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the directory entries of invitations"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("invitations")])
