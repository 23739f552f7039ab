"""Limits on password attempts: guessing is slow, and nobody can lock a colleague out.

Attempts are counted for an account *and* an address, so a stranger who guesses slows down only
themselves. Attempts on one account from everywhere are counted too, against guessing from many
addresses; a browser that has signed in to the account before passes that count. With REDIS_URL all
processes count together.
"""

import hmac
import secrets
from hashlib import sha256
from uuid import UUID

import msgspec

from pulse import logs, settings
from pulse.auth.rate_limit import Limiter
from pulse.errors import TooMany

DEVICE_COOKIE = "pulse_device"
DEVICE_SECONDS = 180 * 24 * 3600
WINDOW_SECONDS = 900


class _Count(msgspec.Struct, frozen=True):
    """At most `most` attempts of one key in WINDOW_SECONDS."""

    name: str
    most: int
    local: Limiter


def _count(name: str, most: int) -> _Count:
    return _Count(name, most, Limiter(most, most / WINDOW_SECONDS, what="sign-ins"))


PAIR = _count("account-address", 10)
ADDRESS = _count("address", 50)
ACCOUNT = _count("account", 100)
DEVICE = _count("account-device", 10)
CODE = _count("code", 10)


async def allow(email: str, address: str, device: str = "") -> None:
    """Count one attempt; TooMany with the seconds to wait when there were too many."""
    if is_known_device(email, device):
        await _take(DEVICE, f"{email} {device}")
        return
    await _take(PAIR, f"{email} {address}")
    await _take(ADDRESS, address)
    await _take(ACCOUNT, email)


async def allow_code(staff_id: UUID) -> None:
    """Count one code or passkey of somebody whose password was right; TooMany after ten."""
    await _take(CODE, str(staff_id))


def device_cookie(email: str) -> str:
    """What a browser keeps after signing in, to be known when this account signs in again."""
    mark = secrets.token_urlsafe(16)
    return f"{mark}.{_signature(email, mark)}"


def is_known_device(email: str, device: str) -> bool:
    """Whether this cookie was given to somebody who signed in to this account."""
    mark, _, signature = device.partition(".")
    expected = _signature(email, mark)
    return bool(mark) and hmac.compare_digest(signature.encode(), expected.encode())


def _signature(email: str, mark: str) -> str:
    key = sha256(b"pulse known devices v1 " + settings.current().secret.encode()).digest()
    return hmac.new(key, f"{email.strip().lower()} {mark}".encode(), sha256).hexdigest()


async def _take(count: _Count, key: str) -> None:
    count.local.take(key)
    url = settings.current().redis_url
    if not url:
        return
    from redis import asyncio as redis
    from redis.exceptions import RedisError

    name = f"pulse:attempts:{count.name}:{sha256(key.encode()).hexdigest()}"
    try:
        async with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            tried = int(await client.incr(name))
            if tried == 1:
                await client.expire(name, WINDOW_SECONDS)
            wait = await client.ttl(name) if tried > count.most else 0
    except (RedisError, OSError) as away:
        logs.event("sign_in_counts_local", level="warning", error=type(away).__name__)
        return
    if tried > count.most:
        raise TooMany("Too many sign-ins: slow down.", retry_after=float(max(1, wait)))
