"""VACUUM and ANALYZE a table after a bulk insert, without waiting for autovacuum.

Fresh statistics, since the planner knows nothing of rows that came a moment ago, and the search
index put in order. The application may not do this by itself: `pulse_settle` does it as the owner.
"""

from collections.abc import Sequence

from pulse.db.transaction import HasBusiness, tenant

MANY = 20_000  # rows from which it is worth its while; it costs a second for a million


async def settle(scope: HasBusiness, tables: Sequence[str]) -> None:
    """Settle these of customers, customer_words, customer_scores, identity_snapshots, events."""
    async with tenant(scope) as unit:
        await unit.execute("SELECT pulse_settle($1::text[])", list(tables))
