"""Metrics and scorecards, which define how a score is computed."""

from piccolo.columns import JSONB, Integer, Text, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.choices import ScorecardOrigin, ScorecardStatus
from pulse.tables.columns import PrimaryKey, References, TenantForeignKey, one_of
from pulse.tables.tenant import TenantRow


class Metric(TenantRow, Table, tablename="metrics"):
    """One metric of the catalogue."""

    key = Text(default=None)
    position = Integer(default=None)
    definition = JSONB(default=None)

    metrics_pkey = PrimaryKey(["business_id", "id"])
    metrics_business_id_key_key = Unique(["business_id", "key"])


class NamedScorecard(TenantRow, Table, tablename="named_scorecards"):
    """A scorecard beside the default one, for the customers of a condition."""

    name = Text(default=None)
    condition = Text(default=None, help_text="as pulse.customers.conditions writes it")
    position = Integer(default=None, help_text="the first whose condition is met scores a customer")
    removed_at = Timestamptz(null=True, default=None, help_text="its versions stay, for histories")

    named_scorecards_pkey = PrimaryKey(["business_id", "id"])


class Scorecard(TenantRow, Table, tablename="scorecards"):
    """One version of a scorecard; versions are numbered through the business."""

    named_scorecard_id = TenantForeignKey(
        references=NamedScorecard, null=True, default=None, help_text="none: the default scorecard"
    )

    version = Integer(default=None)
    status = Text(default=None, choices=ScorecardStatus)
    origin = Text(default=None, choices=ScorecardOrigin)
    definition = JSONB(default=None)
    report = JSONB(default="{}")
    note = Text(default="")
    published_at = Timestamptz(null=True, default=None)
    published_by = Text(default="")

    scorecards_pkey = PrimaryKey(["business_id", "id"])
    scorecards_named_scorecard_id_fkey = References("named_scorecard_id", "named_scorecards")
    scorecards_business_id_version_key = Unique(["business_id", "version"])
    scorecards_origin_check = Check(one_of("origin", ScorecardOrigin))
    scorecards_status_check = Check(one_of("status", ScorecardStatus))
