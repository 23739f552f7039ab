"""Choose how a page of customers is read: an index scan in order, or all matches sorted.

With a million customers both can take seconds, each in the other's case. A filter that shows one
in fifty is met soon on a walk through the index of the order; one that shows a thousand in all is
not, but a thousand are gathered and sorted at once, and counted on the way. PostgreSQL chooses by
estimates that take conditions for independent of each other and of the order; here the whole
filter is tried on a sample of the customers.
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
OFTEN = 10  # hits in a sample of 4,000 from which a page is met on a walk past some 20,000
SMALL = 200_000  # customers of all businesses up to which everybody can be looked at
SOME = 2_000  # customers who are gathered rather than met, whatever the sample says


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How to read: the conditions in this order, by a walk or not.

    about: an estimate of how many there are, for lists that do not count on the way.
    source: CUSTOMERS, SCORES or BOTH, whichever all conditions are about.
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
        """CUSTOMERS or SCORES, whichever has the order."""
        return SCORES if self.sort in ("identity_strength", "change_7d") else CUSTOMERS

    @property
    def in_order(self) -> list[str]:
        """The conditions on the value that is sorted by."""
        return [one for one in self.asked.clauses if one.startswith(f"c.{self.sort} ")]


def source_of(names: frozenset[str]) -> str:
    """Where everything stands that a filter of these fields asks about."""
    if "where" in names:
        return BOTH
    if not names & SCORED:
        return CUSTOMERS
    return SCORES if names <= SCORED | BESIDE else BOTH


async def planned(unit: Unit, chosen: CustomerFilter | None, sort: str) -> Plan:
    """The way to read a page of this filter in this order.

    Costs of this unit of work are set to what was measured: a row elsewhere on the disk's pages is
    twice a row beside the last one, and a page of a list is not worth starting helpers for.
    """
    sizes = await tuned(unit)
    names = given(chosen)
    asked = await narrowed(unit, chosen)
    if chosen is None or not names:
        return Plan(asked=asked, sort=sort, sizes=sizes, walk=True)
    alike = "search" in names and sort in ALIKE
    about = await _about(unit, names, asked, sizes)
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
    """The plan to read all matches; of a broad search and the rest, the rarer is looked up."""
    if asked.about is not None and asked.about > FEW:
        rest = msgspec.structs.replace(chosen, search="")
        others = await narrowed(unit, rest)
        _, about = await sampled(unit, others, sizes, source_of(given(rest)))
        if about >= asked.about:
            asked = narrow_broad_search(unit, chosen, asked)
    return Plan(asked=asked, sort=sort, sizes=sizes, walk=False, source=source_of(given(chosen)))


async def _about(unit: Unit, names: frozenset[str], asked: Conditions, sizes: Sizes) -> int:
    """How many the filter shows, as far as that is easily known; 0 for few, or too few to say."""
    if asked.about is not None and (asked.about <= FEW or names == {"search"}):
        return asked.about if asked.about > FEW else 0
    hits, about = await sampled(unit, asked, sizes, source_of(names))
    return about if hits >= OFTEN else 0


async def sampled(unit: Unit, asked: Conditions, sizes: Sizes, source: str) -> tuple[int, int]:
    """(hits in the sample, about how many of all customers that makes)."""
    percent = sizes.percent(sizes.scores if source == SCORES else sizes.customers)
    hits = await sample_hits(unit, source, asked, percent)
    return hits, round(hits * 100 / percent)
