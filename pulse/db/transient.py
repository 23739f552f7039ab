"""Which database errors are transient, so that the work may be repeated.

The API answers them with 503 and Retry-After; clients keep what they sent and send it again. A full
disk is remembered, so that `/health/ready` can report it.
"""

import asyncio
import errno
import random
from collections.abc import Awaitable, Callable
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

import asyncpg

# seconds after the last refused write during which a process reports itself not ready
DISK_FULL_SECONDS = 5.0

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
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is about to be promoted
    asyncpg.PostgresIOError,
)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_seen = {"disk_full": -DISK_FULL_SECONDS}


def is_transient(error: BaseException) -> bool:
    """Whether a retry can help: the database or disk was unavailable and the data is not at fault.

    A full disk is remembered.
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
    """Whether a write was refused because the disk was full, within DISK_FULL_SECONDS."""
    return monotonic() - _seen["disk_full"] < DISK_FULL_SECONDS


CONFLICTS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ForeignKeyViolationError,  # a referenced row was deleted meanwhile: read again
)
TRIES = 6
LONGEST_PAUSE = 0.2  # seconds, random, so that the same two transactions do not collide again

Args = ParamSpec("Args")
T = TypeVar("T")


def retry_conflicts(work: Callable[Args, Awaitable[T]]) -> Callable[Args, Awaitable[T]]:
    """Decorate a function whose whole body is one unit of work: repeat it after a lock conflict.

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
