"""The directory knows passkeys: sign_in.sql runs again."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T18:59:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "passkeys in the directory"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("sign_in")])
