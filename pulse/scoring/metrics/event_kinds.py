"""The registry of metric kinds, and the kinds computed from dated events.

A kind is one decorated pure function from the past and its parameters to one value per customer.
Numbers are float64 with NaN for unknown, categories objects with None. Windows are (as_of − days,
as_of]. `event` is one kind of event, a list of kinds, or absent for all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from pulse.errors import Invalid
from pulse.plugins import load_plugins
from pulse.scoring.metrics.event_features import Floats, Objects, Past, divide, known

Parameters = dict[str, Any]
Silence = Literal["still", "falls", "grows", "wavers"]
Compute = Callable[[Past, Parameters], Floats | Objects]


@dataclass(frozen=True)
class MetricKind:
    """One function that computes a metric from the past."""

    name: str
    compute: Compute
    needs: tuple[str, ...]
    """Required parameters."""
    category: bool
    """Whether it yields texts instead of numbers."""
    says: str
    """One line for the settings page."""
    silence: Silence
    """How the value changes without activity or changed data."""

    def sinks_in(self, direction: str) -> bool:
        """Return whether a strength with this direction of the metric never rises in silence."""
        if self.silence == "still" or direction == "none":
            return self.silence == "still"
        return self.silence == ("falls" if direction == "higher" else "grows")


KINDS: dict[str, MetricKind] = {}


def metric_kind(
    name: str,
    *,
    needs: tuple[str, ...] = (),
    category: bool = False,
    silence: Silence,
) -> Callable[[Compute], Compute]:
    """Register a function as a kind of metric; its docstring's first line is shown in settings.

    silence: what the value does while nothing happens. It stays ("still"), only falls, only grows,
    or may do both ("wavers"). No strength may rise in silence, so a metric that wavers is neither
    scored by default nor learned from. Raises TypeError for another word.
    """
    if silence not in get_args(Silence):
        said = ", ".join(get_args(Silence))
        raise TypeError(f"@metric_kind({name!r}): silence is one of {said}, not {silence!r}.")

    def register(compute: Compute) -> Compute:
        says = (compute.__doc__ or name).strip().splitlines()[0]
        KINDS[name] = MetricKind(name, compute, needs, category, says, silence)
        return compute

    return register


def kind_named(name: str) -> MetricKind:
    """Return the kind of this name; raises Invalid with the known names."""
    if name not in KINDS:
        load_plugins("pulse.metric_kinds")
    if name not in KINDS:
        raise Invalid(
            f"There is no metric kind “{name}”.", code="METRIC_KIND_UNKNOWN", known=sorted(KINDS)
        )
    return KINDS[name]


@metric_kind("tenure", silence="grows")
def tenure(past: Past, parameters: Parameters) -> Floats:
    """Days since the customer was first seen."""
    return past.as_of - past.since


@metric_kind("event_count", needs=("days",), silence="falls")
def event_count(past: Past, parameters: Parameters) -> Floats:
    """How many events in the last days; a customer who did nothing has a true zero."""
    return known(past, past.events(parameters.get("event"), parameters["days"]).count())


@metric_kind("event_rate", needs=("days",), silence="falls")
def event_rate(past: Past, parameters: Parameters) -> Floats:
    """Events per 30 days over the window, or over the time we know the customer if shorter."""
    count = past.events(parameters.get("event"), parameters["days"]).count()
    observed = np.clip(past.as_of - past.since, 30.0, max(30.0, parameters["days"]))
    return count / observed * 30.0


@metric_kind("event_sum", needs=("days",), silence="wavers")
def event_sum(past: Past, parameters: Parameters) -> Floats:
    """The sum of the amounts in the last days."""
    return known(past, past.events(parameters.get("event"), parameters["days"]).total())


@metric_kind("event_mean", needs=("days",), silence="wavers")
def event_mean(past: Past, parameters: Parameters) -> Floats:
    """The mean amount in the last days; not known without an amount."""
    events = past.events(parameters.get("event"), parameters["days"])
    return divide(events.total(), events.amounts())


@metric_kind("event_recency", silence="grows")
def event_recency(past: Past, parameters: Parameters) -> Floats:
    """Days since the last such event; not known if there never was one."""
    return past.as_of - past.events(parameters.get("event")).last()


@metric_kind("event_active_periods", needs=("period_days", "periods"), silence="wavers")
def event_active_periods(past: Past, parameters: Parameters) -> Floats:
    """In how many of the last periods something happened, counted back from the day itself."""
    width, periods = float(parameters["period_days"]), int(parameters["periods"])
    events = past.events(parameters.get("event"), width * periods)
    period = np.minimum((past.as_of - events.at) // width, periods - 1).astype(np.int64)
    active = np.unique(events.customer.astype(np.int64) * periods + period) // periods
    return known(past, np.bincount(active, minlength=past.size).astype(np.float64))


@metric_kind("event_ratio", needs=("days",), silence="wavers")
def event_ratio(past: Past, parameters: Parameters) -> Floats:
    """Pace of the last days against the pace before (1 = the same); not known without a before.

    `before_days` is the length of the earlier window (default: as long), `of` is count or sum.
    """
    days = float(parameters["days"])
    before_days = float(parameters.get("before_days", days))
    recent, before = _two_windows(past, parameters, days, before_days)
    return divide(recent / days, before / before_days)


@metric_kind("event_trend", needs=("days",), silence="wavers")
def event_trend(past: Past, parameters: Parameters) -> Floats:
    """From −1 (stopped) over 0 (as before) to 1 (all new): this window against the one before."""
    days = float(parameters["days"])
    recent, before = _two_windows(past, parameters, days, days)
    return divide(recent - before, recent + before)


@metric_kind("event_share", needs=("event", "of_event", "days"), silence="wavers")
def event_share(past: Past, parameters: Parameters) -> Floats:
    """Events of one kind per event of another in the last days, such as returns per order."""
    part = past.events(parameters["event"], parameters["days"]).count()
    return divide(part, past.events(parameters["of_event"], parameters["days"]).count())


@metric_kind("event_gap", silence="still")
def event_gap(past: Past, parameters: Parameters) -> Floats:
    """The usual number of days between two active days; not known below two active days."""
    events = past.events(parameters.get("event"))
    day = np.floor(events.at).astype(np.int64)
    fresh = np.ones(day.size, dtype=bool)
    fresh[1:] = (day[1:] != day[:-1]) | (events.customer[1:] != events.customer[:-1])
    days = np.bincount(events.customer[fresh], minlength=past.size).astype(np.float64)
    return divide(events.last() - events.first(), np.where(days >= 2, days - 1, 0.0))


@metric_kind("event_lateness", silence="grows")
def event_lateness(past: Past, parameters: Parameters) -> Floats:
    """Days since the last event over the customer's own usual gap (1 = right on time)."""
    gap = np.maximum(event_gap(past, parameters).astype(np.float64), 1.0)  # NaN stays NaN
    return event_recency(past, parameters).astype(np.float64) / gap


def _two_windows(
    past: Past, parameters: Parameters, days: float, before_days: float
) -> tuple[Floats, Floats]:
    recent = past.events(parameters.get("event"), days)
    before = past.events(parameters.get("event"), before_days, skip=days)
    if parameters.get("of", "count") == "sum":
        return recent.total(), before.total()
    return recent.count(), before.count()
