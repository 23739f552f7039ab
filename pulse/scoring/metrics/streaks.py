"""Streaks: consecutive periods with at least one event each."""

from dataclasses import dataclass

import numpy as np

from pulse.scoring.metrics.event_features import Floats, Slice

AVERAGE_MONTH = 30.4375
"""Days. Periods of this length are the months of the calendar."""


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
    """Return streaks over fixed periods of `period_days`, counted from 1970-01-01.

    An average month stands for the months of the calendar, as "6 months in a row" is understood.
    """
    longest, current = np.zeros(events.size), np.zeros(events.size)
    at = np.full(events.size, np.nan)
    if not events.at.size:
        return Streaks(longest, current, at)
    period = _periods(events.at, period_days)
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
    alive = last & (period >= _periods(np.array([as_of]), period_days) - 1)
    current[who[alive]] = length[alive]
    hit = np.flatnonzero(length == target)[::-1]  # reversed, so that the earliest is kept
    at[who[hit]] = first[hit]
    return Streaks(longest, current, at)


def _periods(at: Floats, period_days: float) -> np.ndarray:
    """Return the number of the period of each moment."""
    if period_days == AVERAGE_MONTH:
        days = np.floor(at).astype(np.int64).astype("datetime64[D]")
        return days.astype("datetime64[M]").astype(np.int64)
    return np.floor(at / period_days).astype(np.int64)
