"""Other systems that want to hear of changes, and what was sent to them."""

from piccolo.columns import JSONB, UUID, Array, Integer, Text, Timestamptz
from piccolo.table import Table


class WebhookEndpoint(Table, tablename="webhook_endpoints"):
    """An address of the business, the kinds of events it wants, the secret that signs them."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    url = Text()
    description = Text()
    event_kinds = Array(base_column=Text())
    secret_sealed = Text(help_text="sealed by PULSE_SECRET (Fernet)")
    old_secret_sealed = Text(null=True, default=None, help_text="signs too until it runs out")
    old_secret_until = Timestamptz(null=True, default=None)
    status = Text(help_text="active, paused by a person, disabled by long failure")
    failing_since = Timestamptz(null=True, default=None)
    disabled_reason = Text()


class WebhookDelivery(Table, tablename="webhook_deliveries"):
    """One event for one endpoint, and how its delivery goes."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    endpoint_id = UUID(null=False)
    event_kind = Text()
    payload = JSONB()
    status = Text(help_text="waiting, delivered, failed (will be tried again), given_up")
    attempts = Integer()
    last_code = Integer(null=True, default=None)
    last_problem = Text()
    answer = Text(help_text="the first 500 characters of the last answer")
    next_attempt_at = Timestamptz(null=True, default=None)
    delivered_at = Timestamptz(null=True, default=None)
    replay_of = UUID(null=True, default=None)
