"""Which discovered cluster each customer is in, and which one they were in before."""

from piccolo_migrations.raw import manager
from piccolo_migrations.versions.pulse_2026_11_22t1300_foundation import COLUMNS, OF_CUSTOMER

ID = "2026-11-22T17:27:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "clusters"

STATEMENTS = [
    "SET lock_timeout = '5s'",
    f"""
CREATE TABLE IF NOT EXISTS customer_clusters ({COLUMNS}{OF_CUSTOMER}
    name text NOT NULL,
    before text NOT NULL DEFAULT '',
    UNIQUE (business_id, customer_id)
)""",
    """CREATE INDEX IF NOT EXISTS customer_clusters_name
    ON customer_clusters (business_id, name, customer_id)""",
    "SELECT pulse_tenant_table('customer_clusters')",
]


async def forwards():
    return manager(ID, DESCRIPTION, STATEMENTS)
