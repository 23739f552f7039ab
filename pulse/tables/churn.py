"""What the churn model says of customers."""

from piccolo.columns import Array, DoublePrecision, Text
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey, References, TenantForeignKey
from pulse.tables.customer import Customer
from pulse.tables.tenant import TenantRow


class ChurnOpinion(TenantRow, Table, tablename="churn_opinions"):
    """One customer in the newest churn study."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    base = DoublePrecision(
        default=None, help_text="the chance of leaving (0–1) that the parts start from"
    )
    leaving = DoublePrecision(default=None, help_text="0–1: base + the sum of the parts")
    strength = DoublePrecision(null=True, default=None, help_text="identity strength at that time")
    strength_rank = DoublePrecision(null=True, default=None, help_text="0–1, the weakest first")
    model_rank = DoublePrecision(
        null=True, default=None, help_text="0–1, the likeliest to leave first"
    )
    parts = Array(
        base_column=DoublePrecision(),
        default=None,
        help_text="in the order of the report’s metrics",
    )
    metric_values = Text(
        default=None,
        help_text="JSON (COPY knows no jsonb): numbers, levels or null, in the order of parts",
    )

    churn_opinions_pkey = PrimaryKey(["business_id", "id"])
    churn_opinions_business_id_customer_id_key = Unique(["business_id", "customer_id"])
    churn_opinions_customer_id_fkey = References("customer_id", "customers")
    churn_opinions_leaving_check = Check("leaving BETWEEN 0 AND 1")
