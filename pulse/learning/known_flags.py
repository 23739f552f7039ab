"""Metrics for whether a value is known, where missing values predict the outcome."""

from collections.abc import Mapping, Sequence

import numpy as np

from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects

BLANK_LEAST = 20
"""Customers with and without a value needed for an "is it known" metric."""
BLANK_TELLS = 3.0
"""Standard errors by which both must differ in their share of stayers."""


def known_of(values: Floats | Objects) -> Bools:
    """[N] whether there is a value."""
    if values.dtype == object:
        return np.fromiter((value is not None for value in values), bool, len(values))
    return ~np.isnan(np.asarray(values, dtype=np.float64))


def blanks_tell(known: Bools, stayed: Bools) -> bool:
    """Whether customers with and without a value differ clearly in their share of stayers."""
    with_value, without = int(known.sum()), int((~known).sum())
    if min(with_value, without) < BLANK_LEAST:
        return False
    usual = float(stayed.mean())
    error = np.sqrt(usual * (1 - usual) * (1 / with_value + 1 / without))
    gap = abs(float(stayed[known].mean()) - float(stayed[~known].mean()))
    return bool(gap > BLANK_TELLS * error)


def known_definition(attribute: str) -> MetricDefinition:
    """The metric for whether an attribute is known (1) or not (0)."""
    label = f"{attribute} known"
    return MetricDefinition(
        label, label, "", "engagement", "none", "attribute_known", {"attribute": attribute}
    )


def predictive_flags(
    catalogue: Sequence[MetricDefinition], measured: Mapping[str, Floats | Objects], stayed: Bools
) -> list[tuple[MetricDefinition, Floats]]:
    """The flags of measured attributes whose blanks predict the outcome, with values [N]."""
    there = {one.key for one in catalogue}
    found = []
    for definition in catalogue:
        attribute = definition.parameters.get("attribute")
        if not attribute or definition.kind == "attribute_known" or f"{attribute} known" in there:
            continue
        known = known_of(measured[definition.key])
        if blanks_tell(known, stayed):
            there.add(f"{attribute} known")
            found.append((known_definition(attribute), known.astype(np.float64)))
    return found
