"""Which database errors are transient, so that the work may be tried again.

Whoever answers a request turns them into 503 with Retry-After; clients keep what they sent and
send it again. A full disk is remembered, so that `/health/ready` can say so.
"""

import asyncio
import errno
import random
from collections.abc import Awaitable, Callable
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

import asyncpg

DISK_FULL_SECONDS = 5.0  # how long after the last refused write a process calls itself not ready

TRANSIENT: tuple[type[Exception], ...] = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,  # shutdown, crash, cannot connect now, cancelled
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.TransactionRollbackError,  # deadlock, serialization
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is about to take over
    asyncpg.PostgresIOError,
)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_seen = {"disk_full": -DISK_FULL_SECONDS}


def is_transient(error: BaseException) -> bool:
    """Whether trying again can help: the database or the disk was away, not the data at fault.

    A full disk is noted.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(is_transient(one) for one in error.exceptions)
    full = isinstance(error, asyncpg.DiskFullError) or (
        isinstance(error, OSError) and error.errno in _DISK_FULL
    )
    if full:
        _seen["disk_full"] = monotonic()
    return full or isinstance(error, TRANSIENT)


def disk_is_full() -> bool:
    """Whether a write was refused for want of space within the last DISK_FULL_SECONDS."""
    return monotonic() - _seen["disk_full"] < DISK_FULL_SECONDS


CONFLICTS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ForeignKeyViolationError,  # what it refers to was deleted meanwhile: look again
)
TRIES = 6
LONGEST_PAUSE = 0.2  # seconds, by chance, so that the same two do not meet again

Args = ParamSpec("Args")
T = TypeVar("T")


def retry_conflicts(work: Callable[Args, Awaitable[T]]) -> Callable[Args, Awaitable[T]]:
    """Decorate a function whose whole body is one unit of work: run it again when it lost a lock.

    The last failure is raised.
    """

    @wraps(work)
    async def again(*args: Args.args, **kwargs: Args.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return await work(*args, **kwargs)
            except CONFLICTS:
                await asyncio.sleep(random.uniform(0, LONGEST_PAUSE))
        return await work(*args, **kwargs)

    return again
