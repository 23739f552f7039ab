"""Searches by words, quick with a million customers: a narrow one by its matches, a broad by order.

PostgreSQL cannot know how many words begin with “c12”. So a search is tried on a sample of the
words first: what seems rare is looked up in the index, and the list is made of what was found;
what is frequent is left to the order of the list, which meets enough matches soon. Orders by name
or id are not like that, names being what was searched for: they go by the first matches only.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse.customers.filters import CustomerFilter, clauses_of, words_query
from pulse.db.transaction import Unit

FEW = 5_000  # matches that a list is made of
SURELY = 20  # matches in the sample from which it says something
ALL = 2_000_000_000
ALIKE = ("name", "external_id")  # orders in which matches of a search lie together


class Narrowed(msgspec.Struct, frozen=True):
    """Conditions on `scored_customers c` with their arguments, and what is known of them.

    about: how many customers the search alone shows, None when there is none; exact up to FEW, an
    estimate beyond.
    """

    clauses: list[str]
    args: list[Any]
    about: int | None = None

    @property
    def where(self) -> str:
        """The conditions as a WHERE clause."""
        return " AND ".join(self.clauses)

    def also(self, clause: str, value: Any) -> "Narrowed":
        """One condition more; `$` stands for its value."""
        args = [*self.args, value]
        clauses = [*self.clauses, clause.replace("$", f"${len(args)}")]
        return msgspec.structs.replace(self, clauses=clauses, args=args)


async def narrowed(unit: Unit, chosen: CustomerFilter | None) -> Narrowed:
    """The conditions of a filter: a narrow search by its matches, a broad one asked of each row."""
    query = words_query(chosen) if chosen else ""
    if not chosen or not query:
        return Narrowed(*clauses_of(unit.business_id, chosen))
    about = await _estimate(unit, query)
    if about <= FEW:
        found = await _first(unit, query, FEW + 1)
        if len(found) <= FEW:
            return _with(unit, chosen, AMONG, found, about=len(found))
        about = FEW + 1
    return _with(unit, chosen, EACH, query, about=about)


async def matched(unit: Unit, chosen: CustomerFilter, asked: Narrowed, most: int) -> Narrowed:
    """The same conditions with the matches of the broad search looked up, at most so many."""
    rare = (asked.about or 0) < OFTEN
    found = await _first(unit, words_query(chosen), most, rare=rare)
    return _with(unit, chosen, AMONG, found, about=asked.about or len(found))


def looked_up(unit: Unit, chosen: CustomerFilter, asked: Narrowed) -> Narrowed:
    """The same conditions, to be read from all matches of the broad search."""
    return _with(unit, chosen, THESE, words_query(chosen), about=asked.about or 0)


def _with(unit: Unit, chosen: CustomerFilter, clause: str, value: Any, *, about: int) -> Narrowed:
    rest = Narrowed(*clauses_of(unit.business_id, msgspec.structs.replace(chosen, search="")))
    return msgspec.structs.replace(rest.also(clause, value), about=about)


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
# An array, so that rows are looked up in the order of their ids and not as a hash throws them.
THESE = f"c.id = ANY (ARRAY(SELECT pulse_find(to_tsquery('simple', $), {ALL})))"
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
