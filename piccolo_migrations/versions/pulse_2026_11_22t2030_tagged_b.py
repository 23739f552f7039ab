"""Who bears a tag is found without reading everybody: few customers do.

PostgreSQL does not look tags up in an index under row-level security (see search_e), but it does
keep to the customers who have any: these stand in an index of their own, the others in none.
"""

from piccolo_migrations.raw import manager

ID = "2026-11-22T20:30:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "tagged customers"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "CREATE INDEX IF NOT EXISTS customers_tagged ON customers (business_id, id) "
            "WHERE tags <> '{}'",
        ],
    )
