"""Dated scores, milestones, and stored figures over all customers."""

from piccolo.columns import JSONB, Array, Date, DoublePrecision, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey, References, TenantForeignKey, TenantTextKey
from pulse.tables.customer import Customer
from pulse.tables.scorecard import Scorecard
from pulse.tables.tenant import TenantRow, to_business, to_business_unchecked


class IdentitySnapshot(Table, tablename="identity_snapshots"):
    """A dated score, one per customer and day; arrays in the order of the scorecard's metrics."""

    business_id = to_business_unchecked()
    customer_id = TenantForeignKey(
        references=Customer,
        null=False,
        primary_key=True,
        help_text="not checked: a million rows are inserted at once; erasure deletes by customer",
    )
    snapshot_date = Date(default=None)
    taken_at = Timestamptz(default=None)
    identity_strength = DoublePrecision(default=None)
    band = Text(null=True, default=None, help_text="none for lapsed and left customers")
    coverage = DoublePrecision(default=None)
    scorecard_id = TenantForeignKey(
        references=Scorecard, null=False, help_text="not checked: versions are never deleted"
    )
    metric_values = Array(
        base_column=DoublePrecision(),
        default=None,
        help_text="NULL is not known; categories are level numbers",
    )
    contributions = Array(
        base_column=DoublePrecision(),
        default=None,
        help_text="points, same order as metric_values",
    )

    identity_snapshots_pkey = PrimaryKey(["business_id", "customer_id", "snapshot_date"])


class CustomerMilestone(TenantRow, Table, tablename="customer_milestones"):
    """A milestone that a customer has reached."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    key = Text(default=None)
    title = Text(default=None)
    text = Text(default="")
    reached_on = Date(default=None)
    celebrated_at = Timestamptz(null=True, default=None)

    customer_milestones_pkey = PrimaryKey(["business_id", "id"])
    customer_milestones_business_id_customer_id_key_key = Unique(
        ["business_id", "customer_id", "key"]
    )
    customer_milestones_customer_id_fkey = References("customer_id", "customers")


class LastFigures(Table, tablename="last_figures"):
    """The latest figures over many customers, stored for the next process."""

    business_id = to_business()
    key = TenantTextKey(default=None, primary_key=True, help_text="unique in a business")
    figures = JSONB(default=None)
    taken_at = Timestamptz(default=None)

    last_figures_pkey = PrimaryKey(["business_id", "key"])
