"""Who belonged to a scorecard at past dates, where time alone moves customers between scorecards.

A scorecard for new customers is learned from those who were new when the outcome began, not from
those who are new today.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.scoring.metrics.event_features import Bools, Floats
from pulse.scoring.named.assignment import CustomersOf, own_customers

FARTHEST = 180.0
"""Days before twice the outcome's window back to which membership is read. A back-test learns from
outcomes of the window before the one it is judged by, with metrics of twice its longest horizon
(90 days) earlier."""


@dataclass(frozen=True)
class Membership:
    """For each of D dates (days since epoch), whether each of N customers belonged."""

    dates: Floats
    belonged: NDArray[np.bool_]
    """[D, N]"""

    def at(self, as_of: float) -> Bools:
        """[N] whether they belonged, at the nearest of the dates."""
        return np.asarray(self.belonged[int(np.argmin(np.abs(self.dates - as_of)))])


async def read_membership(
    scope: Scope, ids: Sequence[UUID], whose: CustomersOf, last: float, window: float
) -> Membership:
    """Read it for these customers: today, and at dates back from the last event.

    Each date is a third of the window earlier, as outcomes are pooled. last: days since epoch;
    window: days within which an outcome is decided.
    """
    steps = math.ceil((2 * window + FARTHEST) / (window / 3))
    dates = [last - step * window / 3 for step in range(steps + 1)]
    found = [await _belonged(scope, ids, whose, date) for date in dates]
    today = await _belonged(scope, ids, whose, None)
    return Membership(np.array([*dates, clock.days_of(clock.now())]), np.array([*found, today]))


async def _belonged(
    scope: Scope, ids: Sequence[UUID], whose: CustomersOf, date: float | None
) -> Bools:
    at = None if date is None else datetime.fromtimestamp(date * 86_400, UTC)
    async with tenant(scope, replica=True) as unit:
        own = set(await own_customers(unit, ids, whose, at))
    return np.fromiter((who in own for who in ids), bool, len(ids))
