"""How a page of customers is read: by walking an order, or by gathering all matches first.

With a million customers both can take seconds, each in the other's case. A filter that shows one
in fifty is met soon on a walk through the index of the order; one that shows a thousand in all is
not, but a thousand are gathered and sorted at once, and counted on the way. PostgreSQL chooses by
estimates that take conditions for independent of each other and of the order; here the whole
filter is tried on a sample of the customers.
"""

import asyncio
from uuid import UUID

import msgspec

from pulse.customers.filters import SCORED, CustomerFilter, given
from pulse.customers.searching import ALIKE, FEW, Narrowed, matched, narrowed
from pulse.database.tenancy import Unit

COUNTED_UP_TO = 10_000
OFTEN = 40  # hits in a sample of 4,000 from which a walk is short, and its length known well enough
HELD = 60.0  # seconds for which bands are known to keep to their edges


CUSTOMERS, SCORES, BOTH = "customers", "customer_scores", "scored_customers"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How to read: the conditions in this order, by a walk or not.

    about: an estimate of how many there are, for lists that do not count on the way.
    source: the table or view that all conditions are about.
    """

    asked: Narrowed
    sort: str
    walk: bool
    source: str = CUSTOMERS
    about: int | None = None
    partial: bool = False

    @property
    def table(self) -> str:
        """The table that has the order."""
        return SCORES if self.sort in ("identity_strength", "change_7d") else CUSTOMERS


def source_of(chosen: CustomerFilter) -> str:
    """Where everything stands that the filter asks about."""
    names = given(chosen)
    if names <= SCORED:
        return SCORES
    return BOTH if names & SCORED else CUSTOMERS


def id_in(table: str) -> str:
    """What a table calls the customer's id."""
    return "customer_id" if table == SCORES else "id"


async def planned(unit: Unit, chosen: CustomerFilter | None, sort: str) -> Plan:
    """The way to read a page of this filter in this order.

    Costs of this unit of work are set to what was measured: a row elsewhere on the disk's pages is
    twice a row beside the last one, and a page of a list is not worth starting helpers for.
    """
    await unit.execute(TUNED)
    names = given(chosen)
    asked = await narrowed(unit, chosen)
    if chosen is None or not names:
        return Plan(asked=asked, sort=sort, walk=True)
    about = await _about(unit, names, asked)
    if about < COUNTED_UP_TO:
        return await gathering(unit, chosen, asked, sort)
    source = source_of(chosen)
    if "search" in names and sort in ALIKE:
        first = await matched(unit, chosen, asked, FEW)
        return Plan(asked=first, sort=sort, walk=False, source=source, about=about, partial=True)
    asked = await _within_band(unit, asked, chosen.band, sort)
    return Plan(asked=asked, sort=sort, walk=True, source=source, about=about)


async def gathering(unit: Unit, chosen: CustomerFilter, asked: Narrowed, sort: str) -> Plan:
    """The plan to read all matches; of a broad search and the rest, the rarer is looked up."""
    if asked.about is not None and asked.about > FEW:
        others = await narrowed(unit, msgspec.structs.replace(chosen, search=""))
        _, about = await sampled(unit, others)
        if about >= asked.about:
            asked = await matched(unit, chosen, asked)
    return Plan(asked=asked, sort=sort, walk=False, source=source_of(chosen))


async def _about(unit: Unit, names: frozenset[str], asked: Narrowed) -> int:
    """How many the filter shows, as far as that is easily known; 0 for few, or too few to say."""
    if asked.about is not None and (asked.about <= FEW or names == {"search"}):
        return asked.about if asked.about > FEW else 0
    hits, about = await sampled(unit, asked, scores_only=names <= SCORED)
    return about if hits >= OFTEN else 0


async def sampled(unit: Unit, asked: Narrowed, *, scores_only: bool = False) -> tuple[int, int]:
    """(hits in the sample, about how many of all customers that makes)."""
    sql = SAMPLE_OF_SCORES if scores_only else SAMPLE
    row = await unit.fetchrow(sql.format(where=asked.where), *asked.args)
    return row["hits"], round(row["hits"] * 100 / row["percent"])


async def _within_band(unit: Unit, asked: Narrowed, band: str, sort: str) -> Narrowed:
    """By strength, a band's customers lie together: begin where the band begins.

    Only when every score keeps to the edges in force, so that nobody is left out; between a new
    scorecard and the end of its rescoring they do not.
    """
    if sort != "identity_strength" or not band:
        return asked
    edges = await unit.fetchrow(EDGES, unit.business_id)
    if edges is None or not await _bands_hold(unit, edges["id"], edges["low"], edges["high"]):
        return asked
    low, high = float(edges["low"]), float(edges["high"])
    lowest, beyond = {"fragile": (None, low), "steady": (low, high)}.get(band, (high, None))
    for limit, comparison in ((lowest, ">="), (beyond, "<")):
        if limit is not None:
            asked = asked.also(f"c.identity_strength {comparison} $::float8", limit)
    return asked


_held: dict[UUID, tuple[UUID, float]] = {}


def forget_bands() -> None:
    """Look again whether bands keep to their edges: after a rescoring, before HELD is over."""
    _held.clear()


async def _bands_hold(unit: Unit, scorecard: UUID, low: float, high: float) -> bool:
    now = asyncio.get_running_loop().time()
    known, until = _held.get(unit.business_id, (None, 0.0))
    if known == scorecard and 0 <= until - now <= HELD:
        return True
    held: bool = await unit.fetchval(BANDS_HOLD, unit.business_id, float(low), float(high))
    if held:
        _held[unit.business_id] = (scorecard, now + HELD)
    return held


TUNED = (
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), "
    "set_config('random_page_cost', '2', true), "
    "set_config('max_parallel_workers_per_gather', '0', true)"
)


def _percent(table: str) -> str:
    """4,000 rows, or one in a hundred; always the same ones."""
    return (
        "SELECT least(1.0, 400000.0 / greatest(reltuples, 1)) FROM pg_class "
        f"WHERE oid = '{table}'::regclass"
    )


SAMPLE = f"""
SELECT count(*) AS hits, ({_percent("customers")})::float8 AS percent FROM (
  SELECT c.*, s.identity_strength, s.band, s.coverage, s.change_7d, s.change_30d
  FROM customers c TABLESAMPLE SYSTEM (({_percent("customers")})) REPEATABLE (1)
  LEFT JOIN LATERAL (
    SELECT * FROM customer_scores s WHERE s.business_id = c.business_id AND s.customer_id = c.id
    OFFSET 0) s ON true
) c WHERE {{where}}
"""
SAMPLE_OF_SCORES = f"""
SELECT count(*) AS hits, ({_percent("customer_scores")})::float8 AS percent
FROM customer_scores c TABLESAMPLE SYSTEM (({_percent("customer_scores")})) REPEATABLE (1)
WHERE {{where}}
"""
EDGES = """
SELECT id, coalesce(definition -> 'band_edges' ->> 0, '40')::float8 AS low,
  coalesce(definition -> 'band_edges' ->> 1, '70')::float8 AS high
FROM scorecards WHERE business_id = $1 AND status = 'published'
"""
BANDS_HOLD = """
SELECT NOT EXISTS (SELECT FROM customer_scores c WHERE c.business_id = $1 AND c.band <>
  CASE WHEN c.identity_strength < $2 THEN 'fragile'
    WHEN c.identity_strength < $3 THEN 'steady' ELSE 'strong' END)
"""
