"""The scorecard a business begins with: hand-set, its curves drawn from the data at hand."""

from pulse import clock
from pulse.customers import directory
from pulse.database.tenancy import Unit
from pulse.identity import scorecards
from pulse.identity.gathering import Gathered, gather
from pulse.identity.metrics import measure
from pulse.identity.scorecard import hand_set
from pulse.identity.scorecards import Published

DRAWN_FROM = 50_000  # customers whose quantiles draw the first curves


async def in_force(unit: Unit, everybody: Gathered | None = None) -> Published:
    """The scorecard in force; a business without one gets the hand-set default.

    `everybody` spares the reading where the caller has it.
    """
    published = await scorecards.published_or_none(unit)
    if published is not None:
        return published
    everybody = everybody or await gather(unit, await directory.sample(unit, DRAWN_FROM))
    catalogue = await scorecards.catalogue(unit)
    measured = measure(everybody.facts, catalogue, clock.days_of(clock.now()))
    card = hand_set(catalogue, measured)
    return await scorecards.publish(unit, card, by="Pulse", note="Set from the data at hand")
