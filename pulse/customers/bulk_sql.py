"""Customers that a filter shows, in SQL: filters are SQL conditions over a view, not a table."""

from typing import Any
from uuid import UUID

from pulse.db.transaction import Unit


async def matching_ids(unit: Unit, where: str, args: list[Any]) -> list[UUID]:
    """Ids of the customers of `scored_customers c` for which this condition holds."""
    rows = await unit.fetch(f"SELECT c.id FROM scored_customers c WHERE {where}", *args)
    return [row["id"] for row in rows]
