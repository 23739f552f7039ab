"""Indexes for the list of customers: the orders and filters that bench/dashboard found slow."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T14:50:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "indexes for the list"

INDEXES = [
    """CREATE INDEX IF NOT EXISTS customers_renewal ON customers (business_id, renewal_on, id)
    WHERE renewal_on IS NOT NULL""",
    """CREATE INDEX IF NOT EXISTS customers_segment
    ON customers (business_id, segment, identity_strength, id)""",
]


async def forwards():
    return manager(ID, DESCRIPTION, ["SET lock_timeout = '5s'", *INDEXES])
