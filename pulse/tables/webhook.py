"""Webhook endpoints and deliveries."""

from piccolo.columns import JSONB, Array, Integer, Text, Timestamptz
from piccolo.columns.reference import LazyTableReference
from piccolo.constraints import Check
from piccolo.table import Table

from pulse.tables.choices import DeliveryStatus, EndpointStatus
from pulse.tables.columns import PrimaryKey, References, TenantForeignKey, one_of
from pulse.tables.tenant import TenantRow


class WebhookEndpoint(TenantRow, Table, tablename="webhook_endpoints"):
    """A URL of the business, the kinds of events it receives, and the secret that signs them."""

    url = Text(default=None)
    description = Text(default="")
    event_kinds = Array(base_column=Text(), default=None)
    secret_sealed = Text(default=None, help_text="sealed by PULSE_SECRET (Fernet)")
    old_secret_sealed = Text(null=True, default=None, help_text="also signs until it expires")
    old_secret_until = Timestamptz(null=True, default=None)
    status = Text(
        default="active",
        choices=EndpointStatus,
        help_text="active, paused by a person, disabled after failures",
    )
    failing_since = Timestamptz(null=True, default=None)
    disabled_reason = Text(default="")

    webhook_endpoints_pkey = PrimaryKey(["business_id", "id"])
    webhook_endpoints_status_check = Check(one_of("status", EndpointStatus))


class WebhookDelivery(TenantRow, Table, tablename="webhook_deliveries"):
    """One event for one endpoint, and the status of its delivery."""

    endpoint_id = TenantForeignKey(references=WebhookEndpoint, null=False)
    event_kind = Text(default=None)
    payload = JSONB(default=None)
    status = Text(
        default="waiting",
        choices=DeliveryStatus,
        help_text="waiting, delivered, failed (will be retried), given_up",
    )
    attempts = Integer(default=0)
    last_code = Integer(null=True, default=None)
    last_problem = Text(default="")
    answer = Text(default="", help_text="the first 500 characters of the last answer")
    next_attempt_at = Timestamptz(null=True, default=None)
    delivered_at = Timestamptz(null=True, default=None)
    replay_of = TenantForeignKey(
        references=LazyTableReference("WebhookDelivery", module_path="pulse.tables.webhook"),
        null=True,
        help_text="the delivery that this one repeats; not checked",
    )

    webhook_deliveries_pkey = PrimaryKey(["business_id", "id"])
    webhook_deliveries_endpoint_id_fkey = References("endpoint_id", "webhook_endpoints")
    webhook_deliveries_status_check = Check(one_of("status", DeliveryStatus))
