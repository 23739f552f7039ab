"""Attributes that a scorecard could learn from although they are no metrics yet.

They have no declared direction, so the learned effect may have either sign. A draft that gives one
a weight adds it to the catalogue, hidden from customers.
"""

from collections.abc import Sequence, Set
from typing import Any

import numpy as np
import polars as pl

from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Facts, Objects
from pulse.tabular import header_hints
from pulse.tabular.header_names import label_of, words_of
from pulse.tabular.profiling import ColumnProfile, profile

LEAST_FILLED = 0.05
"""Minimum share of customers who have the attribute."""
FREE_TEXT = 0.5
"""Share of distinct values from which a text is treated as names or descriptions."""
LEAST_SPREAD = 30.0
"""Days between which most customers began; within fewer, one import probably set them all."""
CUSTOMER_SINCE = MetricDefinition(
    "customer_since", "Customer since", "", "tenure", "none", "customer_since"
)
_KINDS = {
    "number": "attribute_number",
    "flag": "attribute_flag",
    "category": "attribute_category",
    "text": "attribute_category",
}


def candidates(facts: Facts, left_out: Set[str]) -> list[MetricDefinition]:
    """Return one definition per measurable attribute, in the order they were first stored."""
    found = [
        (name, profile(name, as_text(values)))
        for name, values in facts.attributes.items()
        if name not in left_out
    ]
    return [_definition(name, column) for name, column in found if _is_usable(column)]


def customer_since(facts: Facts, own: Sequence[MetricDefinition]) -> list[MetricDefinition]:
    """Return the day customers began as a metric, if it is not only the day of an import.

    Learned from instead of the time as a customer, which would raise strengths in silence.
    """
    began = facts.first_seen[~np.isnan(facts.first_seen)]
    if not began.size or not any(one.kind == "tenure" for one in own):
        return []
    early, late = np.quantile(began, (0.1, 0.9))
    return [CUSTOMER_SINCE] if late - early >= LEAST_SPREAD else []


def as_text(values: Objects) -> pl.Series:
    """Return [N] attributes as text as an import would read them; lists and objects are blank."""
    return pl.Series([_spoken(value) for value in values], dtype=pl.String)


def _spoken(value: Any) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _is_usable(column: ColumnProfile) -> bool:
    free = column.type == "text" and column.uniqueness > FREE_TEXT
    known = column.filled >= LEAST_FILLED and column.distinct > 1
    return kind_of(column) is not None and known and not free


def kind_of(column: ColumnProfile) -> str | None:
    """Return the kind of metric by which a column can be learned from; None for none.

    A date never changes. The time since the latest of several, such as the last login, grows in
    silence, so that it may only lower a strength.
    """
    if column.type != "date":
        return _KINDS.get(column.type)
    latest = header_hints.says(words_of(column.column), header_hints.LATEST)
    return "attribute_days_since" if latest else "attribute_date"


def _definition(name: str, column: ColumnProfile) -> MetricDefinition:
    return MetricDefinition(
        key=name,
        label=label_of(name),
        unit="days" if kind_of(column) == "attribute_days_since" else "",
        signal=header_hints.signal_of(words_of(name)) or "engagement",
        direction="none",
        kind=kind_of(column) or "",
        parameters={"attribute": name},
    )
