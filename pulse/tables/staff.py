"""The people of a business who use the dashboard, and their sessions."""

from piccolo.columns import JSONB, UUID, Boolean, Text, Timestamptz
from piccolo.table import Table


class Staff(Table, tablename="staff"):
    """A CSM, manager, admin or viewer."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    email = Text()
    name = Text()
    role = Text()
    password_hash = Text()
    is_active = Boolean()
    last_seen_at = Timestamptz(null=True, default=None)
    preferences = JSONB()


class StaffSession(Table, tablename="staff_sessions"):
    """A signed-in browser; only the hash of its cookie is kept."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    staff_id = UUID()
    token_hash = Text()
    expires_at = Timestamptz()
    last_seen_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
