"""Policies, triggers and indexes of the tables of sign-in."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T18:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "policies, triggers and indexes of the tables of sign-in"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("sign_in")])
