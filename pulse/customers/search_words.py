"""The words customers are found by, built in bulk after a large import.

One row at a time, by the trigger, half of an import's time went into the search index; built
afterwards and beside the scoring, nobody waits for it.
"""

from uuid import UUID

from pulse.access.scope import Scope
from pulse.database.tenancy import tenant

ROWS_A_STEP = 50_000

_FILL = """
WITH next AS (
  SELECT id, external_id, name, email FROM customers
  WHERE business_id = $1 AND id > $2 ORDER BY id LIMIT $3
), filled AS (
  INSERT INTO customer_words (business_id, customer_id, words)
  SELECT $1, id, to_tsvector('simple', external_id || ' ' || name || ' ' || email) FROM next
  WHERE NOT EXISTS (SELECT FROM customer_words w WHERE w.business_id = $1 AND w.customer_id = id)
  ON CONFLICT (business_id, customer_id) DO NOTHING
)
SELECT max(id::text)::uuid FROM next
"""


async def build_missing(scope: Scope) -> None:
    """Give every customer without words their words; may be run again at any time."""
    last: UUID | None = UUID(int=0)
    while last is not None:
        async with tenant(scope) as unit:
            await unit.execute("SET LOCAL gin_pending_list_limit = '64MB'")
            last = await unit.fetchval(_FILL, scope.business_id, last, ROWS_A_STEP)
