"""Discovered clusters."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class CustomerCluster(Table, tablename="customer_clusters"):
    """The cluster a customer is in since the last finding (pulse.identity.clustering)."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    name = Text()
    before = Text(help_text="where they were at the finding before; empty: not there yet")
