"""Studies of several scorecards may run beside each other; one of a kind for each."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-29T10:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one study at a time for each scorecard"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("studies_per_scorecard")])
