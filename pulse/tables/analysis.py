"""Studies and their results: churn predictions and clusters."""

from piccolo.columns import JSONB, Array, DoublePrecision, Integer, Text, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey, References, TenantForeignKey
from pulse.tables.customer import Customer
from pulse.tables.scorecard import Scorecard
from pulse.tables.staff import Staff
from pulse.tables.tenant import TenantRow


class ChurnOpinion(TenantRow, Table, tablename="churn_opinions"):
    """The prediction for one customer in the latest churn study."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    base = DoublePrecision(
        default=None, help_text="the chance of leaving (0–1) to which the parts are added"
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


class Study(TenantRow, Table, tablename="studies"):
    """A computation over outcomes: requested by a person, run by a job, stored with its report."""

    kind = Text(default=None, help_text="learn, backtest, churn or clusters")
    status = Text(
        default="waiting", help_text="waiting → running → done or failed (problem says why)"
    )
    question = JSONB(default="{}", help_text="the request: rule of the outcome, version, options")
    asked_by_id = TenantForeignKey(references=Staff, null=True, help_text="not checked")
    asked_by = Text(default="")
    stage = Text(default="")
    done = Integer(default=0)
    total = Integer(default=0)
    problem = Text(default="")
    report = JSONB(default="{}")
    scorecard_id = TenantForeignKey(
        references=Scorecard, null=True, help_text="the version it made; not checked"
    )
    finished_at = Timestamptz(null=True, default=None)

    studies_pkey = PrimaryKey(["business_id", "id"])


class CustomerCluster(TenantRow, Table, tablename="customer_clusters"):
    """The cluster of a customer in the latest clustering."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    name = Text(default=None)
    before = Text(default="", help_text="the cluster in the previous clustering; empty: none")

    customer_clusters_pkey = PrimaryKey(["business_id", "id"])
    customer_clusters_business_id_customer_id_key = Unique(["business_id", "customer_id"])
    customer_clusters_customer_id_fkey = References("customer_id", "customers")
