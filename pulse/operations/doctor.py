"""Check the set-up of an installation. One finding per line; changes nothing."""

import shutil
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

import msgspec

from pulse.db.migrate import check_migrated, facts
from pulse.errors import PulseError
from pulse.settings import Settings

Level = Literal["ok", "warning", "problem"]
MOST_SKEW_SECONDS = 2.0
LATE_SECONDS = 300.0
SHARE_OF_CONNECTIONS = 0.8
FREE_BYTES = 2 << 30
REDIS_SECONDS = 3.0


class Finding(msgspec.Struct, frozen=True):
    """What was checked, the result, and what to do."""

    level: Level
    subject: str
    text: str


async def examine(chosen: Settings, owner: dict[str, Any]) -> AsyncIterator[Finding]:
    """The findings, as they are made; owner: connection arguments of the database's owner."""
    for finding in (*_settings(chosen), _disk(chosen)):
        yield finding
    if chosen.redis_url:
        yield await _redis(chosen.redis_url)
    try:
        migrated = await check_migrated(owner)
        found = await facts(owner) if migrated else {}
    except PulseError as refused:
        yield Finding("problem", "database", refused.message)
        return
    if not migrated:
        yield Finding("warning", "database", "Empty: `pulse serve` or `pulse migrate` fills it.")
        return
    for finding in _database(found):
        yield finding


def _settings(chosen: Settings) -> list[Finding]:
    made = []
    local = "127.0.0.1" in chosen.public_url or "localhost" in chosen.public_url
    if local:
        words = f"{chosen.public_url} is reached from this machine only: set PULSE_PUBLIC_URL."
        made.append(Finding("warning", "public address", words))
    elif not chosen.public_url.startswith("https://"):
        made.append(
            Finding("problem", "public address", "It has no TLS: cookies are sent unencrypted.")
        )
    else:
        made.append(Finding("ok", "public address", chosen.public_url))
    kept = (chosen.data_dir / "secret").exists()
    words = "stored with the data: set PULSE_SECRET and store it elsewhere"
    made.append(Finding("warning" if kept else "ok", "PULSE_SECRET", words if kept else "set"))
    if not chosen.openai_api_key:
        words = "No OPENAI_API_KEY: templates write the openers."
        made.append(Finding("warning", "model", words))
    return made


def _disk(chosen: Settings) -> Finding:
    chosen.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(chosen.data_dir).free
    words = f"{free / (1 << 30):,.1f} GiB free in {chosen.data_dir}"
    return Finding("ok" if free > FREE_BYTES else "problem", "disk", words)


async def _redis(url: str) -> Finding:
    from redis import asyncio as redis
    from redis.exceptions import RedisError

    client = redis.Redis.from_url(url, socket_connect_timeout=REDIS_SECONDS, retry=None)
    try:
        await client.ping()
    except (OSError, RedisError) as away:
        words = f"It does not answer ({type(away).__name__}): check REDIS_URL."
        return Finding("problem", "Redis", words)
    finally:
        await client.aclose()
    return Finding("ok", "Redis", "answers")


def _database(found: dict[str, Any]) -> list[Finding]:
    used, most = found["connections"], found["connections_most"]
    size = f"PostgreSQL {found['version']}, {found['bytes'] / (1 << 20):,.0f} MiB, migrated"
    skew = abs(found["clock"] - time.time())
    made = [
        Finding("ok", "database", size),
        Finding(
            "warning" if used > SHARE_OF_CONNECTIONS * most else "ok",
            "connections",
            f"{used} of {most} in use; a process of Pulse takes up to 20, a worker 4 more",
        ),
        Finding(
            "warning" if skew > MOST_SKEW_SECONDS else "ok",
            "clocks",
            f"{skew:.1f} s between this machine and the database",
        ),
    ]
    if found["unprotected"]:
        words = f"No forced row-level security on {', '.join(found['unprotected'])}."
        made.append(Finding("problem", "isolation", words))
    else:
        made.append(Finding("ok", "isolation", "row-level security on every tenant table"))
    late = found["oldest_job"] > LATE_SECONDS
    words = (
        f"the oldest has waited {found['oldest_job']:,.0f} s; {found['jobs_held']} failed for good"
    )
    made.append(Finding("warning" if late or found["jobs_held"] else "ok", "jobs", words))
    return made
