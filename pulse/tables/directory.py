"""What must be unique over all businesses, and which business it belongs to."""

from piccolo.columns import UUID, Text
from piccolo.table import Table

from pulse.tables.choices import DirectoryKind
from pulse.tables.columns import PrimaryKey, TenantTextKey
from pulse.tables.tenant import to_business


class DirectoryEntry(Table, tablename="directory_entries"):
    """A sign-in e-mail, session, API key or signing key: whose it is.

    A tenant table can promise uniqueness inside a business only, since its rows may be spread over
    several servers by business_id. This table stays in one place and is small. Triggers on the
    tables it points to keep it (directory.sql).
    """

    kind = Text(default=None, choices=DirectoryKind)
    key = TenantTextKey(
        default=None, primary_key=True, help_text="e-mail in small letters, kid, or a token's hash"
    )
    business_id = to_business()
    row_id = UUID(default=None, help_text="id of the row of the tenant table")

    directory_entries_pkey = PrimaryKey(["kind", "key"])
