"""Metrics and scorecards, which define how a score is computed."""

from piccolo.columns import JSONB, Integer, Text, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.choices import ScorecardOrigin, ScorecardStatus
from pulse.tables.columns import PrimaryKey, one_of
from pulse.tables.tenant import TenantRow


class Metric(TenantRow, Table, tablename="metrics"):
    """One metric of the catalogue."""

    key = Text(default=None)
    position = Integer(default=None)
    definition = JSONB(default=None)

    metrics_pkey = PrimaryKey(["business_id", "id"])
    metrics_business_id_key_key = Unique(["business_id", "key"])


class Scorecard(TenantRow, Table, tablename="scorecards"):
    """One version of the scorecard."""

    version = Integer(default=None)
    status = Text(default=None, choices=ScorecardStatus)
    origin = Text(default=None, choices=ScorecardOrigin)
    definition = JSONB(default=None)
    report = JSONB(default="{}")
    note = Text(default="")
    published_at = Timestamptz(null=True, default=None)
    published_by = Text(default="")

    scorecards_pkey = PrimaryKey(["business_id", "id"])
    scorecards_business_id_version_key = Unique(["business_id", "version"])
    scorecards_origin_check = Check(one_of("origin", ScorecardOrigin))
    scorecards_status_check = Check(one_of("status", ScorecardStatus))
