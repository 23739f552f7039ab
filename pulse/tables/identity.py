"""Metrics, scorecards, snapshots and milestones."""

from piccolo.columns import JSONB, UUID, Array, Date, DoublePrecision, Integer, Text, Timestamptz
from piccolo.table import Table


class Metric(Table, tablename="metrics"):
    """One metric of the catalogue (pulse.identity.metrics.MetricDefinition)."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    key = Text()
    position = Integer()
    definition = JSONB()


class Scorecard(Table, tablename="scorecards"):
    """One version of the scorecard (pulse.identity.scorecard.Scorecard)."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    version = Integer()
    status = Text()
    origin = Text()
    definition = JSONB()
    report = JSONB()
    note = Text()
    published_at = Timestamptz(null=True, default=None)
    published_by = Text()


class IdentitySnapshot(Table, tablename="identity_snapshots"):
    """A dated score; values and points in the order of the scorecard’s metrics.

    One a customer and day: the key is (business_id, customer_id, snapshot_date).
    """

    customer_id = UUID(primary_key=True)  # with the two others; Piccolo knows single keys only
    business_id = UUID(null=False)
    snapshot_date = Date()
    taken_at = Timestamptz()
    identity_strength = DoublePrecision()
    band = Text()
    coverage = DoublePrecision()
    scorecard_id = UUID()
    metric_values = Array(
        base_column=DoublePrecision(), help_text="NULL is not known; categories are level numbers"
    )
    contributions = Array(
        base_column=DoublePrecision(), help_text="points, same order as metric_values"
    )


class CustomerMilestone(Table, tablename="customer_milestones"):
    """A milestone a customer has reached."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    key = Text()
    title = Text()
    text = Text()
    reached_on = Date()
    celebrated_at = Timestamptz(null=True, default=None)


class Study(Table, tablename="studies"):
    """A computation over outcomes (pulse.identity.studies): asked for, run by a job, kept."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    kind = Text(help_text="learn, backtest, churn or clusters")
    status = Text(help_text="waiting → running → done or failed (problem says why)")
    question = JSONB(help_text="what was asked: the rule of the outcome, the version, options")
    asked_by_id = UUID(null=True, default=None)
    asked_by = Text()
    stage = Text()
    done = Integer()
    total = Integer()
    problem = Text()
    report = JSONB()
    scorecard_id = UUID(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)


class LastFigures(Table, tablename="last_figures"):
    """Figures of a large book as a scan found them last, for the process that comes next."""

    business_id = UUID(null=False)
    key = Text(primary_key=True, help_text="unique in a business")
    figures = JSONB()
    taken_at = Timestamptz()
