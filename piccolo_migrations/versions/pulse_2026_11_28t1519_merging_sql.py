"""Row-level security and indexes of the tables for merging and for the times of traits."""

from piccolo_migrations.raw import manager, sql_file

ID = "2026-11-28T15:19:30:000001"
VERSION = "1.38.0"
DESCRIPTION = "policies and indexes of customer_merges, customer_aliases, customer_trait_times"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "SELECT pulse_tenant_table(name) FROM unnest(ARRAY["
            "'customer_merges', 'customer_aliases', 'customer_trait_times']) AS fresh (name)",
            sql_file("indexes"),
            "CREATE INDEX IF NOT EXISTS customer_aliases_of_customer "
            "ON customer_aliases (business_id, customer_id)",
            "CREATE INDEX IF NOT EXISTS customer_merges_of_customer "
            "ON customer_merges (business_id, customer_id, created_at)",
        ],
    )
