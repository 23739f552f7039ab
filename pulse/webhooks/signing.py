"""Signatures of the Standard Webhooks specification: HMAC-SHA256 over id, time and body.

While a secret is being rotated, both secrets sign, and the receiver may verify with either.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """A new secret: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(
    current_secrets: Sequence[str], message_id: str, moment: datetime, body: str
) -> dict[str, str]:
    """The three headers of a signed message; moment: when this attempt is sent (UTC)."""
    sent = datetime.fromtimestamp(int(moment.timestamp()), UTC)
    signatures = [Webhook(secret).sign(message_id, sent, body) for secret in current_secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
