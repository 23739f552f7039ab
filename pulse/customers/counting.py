"""How many customers a filter shows: exact as far as people count, “more than” beyond it.

Counting ten thousand of a million can mean reading all of them. A filter that shows surely more
than that is recognised by a sample of the customers; whatever is not sure is counted.
"""

import msgspec

from pulse.access.scope import Scope
from pulse.customers.filters import CustomerFilter, conditions, words_query
from pulse.customers.searching import FEW, Narrowed, narrowed
from pulse.database.tenancy import Unit, tenant

COUNTED_UP_TO = 10_000
MANY = COUNTED_UP_TO + 1
SURELY = 30  # customers in the sample from which it says something


async def count(scope: Scope, chosen: CustomerFilter | None = None) -> int:
    """How many customers the filter shows, up to COUNTED_UP_TO; MANY stands for any more."""
    async with tenant(scope) as unit:
        asked = await narrowed(unit, chosen)
        if chosen and asked.about is not None and _only_words(chosen):
            return await _found(unit, chosen, asked.about)
        if chosen and chosen != CustomerFilter() and await _surely_many(unit, asked):
            return MANY
        if chosen and (asked.about or 0) > FEW:
            asked = Narrowed(*conditions(unit.business_id, chosen))
        found: int = await unit.fetchval(COUNT.format(where=asked.where), *asked.args)
        return found


def _only_words(chosen: CustomerFilter) -> bool:
    return msgspec.structs.replace(chosen, search="") == CustomerFilter()


async def _found(unit: Unit, chosen: CustomerFilter, about: int) -> int:
    """The number of matches of a search, of which we know already about how many there are."""
    if about <= FEW:
        return about
    if about >= 2 * MANY:
        return MANY
    sql = "SELECT count(*) FROM pulse_find(to_tsquery('simple', $1), $2)"
    found: int = await unit.fetchval(sql, words_query(chosen), MANY)
    return found


async def _surely_many(unit: Unit, asked: Narrowed) -> bool:
    """Whether a sample says so, three standard deviations from a mistake."""
    row = await unit.fetchrow(SAMPLE.format(where=asked.where), *asked.args)
    hits: int = row["hits"]
    return bool(hits >= SURELY and hits * 100 / row["percent"] >= 1.5 * MANY)


COUNT = f"SELECT count(*) FROM (SELECT 1 FROM scored_customers c WHERE {{where}} LIMIT {MANY}) t"
PERCENT = (
    "SELECT least(1.0, 400000.0 / greatest(reltuples, 1)) FROM pg_class "
    "WHERE oid = 'customers'::regclass"
)  # 4,000 customers, or one in a hundred; always the same ones
SAMPLE = f"""
SELECT count(*) AS hits, ({PERCENT})::float8 AS percent FROM (
  SELECT c.*, s.identity_strength, s.band, s.coverage, s.change_7d, s.change_30d
  FROM customers c TABLESAMPLE SYSTEM (({PERCENT})) REPEATABLE (1)
  LEFT JOIN LATERAL (
    SELECT * FROM customer_scores s WHERE s.business_id = c.business_id AND s.customer_id = c.id
    OFFSET 0) s ON true
) c WHERE {{where}}
"""
