"""What customers did, dated."""

from piccolo.columns import JSONB, DoublePrecision, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey, References, TenantForeignKey
from pulse.tables.customer import Customer
from pulse.tables.tenant import TenantRow


class Event(TenantRow, Table, tablename="events"):
    """One dated thing a customer did; message_id makes it exactly-once."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    kind = Text(default=None)
    occurred_at = Timestamptz(default=None)
    amount = DoublePrecision(null=True, default=None)
    properties = JSONB(default="{}")
    message_id = Text(default=None)

    events_pkey = PrimaryKey(["business_id", "id"])
    events_business_id_message_id_key = Unique(["business_id", "message_id"])
    events_customer_id_fkey = References("customer_id", "customers")
