"""What customers declared about themselves."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class CustomerContext(Table, tablename="customer_contexts"):
    """A state the customer declared, until it expires or is taken back."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    context_type = Text()
    note = Text(null=True, default=None)
    shared_at = Timestamptz()
    expires_at = Timestamptz()
    withdrawn_at = Timestamptz(null=True, default=None)
    client_key = Text(null=True, default=None)
