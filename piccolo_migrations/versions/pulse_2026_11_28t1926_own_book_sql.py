"""Policies of the role pulse_book: some owners' customers only."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T19:26:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "policies of own book"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("own_book")])
