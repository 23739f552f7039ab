"""Detect a stopped feed, or a move of all customers at once, and suppress cards from it.

Pure. What looks like many customers falling silent is then one broken feed or one changed import,
and deserves one alarm instead of a queue full of cards.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats

SECTION = "feed"
LEAST_DAYS = 30
"""Days with orders from which on a pause can be told from the usual."""
USUAL_PAUSE, LONGER = 0.98, 1.25
"""A feed has stopped when it pauses for longer than nearly all of its pauses, by a quarter."""
LEAST_PAUSE = 1.5  # days
FLEET, TOGETHER = 200, 0.2
"""Of so many customers or more, this share falling within a week is no news about each of them."""


class Feed(msgspec.Struct, frozen=True):
    """What stands in the business's settings."""

    stopped_since: datetime | None = None
    """The last order before the feed stopped; None while orders arrive as usual."""


def stopped(days: Sequence[float], as_of: float) -> bool:
    """Whether orders have stopped arriving; days (since epoch) on which there were some."""
    known = np.unique(np.floor(np.asarray(days, dtype=np.float64)))
    if known.size < LEAST_DAYS:
        return False
    usual = float(np.quantile(np.diff(known), USUAL_PAUSE))
    return bool(as_of - known[-1] - 1.0 > max(LEAST_PAUSE, LONGER * usual))


def moved_together(changes: Floats, points: float) -> bool:
    """Whether so many customers fell by more than `points` that it is no news about each.

    changes [N]: points against a week ago, NaN for not known.
    """
    known = changes[~np.isnan(changes)]
    return bool(known.size >= FLEET and (known < -points).mean() > TOGETHER)
