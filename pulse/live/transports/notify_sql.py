"""NOTIFY for many hints in one statement. Raw SQL: pg_notify is a function without a table."""

from collections.abc import Sequence
from typing import Any


async def notify(connection: Any, channel: str, hints: Sequence[str]) -> None:
    """Send each hint to all listeners of the channel."""
    await connection.execute(
        "SELECT pg_notify($1, hint) FROM unnest($2::text[]) AS hint", channel, hints
    )
