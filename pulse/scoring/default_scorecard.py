"""The scorecard a business begins with: hand-set, its curves drawn from the data at hand."""

from pulse import clock
from pulse.customers import repository
from pulse.db.transaction import Unit
from pulse.scoring import scorecard_store
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.scoring.scorecard import hand_set
from pulse.scoring.scorecard_store import Published

DRAWN_FROM = 50_000  # customers whose quantiles draw the first curves


async def ensure_published(unit: Unit, everybody: Gathered | None = None) -> Published:
    """The scorecard in force; a business without one gets the hand-set default.

    `everybody` spares the reading where the caller has it.
    """
    published = await scorecard_store.published_or_none(unit)
    if published is not None:
        return published
    everybody = everybody or await gather(unit, await repository.sample(unit, DRAWN_FROM))
    catalogue = await scorecard_store.catalogue(unit)
    measured = measure(everybody.facts, catalogue, clock.days_of(clock.now()))
    card = hand_set(catalogue, measured)
    return await scorecard_store.publish(unit, card, by="Pulse", note="Set from the data at hand")
