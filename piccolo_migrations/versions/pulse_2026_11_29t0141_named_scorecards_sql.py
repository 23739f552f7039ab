"""Policies and indexes of named_scorecards; one published version of each scorecard."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-29T01:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "policies and indexes of named scorecards"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("named_scorecards")])
