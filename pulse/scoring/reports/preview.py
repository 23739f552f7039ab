"""Preview of a publication: distributions before and after, and the largest changes."""

from uuid import UUID

import msgspec
import numpy as np

from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.bands import BANDS, bands_of
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.named.assignment import CustomersOf, own_customers
from pulse.scoring.recalculation import score_at
from pulse.scoring.scorecard import Scorecard
from pulse.scoring.versions import score_draft

PREVIEWED = 50_000  # maximum number of customers in a preview, drawn at random
BARS = 20  # of the distribution, 5 points each
MOVERS = 10


class Spread(msgspec.Struct, frozen=True):
    """Distribution of strengths: customers per band, per bar of 5 points, and the mean."""

    bands: dict[str, int]
    bars: list[int]
    mean: float


class Mover(msgspec.Struct, frozen=True):
    """A customer whose strength the draft would change strongly."""

    external_id: str
    name: str
    now: float
    then: float


class Preview(msgspec.Struct, frozen=True):
    """Current and new distribution, the largest changes, and the number of customers."""

    now: Spread
    then: Spread
    movers: list[Mover]
    customers: int
    band_changes: int


async def preview(scope: Scope, card: Scorecard, named_id: UUID | None = None) -> Preview:
    """Return what publishing would change for the customers of the default or the named scorecard.

    For all with a band, as on Overview, or those in a random sample of 50,000 of the business's
    customers.
    """
    async with tenant(scope) as unit:
        current = await scorecard_store.published_or_none(unit, named_id)
        current = current or await scorecard_store.published(unit)
        drawn = await repository.sample(unit, PREVIEWED)
        own = await own_customers(unit, drawn, CustomersOf(named_id))
        done = await score_draft(unit, card, own)
    here = np.flatnonzero(done.standing.in_band)
    then = done.scores.strength[here]
    again = score_at(done.gathered, current, done.moment, done.rhythm)
    now = again.scores.strength[here]
    moved = np.argsort(-np.abs(then - now), kind="stable")[:MOVERS]
    people = [done.gathered.people[row] for row in here]
    return Preview(
        now=_spread(now, current.card),
        then=_spread(then, card),
        movers=[
            Mover(people[i]["external_id"], people[i]["name"], float(now[i]), float(then[i]))
            for i in moved.tolist()
        ],
        customers=len(here),
        band_changes=int(
            (bands_of(now, current.card.band_edges) != bands_of(then, card.band_edges)).sum()
        ),
    )


def _spread(strength: Floats, card: Scorecard) -> Spread:
    bands = bands_of(strength, card.band_edges)
    bars, _ = np.histogram(strength, bins=BARS, range=(0.0, 100.0))
    return Spread(
        {band: int((bands == band).sum()) for band in BANDS},
        bars.tolist(),
        float(strength.mean()) if strength.size else 0.0,
    )
