"""What the churn model says of each customer, beside identity strength: the newest study's."""

from piccolo_migrations.raw import manager
from piccolo_migrations.versions.pulse_2026_11_22t1300_foundation import COLUMNS, OF_CUSTOMER

ID = "2026-11-22T17:05:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "churn opinions"

STATEMENTS = [
    "SET lock_timeout = '5s'",
    f"""
CREATE TABLE IF NOT EXISTS churn_opinions ({COLUMNS}{OF_CUSTOMER}
    base double precision NOT NULL,
    leaving double precision NOT NULL CHECK (leaving BETWEEN 0 AND 1),
    strength double precision,
    strength_rank double precision,
    model_rank double precision,
    parts double precision[] NOT NULL,
    metric_values text NOT NULL,
    UNIQUE (business_id, customer_id)
)""",
    """CREATE INDEX IF NOT EXISTS churn_opinions_rank
    ON churn_opinions (business_id, model_rank)""",
    "SELECT pulse_tenant_table('churn_opinions')",
]


async def forwards():
    return manager(ID, DESCRIPTION, STATEMENTS)
