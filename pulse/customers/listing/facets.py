"""The segments and tags there are: what lists can be narrowed by, and bulk actions can set."""

import msgspec

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant

MOST = 200
"""Names offered for choice; more than that nobody reads, and search finds the rest."""


class Groups(msgspec.Struct, frozen=True):
    """Names in use, sorted."""

    segments: list[str]
    tags: list[str]


async def groups(scope: Scope) -> Groups:
    """What is in use in this business. Walks an index for segments; tags of a sample of it."""
    async with tenant(scope) as unit:
        segments = await unit.fetch(SEGMENTS, scope.business_id, MOST)
        tags = await unit.fetch(TAGS, scope.business_id, MOST)
    return Groups([row["segment"] for row in segments], [row["tag"] for row in tags])


# A loose index scan: one probe a segment, however many customers there are.
SEGMENTS = """
WITH RECURSIVE known AS (
  (SELECT segment FROM customers WHERE business_id = $1 AND segment > ''
   ORDER BY segment LIMIT 1)
  UNION ALL
  SELECT (SELECT c.segment FROM customers c WHERE c.business_id = $1 AND c.segment > known.segment
            AND c.segment > ''
          ORDER BY c.segment LIMIT 1) FROM known WHERE known.segment IS NOT NULL)
SELECT segment FROM known WHERE segment IS NOT NULL LIMIT $2
"""
TAGS = """
SELECT DISTINCT unnest(tags) AS tag FROM (
  SELECT tags FROM customers WHERE business_id = $1 AND tags <> '{}' LIMIT 20000) tagged
ORDER BY 1 LIMIT $2
"""
