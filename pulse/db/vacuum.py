"""VACUUM and ANALYZE a table after a bulk insert, without waiting for autovacuum.

The planner has no statistics of new rows, and the search index has unsorted entries. The
application may not do this itself: `pulse_settle` does it as the owner.
"""

from collections.abc import Sequence

from pulse.db.transaction import HasBusiness, tenant

MANY = 20_000  # rows from which it is worthwhile; it takes a second for a million


async def settle(scope: HasBusiness, tables: Sequence[str]) -> None:
    """Vacuum those of customers, customer_words, customer_scores, identity_snapshots, events."""
    async with tenant(scope) as unit:
        await unit.execute("SELECT pulse_settle($1::text[])", list(tables))
