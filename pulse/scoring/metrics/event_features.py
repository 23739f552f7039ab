"""The data about customers as columns, and its part up to a given moment.

`Facts` contains everything. `Past` is the only view given to metric kinds; it never shows an event
or a dated attribute after `as_of`. One live customer and a million replayed ones use the same code.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Made = TypeVar("Made")
Floats = NDArray[np.float64]
Objects = NDArray[np.object_]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class EventColumns:
    """Dated events, sorted by customer, then time; all arrays have length E."""

    customer: NDArray[np.int32]
    """[E] index of the customer in the facts."""
    at: Floats
    """[E] days since 1970-01-01 UTC, with fractions."""
    kind: NDArray[Any]
    """[E] integer codes into `names`."""
    amount: Floats
    """[E] amount; NaN where the event has none."""
    names: tuple[str, ...] = ()

    @classmethod
    def empty(cls) -> "EventColumns":
        """Return an empty set of events."""
        none = np.empty(0)
        return cls(none.astype(np.int32), none, none.astype(np.int16), none)

    @classmethod
    def of(
        cls,
        customer: Iterable[int],
        at: Iterable[float],
        kind: Iterable[str],
        amount: Iterable[float] | None = None,
    ) -> "EventColumns":
        """Build from unsorted columns; `kind` as names. Sorts by customer, then time."""
        who = np.fromiter(customer, np.int32)
        when = np.fromiter(at, np.float64)
        spoken = list(kind)
        names = tuple(sorted(set(spoken)))
        code = {name: position for position, name in enumerate(names)}
        codes = np.fromiter((code[name] for name in spoken), np.int16, len(spoken))
        sums = np.full(who.size, np.nan) if amount is None else np.fromiter(amount, np.float64)
        order = np.lexsort((when, who))
        return cls(who[order], when[order], codes[order], sums[order], names)


@dataclass(frozen=True)
class Facts:
    """All data about `size` customers, one array of that length per attribute."""

    size: int
    attributes: dict[str, Objects] = field(default_factory=dict)
    """[N] numbers, texts, dates, booleans or None, unchanged."""
    first_seen: Floats = field(default_factory=lambda: np.empty(0))
    """[N] days since epoch, NaN = unknown."""
    events: EventColumns = field(default_factory=EventColumns.empty)
    attribute_times: dict[str, Floats] = field(default_factory=dict)
    """[N] when the attribute was last set (days); optional, for freshness and replay."""


@dataclass(frozen=True)
class Slice:
    """Events of some kinds within a window, still sorted by customer, then time."""

    size: int
    customer: NDArray[np.int32]
    at: Floats
    amount: Floats

    def count(self) -> Floats:
        """[N] events per customer."""
        return np.bincount(self.customer, minlength=self.size).astype(np.float64)

    def total(self) -> Floats:
        """[N] sum of the known amounts."""
        known = np.nan_to_num(self.amount, nan=0.0)
        return np.bincount(self.customer, weights=known, minlength=self.size).astype(np.float64)

    def amounts(self) -> Floats:
        """[N] how many events carry an amount."""
        known = (~np.isnan(self.amount)).astype(np.float64)
        return np.bincount(self.customer, weights=known, minlength=self.size).astype(np.float64)

    def last(self) -> Floats:
        """[N] time of the last event, NaN for none."""
        found = np.full(self.size, np.nan)
        found[self.customer] = self.at  # sorted by time: the last assignment is the latest event
        return found

    def first(self) -> Floats:
        """[N] time of the first event, NaN for none."""
        found = np.full(self.size, np.nan)
        found[self.customer[::-1]] = self.at[::-1]
        return found


class Past:
    """The facts at `as_of` (days since epoch), including events at that moment."""

    def __init__(self, facts: Facts, as_of: float) -> None:
        self.size = facts.size
        self.as_of = as_of
        self._facts = facts
        self._slices: dict[tuple[str, ...] | None, Slice] = {}
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return the result of `make`, computed once for this moment."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def attribute(self, name: str) -> Objects:
        """[N] the attribute; None where unknown or set only after `as_of`."""
        values = self._facts.attributes.get(name)
        if values is None:
            return np.full(self.size, None, dtype=object)
        times = self._facts.attribute_times.get(name)
        if times is None or not (late := times > self.as_of).any():
            return values
        known = values.copy()
        known[late] = None
        return known

    def attribute_age(self, name: str) -> Floats:
        """[N] days since the attribute was set; NaN where unknown."""
        times = self._facts.attribute_times.get(name)
        return np.full(self.size, np.nan) if times is None else self.as_of - times

    def events(
        self, kinds: str | Iterable[str] | None = None, days: float | None = None, skip: float = 0.0
    ) -> Slice:
        """Return events of these kinds (None: all) in (as_of − skip − days, as_of − skip]."""
        wanted = None if kinds is None else (kinds,) if isinstance(kinds, str) else tuple(kinds)
        whole = self._of_kinds(wanted)
        if days is None and not skip:
            return whole
        end = self.as_of - skip
        keep = whole.at <= end
        if days is not None:
            keep &= whole.at > end - days
        return Slice(self.size, whole.customer[keep], whole.at[keep], whole.amount[keep])

    @cached_property
    def since(self) -> Floats:
        """[N] when the customer was first known (first seen or first event); NaN: not yet."""
        seen = self._facts.first_seen
        if seen.size != self.size:
            seen = np.full(self.size, np.nan)
        seen = np.where(seen <= self.as_of, seen, np.nan)
        return np.fmin(seen, self._of_kinds(None).first())

    @cached_property
    def present(self) -> Bools:
        """[N] whether the customer existed by `as_of`."""
        return ~np.isnan(self.since)

    def _of_kinds(self, kinds: tuple[str, ...] | None) -> Slice:
        if kinds not in self._slices:
            events = self._facts.events
            keep = events.at <= self.as_of
            if kinds is not None:
                keep &= self._is_kind(kinds)
            self._slices[kinds] = Slice(
                self.size, events.customer[keep], events.at[keep], events.amount[keep]
            )
        return self._slices[kinds]

    def _is_kind(self, kinds: tuple[str, ...]) -> Bools:
        events = self._facts.events
        wanted = np.fromiter((name in kinds for name in events.names), bool, len(events.names))
        if not wanted.any():
            return np.zeros(events.at.size, dtype=bool)
        matches: Bools = wanted[events.kind]
        return matches


def known(past: Past, values: Floats) -> Floats:
    """`values` of customers who are known at the moment; NaN for the others."""
    return np.where(past.present, values, np.nan)


def divide(part: Floats, whole: Floats) -> Floats:
    """part / whole; NaN where `whole` is not above 0."""
    result = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result
