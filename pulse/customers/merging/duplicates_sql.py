"""Customers who may be one person: the same e-mail address, phone number or id but for its form.

A scan of everybody, for a page that is opened now and then; Piccolo has no UNION inside a CTE.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant

MOST_GROUPS = 100
MOST_IN_A_GROUP = 10
REASONS = {
    "email": "same e-mail address",
    "phone": "same phone number",
    "id": "ids that differ in case, spaces or leading zeros only",
}

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
_PEOPLE = """
SELECT id, external_id, name, email, value, identity_strength, last_event_at
FROM scored_customers WHERE business_id = $1 AND id = ANY($2::uuid[]) ORDER BY id
"""


class Alike(msgspec.Struct, frozen=True):
    """One of the customers who may be the same person."""

    customer_id: str
    name: str
    email: str
    value: float | None
    identity_strength: float | None


class Duplicates(msgspec.Struct, frozen=True):
    """Customers who may be one person, the oldest first, and why."""

    reason: str
    customers: list[Alike]


async def possible_duplicates(scope: Scope) -> list[Duplicates]:
    """Up to 100 groups of customers who may be the same person."""
    async with tenant(scope) as unit:
        groups = await unit.fetch(_GROUPS, unit.business_id, MOST_GROUPS, MOST_IN_A_GROUP)
        wanted = list({each for group in groups for each in group["ids"]})
        people = {row["id"]: row for row in await unit.fetch(_PEOPLE, unit.business_id, wanted)}
    found: dict[tuple[UUID, ...], Duplicates] = {}
    for group in groups:
        ids = tuple(sorted(group["ids"]))
        found.setdefault(ids, _group(REASONS[group["reason"]], [people[each] for each in ids]))
    return list(found.values())


def _group(reason: str, rows: list[Any]) -> Duplicates:
    names = ("name", "email", "value", "identity_strength")
    return Duplicates(
        reason, [Alike(row["external_id"], *(row[name] for name in names)) for row in rows]
    )
