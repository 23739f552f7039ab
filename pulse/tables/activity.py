"""Contexts and events of customers."""

from piccolo.columns import JSONB, DoublePrecision, Text, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.choices import DeclaredContext
from pulse.tables.columns import PrimaryKey, References, TenantForeignKey, one_of
from pulse.tables.customer import Customer
from pulse.tables.tenant import TenantRow


class CustomerContext(TenantRow, Table, tablename="customer_contexts"):
    """A context declared by the customer, until it expires or is withdrawn."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    context_type = Text(default=None, choices=DeclaredContext)
    note = Text(null=True, default=None, help_text="at most 280 characters")
    shared_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    client_key = Text(
        null=True,
        default=None,
        help_text="the widget's request id; a repeated request adds nothing",
    )

    customer_contexts_pkey = PrimaryKey(["business_id", "id"])
    customer_contexts_business_id_customer_id_client_key_key = Unique(
        ["business_id", "customer_id", "client_key"]
    )
    customer_contexts_customer_id_fkey = References("customer_id", "customers")
    customer_contexts_context_type_check = Check(one_of("context_type", DeclaredContext))
    customer_contexts_note_check = Check("length(note) <= 280")


class Event(TenantRow, Table, tablename="events"):
    """A dated event of a customer; message_id makes it exactly-once."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    kind = Text(default=None)
    occurred_at = Timestamptz(default=None)
    amount = DoublePrecision(null=True, default=None)
    properties = JSONB(default="{}")
    message_id = Text(default=None)

    events_pkey = PrimaryKey(["business_id", "id"])
    events_business_id_message_id_key = Unique(["business_id", "message_id"])
    events_customer_id_fkey = References("customer_id", "customers")
