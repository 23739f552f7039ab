"""Businesses, their token secrets and API keys."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Text, Timestamptz
from piccolo.table import Table


class Business(Table, tablename="businesses"):
    """A tenant; its slug is its public id."""

    id = UUID(primary_key=True)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    slug = Text()
    name = Text()
    currency = Text()
    locale = Text()
    time_zone = Text()
    is_demo = Boolean()
    settings = JSONB()
    allowed_origins = Array(base_column=Text())


class BusinessSecret(Table, tablename="business_secrets"):
    """One key that signs or verifies customer tokens, found by its kid."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    kid = Text()
    algorithm = Text()
    secret_sealed = Text(null=True, default=None, help_text="sealed by PULSE_SECRET (Fernet)")
    public_key = Text(null=True, default=None)
    retired_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)


class ApiKey(Table, tablename="api_keys"):
    """A key of a program of the business; only its hash is kept."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    name = Text()
    prefix = Text()
    key_hash = Text()
    scopes = Array(base_column=Text())
    last_used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
