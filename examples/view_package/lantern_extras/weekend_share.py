"""A metric kind: which share of a customer's events fell on a Saturday or Sunday."""

import numpy as np

from pulse.sdk import Floats, Parameters, Past, metric_kind

THURSDAY = 3  # 1970-01-01 was one, with Monday as 0
SATURDAY = 5


@metric_kind("weekend_share", needs=("days",), silence="wavers")
def weekend_share(past: Past, parameters: Parameters) -> Floats:
    """Share of events in the last days that fell on a weekend (0–1); not known without events."""
    events = past.events(parameters.get("event"), float(parameters["days"]))
    weekday = (np.floor(events.at).astype(np.int64) + THURSDAY) % 7
    weekends = np.bincount(events.customer[weekday >= SATURDAY], minlength=past.size)
    count = events.count()
    share = np.full(past.size, np.nan)
    np.divide(weekends, count, out=share, where=count > 0)
    return share
