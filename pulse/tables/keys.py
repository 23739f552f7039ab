"""Keys of a business: signing keys for customer tokens, and API keys."""

from piccolo.columns import Array, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from pulse.tables.columns import PrimaryKey
from pulse.tables.tenant import TenantRow


class BusinessSecret(TenantRow, Table, tablename="business_secrets"):
    """A key that signs or verifies customer tokens; its kid is also in the directory."""

    kid = Text(default=None)
    algorithm = Text(default="HS256")
    secret_sealed = Text(null=True, default=None, help_text="sealed by PULSE_SECRET (Fernet)")
    public_key = Text(null=True, default=None, help_text="PEM")
    retired_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)

    business_secrets_pkey = PrimaryKey(["business_id", "id"])
    business_secrets_business_id_kid_key = Unique(["business_id", "kid"])


class ApiKey(TenantRow, Table, tablename="api_keys"):
    """An API key of the business; only its hash is stored, also in the directory."""

    name = Text(default=None)
    prefix = Text(default=None, help_text="the first 8 characters, to identify the key")
    key_hash = Text(default=None, help_text="SHA-256, hexadecimal")
    scopes = Array(base_column=Text(), default=list)
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)

    api_keys_pkey = PrimaryKey(["business_id", "id"])
    api_keys_business_id_key_hash_key = Unique(["business_id", "key_hash"])
