"""SQL to find the customer of an id, and customers whose ids suggest the same person.

Raw SQL: many ids are looked up at once with lateral joins; duplicates are found with a union over
all customers, for a page that is opened rarely.
"""

from collections.abc import Sequence
from typing import Any

from pulse.db.transaction import Unit

_RESOLVE = """
SELECT g.id AS given, coalesce(a.external_id, e.external_id, lower(g.id)) AS known
FROM unnest($2::text[]) AS g (id)
LEFT JOIN LATERAL (
  SELECT c.external_id FROM customer_aliases f
  JOIN customers c ON c.business_id = f.business_id AND c.id = f.customer_id
  WHERE f.business_id = $1
    AND (f.external_id = g.id OR g.id LIKE '%@%' AND f.external_id = lower(g.id))
  ORDER BY f.external_id = g.id DESC LIMIT 1
) a ON true
LEFT JOIN LATERAL (
  SELECT c.external_id FROM customers c
  WHERE g.id LIKE '%@%' AND c.business_id = $1 AND c.external_id LIKE '%@%'
    AND lower(c.external_id) = lower(g.id)
  ORDER BY c.id LIMIT 1
) e ON true
WHERE (a.external_id IS NOT NULL OR g.id LIKE '%@%')
  AND NOT EXISTS (SELECT FROM customers x WHERE x.business_id = $1 AND x.external_id = g.id)
"""
_GROUPS = """
WITH keys AS (
  SELECT id, 'email' AS reason, lower(trim(email)) AS key FROM customers
  WHERE business_id = $1 AND email <> ''
  UNION ALL
  SELECT id, 'email', lower(trim(external_id)) FROM customers
  WHERE business_id = $1 AND external_id LIKE '%@%'
  UNION ALL
  SELECT id, 'id', lower(regexp_replace(external_id, '^0+(?=.)|\\s', '', 'g')) FROM customers
  WHERE business_id = $1 AND external_id NOT LIKE '%@%'
  UNION ALL
  SELECT id, 'phone', regexp_replace(attributes->>'phone', '\\D|^\\+?00', '', 'g') FROM customers
  WHERE business_id = $1 AND length(attributes->>'phone') > 6
)
SELECT reason, (array_agg(DISTINCT id))[1:$3] AS ids FROM keys
WHERE length(key) > 0 AND (reason <> 'phone' OR length(key) > 6)
GROUP BY reason, key HAVING min(id::text) <> max(id::text)
ORDER BY reason, min(key) LIMIT $2
"""


async def resolve_former_ids(unit: Unit, external_ids: Sequence[str]) -> list[Any]:
    """Those of these ids that no customer has now but that refer to one: given, known.

    An e-mail address is the same id in any case; an unknown one is stored in lower case.
    """
    return await unit.fetch(_RESOLVE, unit.business_id, external_ids)


async def alike(unit: Unit, most_groups: int, most_in_a_group: int) -> list[Any]:
    """Groups of customers with the same e-mail, phone number or normalised id: reason, ids."""
    return await unit.fetch(_GROUPS, unit.business_id, most_groups, most_in_a_group)
