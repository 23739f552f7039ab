"""Text searches and samples of customers: full text, TABLESAMPLE and planner settings.

A narrow search is read by its matches, a broad one in the order of the list, so that both are fast
with a million customers.

PostgreSQL cannot estimate how many words begin with “c12”. So a search is first tried on a sample
of the words. A rare one is looked up in the index and the list is made from the matches. A frequent
one is checked row by row in the order of the list, which soon finds enough matches. In orders by
name or id this fails, because the search itself is about names: those lists use the first matches
only.

Raw SQL: Piccolo has no full text, no TABLESAMPLE and no loose index scan.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse.customers.filters import CustomerFilter, clauses_of, words_query
from pulse.db.transaction import Unit

FEW = 5_000  # matches from which a list is made
SURELY = 20  # matches in the sample from which its estimate is used
ALL = 2_000_000_000
ALIKE = ("name", "external_id")  # sort orders in which the matches of a search are adjacent


class Conditions(msgspec.Struct, frozen=True):
    """Conditions on `scored_customers c` with their arguments, and an estimate of the matches.

    about: the number of customers that the search alone matches; None without a search; exact up to
    FEW, an estimate beyond.
    """

    clauses: list[str]
    args: list[Any]
    about: int | None = None

    @property
    def where(self) -> str:
        """The conditions as a WHERE clause."""
        return " AND ".join(self.clauses)

    def also(self, clause: str, value: Any) -> "Conditions":
        """Add a condition; `$` stands for its value."""
        args = [*self.args, value]
        clauses = [*self.clauses, clause.replace("$", f"${len(args)}")]
        return msgspec.structs.replace(self, clauses=clauses, args=args)


async def narrowed(unit: Unit, chosen: CustomerFilter | None) -> Conditions:
    """Conditions of a filter: a narrow search by its matches, a broad one as a row condition."""
    query = words_query(chosen) if chosen else ""
    if not chosen or not query:
        return Conditions(*clauses_of(unit.business_id, chosen))
    about = await _estimate(unit, query)
    if about <= FEW:
        found = await _first_matches(unit, query, FEW + 1)
        if len(found) <= FEW:
            return _with(unit, chosen, AMONG, found, about=len(found))
        about = FEW + 1
    return _with(unit, chosen, EACH, query, about=about)


async def matched(unit: Unit, chosen: CustomerFilter, asked: Conditions, most: int) -> Conditions:
    """The same conditions, with at most `most` matches of the broad search looked up."""
    rare = (asked.about or 0) < OFTEN
    found = await _first_matches(unit, words_query(chosen), most, rare=rare)
    return _with(unit, chosen, AMONG, found, about=asked.about or len(found))


def narrow_broad_search(unit: Unit, chosen: CustomerFilter, asked: Conditions) -> Conditions:
    """The same conditions, to be read from all matches of the broad search."""
    return _with(unit, chosen, THESE, words_query(chosen), about=asked.about or 0)


def _with(unit: Unit, chosen: CustomerFilter, clause: str, value: Any, *, about: int) -> Conditions:
    rest = Conditions(*clauses_of(unit.business_id, msgspec.structs.replace(chosen, search="")))
    return msgspec.structs.replace(rest.also(clause, value), about=about)


async def _estimate(unit: Unit, query: str) -> int:
    """The number of matching customers, from a sample; 0 when the sample has too few to tell."""
    row = await unit.fetchrow(SAMPLE, unit.business_id, query)
    return round(row["hits"] * 100 / row["percent"]) if row["hits"] >= SURELY else 0


async def _first_matches(unit: Unit, query: str, most: int, *, rare: bool = True) -> list[UUID]:
    if not rare:
        await unit.set_local(enable_bitmapscan="off")
    found = await unit.fetch(FIND if rare else READ, query, most)
    if not rare:
        await unit.set_local(enable_bitmapscan="on")
    return [row["id"] for row in found]


class Sizes(msgspec.Struct, frozen=True):
    """The number of rows of two tables, of all businesses together, as last counted."""

    customers: float
    scores: float

    def percent(self, rows: float) -> float:
        """The sample size for a table of this size: 4,000 rows or one in a hundred; always the
        same.
        """
        return min(1.0, 400_000.0 / max(rows, 1.0))


async def tuned(unit: Unit) -> Sizes:
    """Set the planner's costs to measured ones; returns the sizes of the tables."""
    return msgspec.convert(dict(await unit.fetchrow(TUNED)), Sizes)


async def sample_hits(unit: Unit, source: str, asked: Conditions, percent: float) -> int:
    """How many customers of a sample match the conditions."""
    # passed to the planner, so that it knows how few rows there are
    place = f"${len(asked.args) + 1}::float4"
    sql = SAMPLES[source].format(where=asked.where, percent=place)
    hits: int = await unit.fetchval(sql, *asked.args, percent)
    return hits


async def names_in_use(unit: Unit, most: int) -> tuple[list[str], list[str]]:
    """The segments and tags in use, at most `most` each; tags from a sample."""
    segments = await unit.fetch(SEGMENTS, unit.business_id, most)
    tags = await unit.fetch(TAGS, unit.business_id, most)
    return [row["segment"] for row in segments], [row["tag"] for row in tags]


AMONG = "c.id = ANY ($::uuid[])"
# An array, so that rows are looked up in the order of their ids, not in hash order.
THESE = f"c.id = ANY (ARRAY(SELECT pulse_find(to_tsquery('simple', $), {ALL})))"
# OFFSET 0 keeps the search a check on each row in the order of the list, until it is full.
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
CUSTOMERS, BOTH = "customers", "scored_customers"
SCORES = "(SELECT s.*, s.customer_id AS id FROM customer_scores s)"
"""Sources of rows with an id, by what a filter is about."""
TUNED = """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('random_page_cost', '2', true),
  set_config('max_parallel_workers_per_gather', '0', true),
  (SELECT reltuples FROM pg_class WHERE oid = 'customers'::regclass) AS customers,
  (SELECT reltuples FROM pg_class WHERE oid = 'customer_scores'::regclass) AS scores
"""
SAMPLED = "TABLESAMPLE SYSTEM ({percent}) REPEATABLE (1)"
SAMPLES = {
    CUSTOMERS: f"SELECT count(*) FROM customers c {SAMPLED} WHERE {{where}}",
    SCORES: f"""
SELECT count(*) FROM (SELECT s.*, s.customer_id AS id FROM customer_scores s {SAMPLED}) c
WHERE {{where}}""",
    BOTH: f"""
SELECT count(*) FROM (
  SELECT c.*, s.identity_strength, s.band, s.coverage, s.change_7d, s.change_30d,
    s.lifecycle, s.orders, s.last_order_at, s.usual_gap_days, s.value_year, s.value_at_risk
  FROM customers c {SAMPLED}
  LEFT JOIN LATERAL (
    SELECT * FROM customer_scores s WHERE s.business_id = c.business_id AND s.customer_id = c.id
    OFFSET 0) s ON true
) c WHERE {{where}}""",
}
# A loose index scan: one probe per segment, however many customers there are.
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
