"""Keys that must be unique over all businesses, and the business of each."""

from piccolo.columns import UUID, Text
from piccolo.table import Table

from pulse.tables.choices import DirectoryKind
from pulse.tables.columns import PrimaryKey, TenantTextKey
from pulse.tables.tenant import to_business


class DirectoryEntry(Table, tablename="directory_entries"):
    """A sign-in e-mail, session, invitation, API key or signing key, and its business.

    A tenant table can enforce uniqueness only inside a business, because its rows may be
    distributed over several servers by business_id. This table is small and stays in one place.
    Triggers on the referenced tables maintain it (directory.sql).
    """

    kind = Text(default=None, choices=DirectoryKind)
    key = TenantTextKey(
        default=None, primary_key=True, help_text="e-mail in lower case, kid, or a token's hash"
    )
    business_id = to_business()
    row_id = UUID(default=None, help_text="id of the row of the tenant table")

    directory_entries_pkey = PrimaryKey(["kind", "key"])
