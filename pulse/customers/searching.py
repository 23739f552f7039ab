"""Searches by words, quick with a million customers: a narrow one by its matches, a broad by order.

PostgreSQL cannot know how many words begin with “c12”. So a search is tried on a sample of the
words first: what seems rare is looked up in the index, and the list is made of what was found;
what is frequent is left to the order of the list, which meets enough matches soon. Orders by name
or id are not like that, names being what was searched for: they go by the first matches only.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse.customers.filters import CustomerFilter, conditions, words_query
from pulse.database.tenancy import Unit

FEW = 5_000  # matches that a list is made of
SURELY = 20  # matches in the sample from which it says something
ALIKE = ("name", "external_id")  # orders in which matches of a search lie together


class Narrowed(msgspec.Struct, frozen=True):
    """A WHERE clause over `scored_customers c` with its arguments, and what is known of it.

    partial: only the first FEW matches are in it. about: how many customers the search alone
    shows, None when that was not looked at; exact up to FEW, an estimate beyond.
    """

    where: str
    args: list[Any]
    partial: bool = False
    about: int | None = None


async def narrowed(unit: Unit, chosen: CustomerFilter | None, sort: str = "") -> Narrowed:
    """The conditions of a filter, its search resolved as suits the order of the list.

    Plans are made anew for each filter in this unit of work: what is rare in one is not in another.
    """
    await unit.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    query = words_query(chosen) if chosen else ""
    if not chosen or not query:
        return Narrowed(*conditions(unit.business_id, chosen))
    about = await _estimate(unit, query)
    if about <= FEW:
        found = await _first(unit, query, FEW + 1)
        if len(found) <= FEW:
            return _with(unit, chosen, AMONG, found, about=len(found))
        about = FEW + 1
    if sort in ALIKE:
        found = await _first(unit, query, FEW, rare=about < OFTEN)
        return _with(unit, chosen, AMONG, found, about=about, partial=True)
    return _with(unit, chosen, EACH, query, about=about)


def _with(
    unit: Unit,
    chosen: CustomerFilter,
    clause: str,
    value: Any,
    *,
    about: int,
    partial: bool = False,
) -> Narrowed:
    where, args = conditions(unit.business_id, msgspec.structs.replace(chosen, search=""))
    args.append(value)
    return Narrowed(f"{where} AND {clause.replace('$', f'${len(args)}')}", args, partial, about)


async def _estimate(unit: Unit, query: str) -> int:
    """How many customers match, by a sample; 0 when the sample holds too few to say."""
    row = await unit.fetchrow(SAMPLE, unit.business_id, query)
    return round(row["hits"] * 100 / row["percent"]) if row["hits"] >= SURELY else 0


async def _first(unit: Unit, query: str, most: int, *, rare: bool = True) -> list[UUID]:
    if rare:
        return [row["id"] for row in await unit.fetch(FIND, query, most)]
    await unit.execute("SET LOCAL enable_bitmapscan = off")
    found = await unit.fetch(READ, query, most)
    await unit.execute("SET LOCAL enable_bitmapscan = on")
    return [row["id"] for row in found]


AMONG = "c.id = ANY ($::uuid[])"
# OFFSET 0 keeps the question one of each row: asked in the order of the list, until it is full.
EACH = (
    "EXISTS (SELECT FROM own_words w WHERE w.customer_id = c.id "
    "AND w.words @@ to_tsquery('simple', $) OFFSET 0)"
)
OFTEN = 100_000  # matches from which reading words one by one finds FEW sooner than the index
PERCENT = (
    "SELECT least(1.0, 400000.0 / greatest(reltuples, 1)) FROM pg_class "
    "WHERE oid = 'customer_words'::regclass"
)  # 4,000 rows, or one in a hundred
SAMPLE = f"""
SELECT count(*) AS hits, ({PERCENT})::float8 AS percent
FROM customer_words w TABLESAMPLE SYSTEM (({PERCENT})) REPEATABLE (1)
WHERE w.business_id = $1 AND w.words @@ to_tsquery('simple', $2)
"""
FIND = "SELECT pulse_find(to_tsquery('simple', $1), $2) AS id"
READ = "SELECT customer_id AS id FROM own_words WHERE words @@ to_tsquery('simple', $1) LIMIT $2"
