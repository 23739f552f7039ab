"""Attributes that a scorecard could learn from although they are no metrics yet.

They have no declared direction, so the learned effect may have either sign. A draft that gives one
a weight adds it to the catalogue, hidden from customers.
"""

from collections.abc import Set
from typing import Any

import polars as pl

from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Facts, Objects
from pulse.tabular import header_hints
from pulse.tabular.header_names import label_of, words_of
from pulse.tabular.profiling import ColumnProfile, profile

LEAST_FILLED = 0.05
"""Minimum share of customers who have the attribute."""
_KINDS = {
    "number": "attribute_number",
    "flag": "attribute_flag",
    "category": "attribute_category",
    "date": "attribute_age",
}


def candidates(facts: Facts, left_out: Set[str]) -> list[MetricDefinition]:
    """Return one definition per measurable attribute, in the order they were first stored."""
    found = [
        (name, profile(name, as_text(values)))
        for name, values in facts.attributes.items()
        if name not in left_out
    ]
    return [_definition(name, column) for name, column in found if _is_usable(column)]


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
    return column.type in _KINDS and column.filled >= LEAST_FILLED and column.distinct > 1


def _definition(name: str, column: ColumnProfile) -> MetricDefinition:
    return MetricDefinition(
        key=name,
        label=label_of(name),
        unit="",
        signal=header_hints.signal_of(words_of(name)) or "engagement",
        direction="none",
        kind=_KINDS[column.type],
        parameters={"attribute": name},
    )
