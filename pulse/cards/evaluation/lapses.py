"""Orders and lapses of many customers at many moments, as arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.float64]
Index = NDArray[np.int64]
Bools = NDArray[np.bool_]
YEAR_DAYS = 365
FAR = 1_000_000.0  # days: farther than any date; separates customers in one sorted array


class Orders:
    """All orders in one sorted array, so that many lookups are two binary searches.

    Customers are small integers; times are days since 1970, UTC.
    """

    def __init__(self, customers: Index, times: Days, amounts: Days) -> None:
        keys = customers * FAR + times
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._summed = np.r_[0.0, np.cumsum(amounts[order])]

    def count(self, customers: Index, at: Any) -> Index:
        """Return how many orders each customer had placed before (or at) a moment."""
        end = np.searchsorted(self._keys, customers * FAR + at, side="right")
        return np.asarray(end - np.searchsorted(self._keys, customers * FAR, side="left"))

    def spent(self, customers: Index, at: Any) -> Days:
        """Return the amount spent in the year before (or at) a moment."""
        place = customers * FAR + at
        end = np.searchsorted(self._keys, place, side="right")
        begin = np.searchsorted(self._keys, place - YEAR_DAYS, side="right")
        return np.asarray(self._summed[end] - self._summed[begin])

    def last(self, customers: Index, at: Any) -> Days:
        """Return the last order before (or at) a moment; each customer must have one by then."""
        found = np.searchsorted(self._keys, customers * FAR + at, side="right")
        return np.asarray(self._keys[np.maximum(found - 1, 0)] - customers * FAR)

    def active(self, customers: Index, at: Any, days: float) -> Bools:
        """Return whether they ordered within the `days` before (or at) a moment."""
        place = customers * FAR + at
        found = np.searchsorted(self._keys, place, side="right")
        return np.asarray((found > 0) & (self._keys[np.maximum(found - 1, 0)] >= place - days))

    def lapsed(self, customers: Index, at: Any, days: int) -> Bools:
        """Return whether they ordered nothing in the `days` after a moment."""
        place = customers * FAR + at
        found = np.searchsorted(self._keys, place, side="right")
        last = len(self._keys) - 1
        after = (found <= last) & (self._keys[np.minimum(found, last)] <= place + days)
        return np.asarray(~after)

    def lapses(self, until: float, days: int) -> tuple[Index, Days]:
        """Return (customer, last order) of every lapse that is complete at `until`."""
        customers = np.floor_divide(self._keys, FAR).astype(np.int64)
        times = self._keys - customers * FAR
        gap = np.r_[np.diff(self._keys), np.inf] > days
        ended = gap & (times <= until - days)
        return customers[ended], times[ended]
