"""Streaks: consecutive periods with at least one event each."""

from dataclasses import dataclass

import numpy as np

from pulse.scoring.metrics.event_features import Floats, Slice


@dataclass(frozen=True)
class Streaks:
    """Streaks of N customers, in periods."""

    longest: Floats
    """[N] the longest streak so far."""
    current: Floats
    """[N] the current streak: it reaches into this period or the one before."""
    at: Floats
    """[N] when a streak first reached the target length (days since epoch), NaN if none did."""


def streaks(events: Slice, period_days: float, as_of: float, target: int) -> Streaks:
    """Return streaks over fixed periods of `period_days`, counted from 1970-01-01."""
    longest, current = np.zeros(events.size), np.zeros(events.size)
    at = np.full(events.size, np.nan)
    if not events.at.size:
        return Streaks(longest, current, at)
    period = np.floor(events.at / period_days).astype(np.int64)
    fresh = np.ones(period.size, dtype=bool)  # the first event of a customer in a period
    fresh[1:] = (period[1:] != period[:-1]) | (events.customer[1:] != events.customer[:-1])
    who, period, first = events.customer[fresh], period[fresh], events.at[fresh]
    broken = np.ones(who.size, dtype=bool)
    broken[1:] = (who[1:] != who[:-1]) | (period[1:] != period[:-1] + 1)
    place = np.arange(who.size)
    length = place - np.maximum.accumulate(np.where(broken, place, 0)) + 1
    np.maximum.at(longest, who, length)
    last = np.ones(who.size, dtype=bool)
    last[:-1] = who[1:] != who[:-1]
    alive = last & (period >= np.floor(as_of / period_days) - 1)
    current[who[alive]] = length[alive]
    hit = np.flatnonzero(length == target)[::-1]  # reversed, so that the earliest is kept
    at[who[hit]] = first[hit]
    return Streaks(longest, current, at)
