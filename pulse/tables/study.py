"""Computations over outcomes."""

from piccolo.columns import JSONB, Integer, Text, Timestamptz
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey, TenantForeignKey
from pulse.tables.scorecard import Scorecard
from pulse.tables.staff import Staff
from pulse.tables.tenant import TenantRow


class Study(TenantRow, Table, tablename="studies"):
    """A computation over outcomes: asked for by a person, run by a job, kept with its report."""

    kind = Text(default=None, help_text="learn, backtest, churn or clusters")
    status = Text(
        default="waiting", help_text="waiting → running → done or failed (problem says why)"
    )
    question = JSONB(
        default="{}", help_text="what was asked: the rule of the outcome, the version, options"
    )
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
