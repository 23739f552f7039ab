"""The audit log."""

from piccolo.columns import JSONB, Text
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey
from pulse.tables.tenant import TenantRow


class AuditEntry(TenantRow, Table, tablename="audit_entries"):
    """A change: who, what, and the values before and after."""

    actor = JSONB(default=None, help_text="kind, id and name of the actor")
    action = Text(default=None, help_text="noun.verb, e.g. scorecard.published")
    subject = Text(default="")
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    reason = Text(default="")
    address = Text(default="", help_text="the IP address of the actor, if known")

    audit_entries_pkey = PrimaryKey(["business_id", "id"])
