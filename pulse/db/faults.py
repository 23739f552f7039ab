"""Which failures of the database pass by themselves: try again, nothing is wrong with the request.

Whoever answers a request turns them into 503 with Retry-After; clients keep what they sent and
send it again. A full disk is remembered, so that `/health/ready` can say so.
"""

import errno
from time import monotonic

import asyncpg

DISK_FULL_SECONDS = 15.0  # how long after the last refused write a process calls itself not ready

PASSING: tuple[type[Exception], ...] = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is about to take over
    asyncpg.PostgresIOError,
)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_seen = {"disk_full": -DISK_FULL_SECONDS}


def passes(error: BaseException) -> bool:
    """Whether this failure is of the kind that passes; a disk that is full is noted."""
    if isinstance(error, BaseExceptionGroup):
        return all(passes(one) for one in error.exceptions)
    full = isinstance(error, asyncpg.DiskFullError) or (
        isinstance(error, OSError) and error.errno in _DISK_FULL
    )
    if full:
        _seen["disk_full"] = monotonic()
    return full or isinstance(error, PASSING)


def disk_is_full() -> bool:
    """Whether a write was refused for want of space within the last DISK_FULL_SECONDS."""
    return monotonic() - _seen["disk_full"] < DISK_FULL_SECONDS
