"""What the churn model says of customers."""

from piccolo.columns import UUID, Array, DoublePrecision, Text, Timestamptz
from piccolo.table import Table


class ChurnOpinion(Table, tablename="churn_opinions"):
    """One customer in the newest churn study (pulse.churn.opinions)."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    base = DoublePrecision(help_text="the chance of leaving (0–1) that the parts start from")
    leaving = DoublePrecision(help_text="0–1: base + the sum of the parts")
    strength = DoublePrecision(null=True, default=None, help_text="identity strength at that time")
    strength_rank = DoublePrecision(null=True, default=None, help_text="0–1, the weakest first")
    model_rank = DoublePrecision(
        null=True, default=None, help_text="0–1, the likeliest to leave first"
    )
    parts = Array(base_column=DoublePrecision(), help_text="in the order of the report’s metrics")
    metric_values = Text(
        help_text="JSON (COPY knows no jsonb): numbers, levels or null, in the order of parts"
    )
