"""The catalogue: what a business measures about its customers, computed at any date.

A definition is data (in the `metrics` table); its `kind` names one function in the modules of
kinds. All values are computed by `measure`, for one customer after a tap and for a million replayed
ones.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.scoring.metrics import attribute_kinds as attribute_kinds  # registers its kinds
from pulse.scoring.metrics import decay_kinds as decay_kinds  # registers its kinds
from pulse.scoring.metrics.event_features import EventColumns, Facts, Floats, Objects, Past
from pulse.scoring.metrics.event_kinds import KINDS, MetricKind, kind_named, metric_kind

Signal = Literal["tenure", "engagement", "satisfaction", "loyalty", "value"]
Direction = Literal["higher", "lower", "none"]
SIGNALS: tuple[Signal, ...] = ("tenure", "engagement", "satisfaction", "loyalty", "value")

__all__ = [
    "KINDS",
    "SIGNALS",
    "CustomerWords",
    "Direction",
    "EventColumns",
    "Facts",
    "MetricDefinition",
    "Signal",
    "check",
    "is_category",
    "measure",
    "metric_kind",
]


class CustomerWords(msgspec.Struct, frozen=True):
    """A business's texts for customers about a metric in one language; empty: the default."""

    label: str = ""
    advice: str = ""


class MetricDefinition(msgspec.Struct, frozen=True):
    """One raw number or category about a customer."""

    key: str
    label: str
    unit: str
    """What it counts, as a plural ("orders", "days"), or a currency code; may be empty."""
    signal: Signal
    direction: Direction
    """Which direction is stronger; "none" for categories and purely informative numbers."""
    kind: str
    parameters: dict[str, Any] = {}
    customer_visible: bool = False
    customer_label: str = ""
    """The label for the customer; empty: the label for staff."""
    actionable: bool = False
    """Whether the customer can influence it; only then it may be suggested as a step."""
    freshness_days: float | None = None
    """Days after which a value (last event, or time the attribute was set) counts as unknown."""
    advice: str = ""
    """Advice to the customer in the business's own words; empty: a generated text."""
    in_languages: dict[str, CustomerWords] = {}
    """Label and advice in other languages (de, fr …), written by the business."""


def measure(
    facts: Facts, catalogue: Sequence[MetricDefinition], as_of: float
) -> dict[str, Floats | Objects]:
    """Compute every metric for every customer at `as_of` (days since epoch).

    Numbers are float64[N] with NaN for unknown, categories object[N] of text or None. Events and
    dated attributes after `as_of` are ignored.
    """
    past = Past(facts, as_of)
    return {definition.key: _measure_one(past, definition) for definition in catalogue}


def is_category(definition: MetricDefinition) -> bool:
    """Return whether the metric yields texts instead of numbers."""
    return kind_named(definition.kind).category


def sinks(definition: MetricDefinition) -> bool:
    """Return whether a strength based on the metric never rises without activity.

    A value that expires (`freshness_days`) becomes neutral, which may be higher.
    """
    kind = kind_named(definition.kind)
    return definition.freshness_days is None and kind.sinks_in(definition.direction)


def can_decay(definition: MetricDefinition) -> bool:
    """Return whether the metric's direction can be set so that it `sinks`.

    Not possible for tenure: with more as stronger, it rises by itself.
    """
    silence = kind_named(definition.kind).silence
    if definition.freshness_days is not None or silence == "wavers":
        return False
    wrong = {"falls": "lower", "grows": "higher"}.get(silence)
    return wrong is None or definition.direction != wrong


def check(definition: MetricDefinition) -> MetricKind:
    """Return the definition's kind; raises Invalid with what is missing to measure it."""
    kind = kind_named(definition.kind)
    missing = [name for name in kind.needs if definition.parameters.get(name) in (None, "")]
    if missing:
        raise Invalid(
            f"“{definition.label}” needs {', '.join(missing)}.",
            code="METRIC_INCOMPLETE",
            metric=definition.key,
            missing=missing,
        )
    for name in ("days", "before_days", "period_days", "periods"):
        length = definition.parameters.get(name, 1)
        if not isinstance(length, int | float) or length <= 0:
            raise Invalid(f"“{definition.label}”: {name} must be above 0.", metric=definition.key)
    return kind


def _measure_one(past: Past, definition: MetricDefinition) -> Floats | Objects:
    kind = kind_named(definition.kind)
    values = kind.compute(past, definition.parameters)
    if not kind.category and np.isinf(values).any():
        values = np.where(np.isinf(values), np.nan, values)  # sums outside the range of numbers
    if definition.freshness_days is None:
        return values
    kept = values.copy()
    kept[_age(past, definition) > definition.freshness_days] = None if kind.category else np.nan
    return kept


def _age(past: Past, definition: MetricDefinition) -> Floats:
    if "attribute" in definition.parameters:
        return past.attribute_age(definition.parameters["attribute"])
    return past.as_of - past.events(definition.parameters.get("event")).last()
