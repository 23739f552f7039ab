"""Detect a stopped data feed, or a simultaneous change of all customers, and suppress cards.

Pure. When many customers seem to become silent at once, a broken feed or a changed import is the
likely cause; it raises one alarm instead of filling the queue.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats

SECTION = "feed"
LEAST_DAYS = 30
"""Number of days with orders needed before an unusual pause can be detected."""
USUAL_PAUSE, LONGER = 0.98, 1.25
"""Quantile of usual pauses, and the factor by which a stopped feed exceeds it."""
LEAST_PAUSE = 1.5  # days
FLEET, TOGETHER = 200, 0.2
"""With at least FLEET customers, this share falling within a week is no individual change."""


class Feed(msgspec.Struct, frozen=True):
    """The feed's state as stored in the business's settings."""

    stopped_since: datetime | None = None
    """The last order before the feed stopped; None while orders arrive as usual."""


def stopped(days: Sequence[float], as_of: float) -> bool:
    """Return whether orders stopped arriving; days: days since epoch with orders."""
    known = np.unique(np.floor(np.asarray(days, dtype=np.float64)))
    if known.size < LEAST_DAYS:
        return False
    usual = float(np.quantile(np.diff(known), USUAL_PAUSE))
    return bool(as_of - known[-1] - 1.0 > max(LEAST_PAUSE, LONGER * usual))


def moved_together(changes: Floats, points: float) -> bool:
    """Return whether so many customers fell by more than `points` that it is no individual change.

    changes [N]: points compared with a week ago, NaN if unknown.
    """
    known = changes[~np.isnan(changes)]
    return bool(known.size >= FLEET and (known < -points).mean() > TOGETHER)
