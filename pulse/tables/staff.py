"""The people of a business who use the dashboard, and their sessions."""

from piccolo.columns import JSONB, Boolean, Text, Timestamptz
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.choices import StaffRole
from pulse.tables.columns import PrimaryKey, References, TenantForeignKey, one_of
from pulse.tables.tenant import TenantRow


class Staff(TenantRow, Table, tablename="staff"):
    """A CSM, manager, admin or viewer; the e-mail is unique over all businesses (directory)."""

    email = Text(default=None, help_text="unique without regard to capitals (indexes.sql)")
    name = Text(default=None)
    role = Text(default=None, choices=StaffRole)
    password_hash = Text(default=None, help_text="argon2id")
    is_active = Boolean(default=True)
    last_seen_at = Timestamptz(null=True, default=None)
    preferences = JSONB(default="{}")

    staff_pkey = PrimaryKey(["business_id", "id"])
    staff_role_check = Check(one_of("role", StaffRole))


class StaffSession(TenantRow, Table, tablename="staff_sessions"):
    """A signed-in browser; only the hash of its cookie is stored, in the directory too."""

    staff_id = TenantForeignKey(references=Staff, null=False)
    token_hash = Text(default=None, help_text="SHA-256, hexadecimal")
    expires_at = Timestamptz(default=None)
    last_seen_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)

    staff_sessions_pkey = PrimaryKey(["business_id", "id"])
    staff_sessions_business_id_token_hash_key = Unique(["business_id", "token_hash"])
    staff_sessions_staff_id_fkey = References("staff_id", "staff")
