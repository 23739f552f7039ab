"""Limits on password attempts: guessing is slow, and a stranger cannot lock out a colleague.

Attempts are counted per account and address, so a guessing stranger only slows down themselves.
Attempts on one account from all addresses are counted too; a browser that has signed in to the
account before is exempt from that limit. With REDIS_URL all processes count together.
"""

import hmac
import secrets
from hashlib import sha256
from uuid import UUID

from pulse import settings
from pulse.auth.rate_limit import SharedLimiter

DEVICE_COOKIE = "pulse_device"
DEVICE_SECONDS = 180 * 24 * 3600
WINDOW_SECONDS = 900


def _count(name: str, most: int) -> SharedLimiter:
    """At most `most` attempts of one key in WINDOW_SECONDS, over all processes."""
    return SharedLimiter(f"sign-in:{name}", most, most / WINDOW_SECONDS, what="sign-ins")


PAIR = _count("account-address", 10)
ADDRESS = _count("address", 50)
ACCOUNT = _count("account", 100)
DEVICE = _count("account-device", 10)
CODE = _count("code", 10)
INVITATION = _count("invitation", 30)


async def allow(email: str, address: str, device: str = "") -> None:
    """Count one attempt; raises TooMany with the seconds to wait."""
    if is_known_device(email, device):
        await DEVICE.take(f"{email} {device}")
        return
    await PAIR.take(f"{email} {address}")
    await ADDRESS.take(address)
    await ACCOUNT.take(email)


async def allow_code(staff_id: UUID) -> None:
    """Count one code or passkey after a correct password; raises TooMany after ten."""
    await CODE.take(str(staff_id))


async def allow_invitation(address: str) -> None:
    """Count one use of an invitation's form from this address; raises TooMany after thirty."""
    await INVITATION.take(address)


def device_cookie(email: str) -> str:
    """The cookie that a browser keeps after signing in, to be recognised by this account."""
    mark = secrets.token_urlsafe(16)
    return f"{mark}.{_signature(email, mark)}"


def is_known_device(email: str, device: str) -> bool:
    """Whether this cookie was issued after a sign-in to this account."""
    mark, _, signature = device.partition(".")
    expected = _signature(email, mark)
    return bool(mark) and hmac.compare_digest(signature.encode(), expected.encode())


def _signature(email: str, mark: str) -> str:
    key = sha256(b"pulse known devices v1 " + settings.current().secret.encode()).digest()
    return hmac.new(key, f"{email.strip().lower()} {mark}".encode(), sha256).hexdigest()
