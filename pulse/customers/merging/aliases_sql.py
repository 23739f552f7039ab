"""Which customer an id means: the id itself, a former id, an e-mail address in any case.

One statement for many ids; Piccolo has no lateral join.
"""

from collections.abc import Iterable
from uuid import UUID

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


async def resolve(unit: Unit, external_ids: Iterable[str]) -> dict[str, str]:
    """The ids among these that mean another one, and which: a customer's present id.

    An e-mail address is the same id in any case; one of nobody yet is written in small letters.
    """
    rows = await unit.fetch(_RESOLVE, unit.business_id, list(set(external_ids)))
    return {row["given"]: row["known"] for row in rows if row["given"] != row["known"]}


async def resolve_one(unit: Unit, external_id: str) -> str:
    """The id by which the customer is known now; the same where it means nobody else."""
    return (await resolve(unit, [external_id])).get(external_id, external_id)


async def find(unit: Unit, external_id: str) -> UUID | None:
    """The customer who has exactly this id now, or None."""
    found: UUID | None = await unit.fetchval(
        "SELECT id FROM customers WHERE business_id = $1 AND external_id = $2",
        unit.business_id,
        external_id,
    )
    return found


async def former_ids(unit: Unit, customer: UUID) -> list[str]:
    """The ids that mean this customer besides the present one."""
    rows = await unit.fetch(
        "SELECT external_id FROM customer_aliases WHERE business_id = $1 AND customer_id = $2",
        unit.business_id,
        customer,
    )
    return [row["external_id"] for row in rows]


async def any_alias(unit: Unit) -> bool:
    """Whether the business has any former id at all."""
    found: bool = await unit.fetchval(
        "SELECT EXISTS (SELECT FROM customer_aliases WHERE business_id = $1)", unit.business_id
    )
    return found
