"""What customers did, dated."""

from piccolo.columns import JSONB, UUID, DoublePrecision, Text, Timestamptz
from piccolo.table import Table


class Event(Table, tablename="events"):
    """One dated thing a customer did; message_id makes it exactly-once."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    kind = Text()
    occurred_at = Timestamptz()
    amount = DoublePrecision(null=True, default=None)
    properties = JSONB()
    message_id = Text()
