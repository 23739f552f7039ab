"""Fill a business with any number of customers for the dashboard benchmarks.

They have everything a customer list can be filtered by: scores, segments, tags, owners, contexts,
clusters, cards and follow-ups. First names and segments are distributed like real names: a few are
very frequent. Everything else is spread evenly, which is hard on a list: as many customers are
hardly known as are known well.
"""

from uuid import UUID

import asyncpg

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant

CHUNK = 25_000  # customers per statement; below the pool's statement time-out
NAMES = (
    "Anna Maria Peter Thomas Julia Ben Clara David Elena Felix Greta Hugo Ida Jonas Karin Lukas "
    "Mia Noah Olga Paul Rosa Simon Tara Uwe Vera Walter Xenia Yann Zoe Ada Bela Carl Dora Emil "
    "Fay Gus Hana Igor Jan Kim"
)
CLUSTERS = ("Settled", "Rising", "Drifting", "New faces", "Big spenders")


async def fill(scope: Scope, customers: int, owner: UUID) -> None:
    """Add so many customers; `owner` gets one in a hundred of them."""
    names = NAMES.split()
    for first in range(1, customers + 1, CHUNK):
        last = min(customers, first + CHUNK - 1)
        async with tenant(scope) as unit:
            made = await unit.fetch(
                CUSTOMERS, scope.business_id, first, last, owner, names, len(names)
            )
            ids = [row["id"] for row in made]
            await unit.execute(SCORES, scope.business_id, ids)
            await unit.execute(IN_CLUSTERS, scope.business_id, ids, list(CLUSTERS))
            await unit.execute(CARDS, scope.business_id, ids)
            await unit.execute(TOUCHES, scope.business_id, ids, owner)


async def analysed(database_url: str) -> None:
    """Run ANALYZE now; autovacuum does it within a minute."""
    owner = await asyncpg.connect(database_url)
    await owner.execute("VACUUM ANALYZE")
    await owner.close()


CUSTOMERS = """
INSERT INTO customers (business_id, external_id, name, email, value, segment, renewal_on,
  last_event_at, owner_id, tags, context_type, context_expires_at)
SELECT $1, 'c' || n, ($5::text[])[1 + floor($6::int * random() ^ 1.5)] || ' Person-' || n,
  'c' || n || '@example.com', random() * 9000, 's' || (random() * 20)::int,
  current_date + (random() * 300)::int, now() - random() * interval '300 days',
  CASE WHEN random() < 0.01 THEN $4::uuid END,
  CASE WHEN random() < 0.02 THEN ARRAY['vip'] WHEN random() < 0.001 THEN ARRAY['rare', 'pilot']
    ELSE '{}' END,
  CASE WHEN n % 200 = 0 THEN (ARRAY['busy', 'stuck', 'exploring', 'frustrated'])[1 + n / 200 % 4]
    END,
  CASE WHEN n % 200 = 0 THEN now() + interval '3 days' END
FROM generate_series($2::int, $3::int) n RETURNING id
"""
SCORES = """
INSERT INTO customer_scores (business_id, customer_id, identity_strength, band, coverage,
  change_7d, change_30d, recent_high, value_at_risk, scored_on, scored_at, scorecard_id)
SELECT $1, id, strength,
  CASE WHEN strength < 39.5 THEN 'fragile' WHEN strength < 69.5 THEN 'steady' ELSE 'strong' END,
  random(), (random() - 0.5) * 24, (random() - 0.5) * 40, strength,
  CASE WHEN random() < 0.9 THEN value * (1 - strength / 100) END, current_date, now(), card
FROM (
  SELECT c.id, c.value, random() * 100 AS strength, s.id AS card FROM customers c
  JOIN scorecards s ON s.business_id = $1 AND s.status = 'published'
  WHERE c.business_id = $1 AND c.id = ANY($2::uuid[])
) made
"""
IN_CLUSTERS = """
INSERT INTO customer_clusters (business_id, customer_id, name)
SELECT $1, id, ($3::text[])[1 + floor(5 * random())] FROM unnest($2::uuid[]) c (id)
"""
CARDS = """
INSERT INTO conversation_cards (business_id, customer_id, cause, ai_generated_opener, writer)
SELECT $1, id, 'erosion', 'Hello', 'template' FROM unnest($2::uuid[]) c (id) WHERE random() < 0.005
"""
TOUCHES = """
INSERT INTO customer_touches (business_id, customer_id, due_on, purpose, staff_id)
SELECT $1, id, current_date - 5 + (random() * 60)::int, 'Call', $3 FROM unnest($2::uuid[]) c (id)
WHERE random() < 0.002
"""
