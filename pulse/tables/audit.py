"""Who changed what."""

from piccolo.columns import JSONB, UUID, Text, Timestamptz
from piccolo.table import Table


class AuditEntry(Table, tablename="audit_entries"):
    """Who changed what, with before and after."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    actor = JSONB()
    action = Text()
    subject = Text()
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    reason = Text()
