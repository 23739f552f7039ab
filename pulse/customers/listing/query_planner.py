"""Choose how a page of customers is read: an index scan in order, or all matches sorted.

With a million customers each method can take seconds where the other is fast. A filter that matches
one in fifty finds a page early in an index scan. A filter that matches a thousand in all does not,
but a thousand rows are collected, sorted and counted quickly. PostgreSQL estimates conditions as
independent of each other and of the order; here the whole filter is tried on a sample of customers.
"""

import msgspec

from pulse.customers.filters import BESIDE, SCORED, CustomerFilter, given
from pulse.customers.listing.band_bounds import within_band
from pulse.customers.listing.search_sql import (
    ALIKE,
    BOTH,
    CUSTOMERS,
    FEW,
    SCORES,
    Conditions,
    Sizes,
    matched,
    narrow_broad_search,
    narrowed,
    sample_hits,
    tuned,
)
from pulse.db.transaction import Unit

COUNTED_UP_TO = 10_000
# matches in a sample of 4,000 from which a page is found within about 20,000 rows in order
OFTEN = 10
SMALL = 200_000  # customers of all businesses up to which all rows can be read
SCORE_SORTS = ("identity_strength", "change_7d", "value_at_risk")
BANDED_SORTS = ("value_at_risk",)
"""Orders with an index per band. Value at risk falls with the strength: among the first 40,000
there may be nobody who is strong."""
IN_BAND = "c.band = "
SOME = 2_000  # matches up to which they are collected and sorted, whatever the sample shows


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How to read: the conditions in this order, by a scan in order or not.

    about: an estimate of the number of matches, for reads that do not count them. source:
    CUSTOMERS, SCORES or BOTH, whichever tables the conditions use.
    """

    asked: Conditions
    sort: str
    sizes: Sizes
    walk: bool
    source: str = CUSTOMERS
    about: int | None = None
    partial: bool = False

    @property
    def table(self) -> str:
        """CUSTOMERS or SCORES, whichever has the sort column."""
        return SCORES if self.sort in SCORE_SORTS else CUSTOMERS

    @property
    def in_order(self) -> list[str]:
        """The conditions that the index of the order has: on its value, and where it has bands."""
        begin = (f"c.{self.sort} ", *([IN_BAND] if self.sort in BANDED_SORTS else []))
        return [one for one in self.asked.clauses if one.startswith(begin)]


def source_of(names: frozenset[str]) -> str:
    """The table that has all columns of these filter fields, or BOTH."""
    if "where" in names:
        return BOTH
    if not names & SCORED:
        return CUSTOMERS
    return SCORES if names <= SCORED | BESIDE else BOTH


async def planned(unit: Unit, chosen: CustomerFilter | None, sort: str) -> Plan:
    """The plan for a page of this filter in this order.

    Sets the planner's costs for this unit of work to measured ones: reading a row on another disk
    page costs twice as much as reading the next row, and parallel workers do not pay for one page.
    """
    sizes = await tuned(unit)
    names = given(chosen)
    asked = await narrowed(unit, chosen)
    if chosen is None or not names:
        return Plan(asked=asked, sort=sort, sizes=sizes, walk=True)
    alike = "search" in names and sort in ALIKE
    about = await _estimate_matches(unit, names, asked, sizes)
    if about < (COUNTED_UP_TO if alike or sizes.customers <= SMALL else SOME):
        return await gathering(unit, chosen, asked, sort, sizes)
    asked = await (
        matched(unit, chosen, asked, FEW) if alike else within_band(unit, asked, chosen.band, sort)
    )
    return Plan(
        asked=asked,
        sort=sort,
        sizes=sizes,
        walk=not alike,
        source=source_of(given(chosen)),
        about=about,
        partial=alike,
    )


async def gathering(
    unit: Unit, chosen: CustomerFilter, asked: Conditions, sort: str, sizes: Sizes
) -> Plan:
    """The plan to read all matches; starts with the search or the rest, whichever is rarer."""
    if asked.about is not None and asked.about > FEW:
        rest = msgspec.structs.replace(chosen, search="")
        others = await narrowed(unit, rest)
        _, about = await sampled(unit, others, sizes, source_of(given(rest)))
        if about >= asked.about:
            asked = narrow_broad_search(unit, chosen, asked)
    return Plan(asked=asked, sort=sort, sizes=sizes, walk=False, source=source_of(given(chosen)))


async def _estimate_matches(
    unit: Unit, names: frozenset[str], asked: Conditions, sizes: Sizes
) -> int:
    """An estimate of the matches, as far as it is cheap; 0 for few, or for too few to tell."""
    if asked.about is not None and (asked.about <= FEW or names == {"search"}):
        return asked.about if asked.about > FEW else 0
    hits, about = await sampled(unit, asked, sizes, source_of(names))
    return about if hits >= OFTEN else 0


async def sampled(unit: Unit, asked: Conditions, sizes: Sizes, source: str) -> tuple[int, int]:
    """(matches in the sample, estimated number of all matches)."""
    percent = sizes.percent(sizes.scores if source == SCORES else sizes.customers)
    hits = await sample_hits(unit, source, asked, percent)
    return hits, round(hits * 100 / percent)
