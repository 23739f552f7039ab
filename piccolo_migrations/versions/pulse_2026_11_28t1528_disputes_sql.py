"""Policies and indexes of customer_disputes and customer_views."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T15:28:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "policies and indexes of disputes and page views"


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", sql_file("disputes")])
