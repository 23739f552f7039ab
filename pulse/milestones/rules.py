"""Milestones as data: who reached which rule when, and which comes next.

Rules are evaluated for all customers at once, at a given moment, so live system and replay of past
weeks produce the same dates. Rules only describe positive events.
"""

import math
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np

from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.scoring.bands import DEFAULT_EDGES
from pulse.scoring.metrics.event_features import Bools, Floats, Past
from pulse.scoring.metrics.orders import standing_orders
from pulse.scoring.metrics.streaks import streaks

MilestoneKind = Literal["tenure", "event_count", "streak", "band", "signal"]


class MilestoneRule(msgspec.Struct, frozen=True):
    """One milestone to reach.

    parameters by kind: tenure {days} · event_count {event, less, count} · streak {event, less,
    period_days, periods} · band {band} · signal {signal, share 0–1}. `less` names the events that
    cancel an event.
    """

    key: str
    title: str
    text: str
    kind: MilestoneKind
    parameters: dict[str, Any]
    unit: str = ""
    """Unit of what is still missing, plural: "orders", "days", "months", "points"."""
    notable: bool = False
    """Whether staff may mention it; other milestones are only celebrated in the widget."""


@dataclass(frozen=True)
class CustomerFigures:
    """N customers at one moment."""

    past: Past
    strength: Floats
    """[N] 0–100, NaN before the first score."""
    signal_shares: dict[str, Floats]
    """Signal → [N] share of the signal's points the customer has (0–1), NaN if unknown."""
    band_edges: tuple[float, float] = DEFAULT_EDGES
    begins: float = 0.0
    """Customers first seen before this day may be older, so they have no anniversaries."""


@dataclass(frozen=True)
class Progress:
    """Progress of N customers on one rule."""

    value: Floats
    """[N] in the rule's unit; NaN counts as 0."""
    target: float
    reached: Bools
    reached_at: Floats
    """[N] days since epoch, NaN if not reached; the moment of the evaluation if unknown."""


class Reached(msgspec.Struct, frozen=True):
    """A milestone a customer has reached."""

    key: str
    title: str
    text: str
    reached_at: float


class Next(msgspec.Struct, frozen=True):
    """The milestone a customer is closest to."""

    key: str
    title: str
    progress: float
    """From 0 to below 1."""
    remaining: str
    """What is missing, as text: "2 more orders"."""


@dataclass(frozen=True)
class Evaluated:
    """All rules for N customers; query one customer by index."""

    rules: tuple[MilestoneRule, ...]
    progress: tuple[Progress, ...]

    def reached_by(self, customer: int) -> list[Reached]:
        """Return what this customer has reached, earliest first."""
        found = [
            Reached(rule.key, rule.title, rule.text, float(progress.reached_at[customer]))
            for rule, progress in zip(self.rules, self.progress, strict=True)
            if progress.reached[customer]
        ]
        return sorted(found, key=lambda reached: reached.reached_at)

    def undone_by(self, customer: int) -> set[str]:
        """Return counts that no longer hold, for example because an order was cancelled later."""
        return {
            rule.key
            for rule, progress in zip(self.rules, self.progress, strict=True)
            if rule.kind == "event_count" and not progress.reached[customer]
        }

    def next_of(
        self, customer: int, words: Words = ENGLISH, without: Container[str] = ()
    ) -> Next | None:
        """Return the closest milestone not reached yet; None when none has begun.

        without: keys of milestones reached earlier.
        """
        best: tuple[float, MilestoneRule, float] | None = None
        for rule, progress in zip(self.rules, self.progress, strict=True):
            share = float(progress.value[customer]) / progress.target
            open_yet = not progress.reached[customer] and 0 < share < 1 and rule.key not in without
            if open_yet and (best is None or share > best[0]):
                best = (share, rule, progress.target - float(progress.value[customer]))
        if best is None:
            return None
        share, rule, missing = best
        amount = math.ceil(missing - 1e-9)
        remaining = words.say("remaining", counted=words.counted(amount, rule.unit, more=True))
        return Next(rule.key, rule.title, share, remaining)


def evaluate(rules: Sequence[MilestoneRule], standing: CustomerFigures) -> Evaluated:
    """Return everybody's progress on every rule, as of `standing.past.as_of`."""
    progress = tuple(_KINDS[rule.kind](standing, rule.parameters) for rule in rules)
    return Evaluated(tuple(rules), progress)


def _tenure(standing: CustomerFigures, parameters: dict[str, Any]) -> Progress:
    past, days = standing.past, float(parameters["days"])
    value = np.where(past.since < standing.begins, np.nan, past.as_of - past.since)
    return Progress(value, days, value >= days, np.where(value >= days, past.since + days, np.nan))


def _event_count(standing: CustomerFigures, parameters: dict[str, Any]) -> Progress:
    past, count = standing.past, int(parameters["count"])
    events = standing_orders(past, parameters.get("event"), parameters.get("less"))
    value = events.count()
    reached = value >= count
    reached_at = np.full(past.size, np.nan)
    starts = np.searchsorted(events.customer, np.flatnonzero(reached))
    reached_at[reached] = events.at[starts + count - 1]
    return Progress(value, float(count), reached, reached_at)


def _streak(standing: CustomerFigures, parameters: dict[str, Any]) -> Progress:
    periods = int(parameters["periods"])
    found = streaks(
        standing_orders(standing.past, parameters.get("event"), parameters.get("less")),
        float(parameters["period_days"]),
        standing.past.as_of,
        periods,
    )
    reached = found.longest >= periods
    return Progress(np.where(reached, found.longest, found.current), periods, reached, found.at)


def _band(standing: CustomerFigures, parameters: dict[str, Any]) -> Progress:
    """A band begins at the strength that is shown, as in `bands.limits`."""
    low, high = standing.band_edges
    shown = np.floor(standing.strength + 0.5)
    return _level(standing, shown, float(np.ceil(high if parameters["band"] == "strong" else low)))


def _signal(standing: CustomerFigures, parameters: dict[str, Any]) -> Progress:
    share = standing.signal_shares.get(parameters["signal"])
    if share is None:
        share = np.full(standing.past.size, np.nan)
    return _level(standing, 100.0 * share, 100.0 * float(parameters["share"]))


def _level(standing: CustomerFigures, value: Floats, target: float) -> Progress:
    reached = value >= target
    return Progress(value, target, reached, np.where(reached, standing.past.as_of, np.nan))


_KINDS: dict[str, Callable[[CustomerFigures, dict[str, Any]], Progress]] = {
    "tenure": _tenure,
    "event_count": _event_count,
    "streak": _streak,
    "band": _band,
    "signal": _signal,
}
