"""The catalogue: what a business measures about its customers, and measuring it as of any date.

A definition is data (it lives in the `metrics` table); its `kind` names one function in
`metric_kinds` or `attribute_kinds`. `measure` is the only way values are made, for one customer
who just did something and for a million replayed ones alike.
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
    """How a business speaks to its customers about a metric in one language; empty: as else."""

    label: str = ""
    advice: str = ""


class MetricDefinition(msgspec.Struct, frozen=True):
    """One raw number or category about a customer."""

    key: str
    label: str
    unit: str
    """What it counts, plural and in words ("orders", "days"), or a currency code; may be empty."""
    signal: Signal
    direction: Direction
    """Which way is stronger; "none" for categories and for numbers that only inform."""
    kind: str
    parameters: dict[str, Any] = {}
    customer_visible: bool = False
    customer_label: str = ""
    """How the customer reads it; empty: the label."""
    actionable: bool = False
    """Whether the customer can do something about it; only then is it ever asked for."""
    freshness_days: float | None = None
    """Older than this (last event, or when the attribute was set) counts as not known."""
    advice: str = ""
    """What to suggest to the customer in the business's own words; empty: a worded step."""
    in_languages: dict[str, CustomerWords] = {}
    """The label and the advice in other languages (de, fr …), by the business itself."""


def measure(
    facts: Facts, catalogue: Sequence[MetricDefinition], as_of: float
) -> dict[str, Floats | Objects]:
    """Every metric of the catalogue for every customer, as it stood at `as_of` (days since epoch).

    Numbers are float64[N] with NaN for not known; categories object[N] of text or None. Events and
    dated attributes after `as_of` do not exist here.
    """
    past = Past(facts, as_of)
    return {definition.key: _measure_one(past, definition) for definition in catalogue}


def is_category(definition: MetricDefinition) -> bool:
    """Whether the metric yields texts rather than numbers."""
    return kind_named(definition.kind).category


def sinks(definition: MetricDefinition) -> bool:
    """Whether a strength that follows the metric never rises while nothing happens.

    A value that is forgotten when it gets old (`freshness_days`) turns neutral, which may be more.
    """
    kind = kind_named(definition.kind)
    return definition.freshness_days is None and kind.sinks_in(definition.direction)


def can_decay(definition: MetricDefinition) -> bool:
    """Whether the metric can be turned so that it `sinks`.

    Time as a customer cannot: declared as stronger when more, it grows by itself.
    """
    silence = kind_named(definition.kind).silence
    if definition.freshness_days is not None or silence == "wavers":
        return False
    wrong = {"falls": "lower", "grows": "higher"}.get(silence)
    return wrong is None or definition.direction != wrong


def check(definition: MetricDefinition) -> MetricKind:
    """The definition's kind, once it can surely be measured; Invalid says what is missing."""
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
        values = np.where(np.isinf(values), np.nan, values)  # sums beyond every number
    if definition.freshness_days is None:
        return values
    kept = values.copy()
    kept[_age(past, definition) > definition.freshness_days] = None if kind.category else np.nan
    return kept


def _age(past: Past, definition: MetricDefinition) -> Floats:
    if "attribute" in definition.parameters:
        return past.attribute_age(definition.parameters["attribute"])
    return past.as_of - past.events(definition.parameters.get("event")).last()
