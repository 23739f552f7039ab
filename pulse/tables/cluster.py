"""Discovered clusters."""

from piccolo.columns import Text
from piccolo.constraints import Unique
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey, References, TenantForeignKey
from pulse.tables.customer import Customer
from pulse.tables.tenant import TenantRow


class CustomerCluster(TenantRow, Table, tablename="customer_clusters"):
    """The cluster a customer is in since the last finding."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    name = Text(default=None)
    before = Text(default="", help_text="the cluster of the finding before; empty: none yet")

    customer_clusters_pkey = PrimaryKey(["business_id", "id"])
    customer_clusters_business_id_customer_id_key = Unique(["business_id", "customer_id"])
    customer_clusters_customer_id_fkey = References("customer_id", "customers")
