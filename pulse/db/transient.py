"""Which errors pass by themselves, so that the same work is worth trying again."""

import asyncpg

TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)


def is_transient(error: BaseException) -> bool:
    """Whether trying again can help: the database or the disk was away, not the data at fault."""
    if isinstance(error, BaseExceptionGroup):
        return all(is_transient(one) for one in error.exceptions)
    return isinstance(error, TRANSIENT)
