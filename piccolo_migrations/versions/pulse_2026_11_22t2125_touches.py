"""The next touch: when staff mean to be in contact with a customer, and what for; one at a time."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T21:25:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "touches"


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            """
CREATE TABLE IF NOT EXISTS customer_touches (
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    due_on date NOT NULL,
    purpose text NOT NULL DEFAULT '',
    staff_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (business_id, customer_id),
    FOREIGN KEY (business_id, customer_id) REFERENCES customers (business_id, id) ON DELETE CASCADE
)""",
            "CREATE INDEX IF NOT EXISTS customer_touches_due "
            "ON customer_touches (business_id, due_on)",
            "SELECT pulse_tenant_table('customer_touches')",
        ],
    )
