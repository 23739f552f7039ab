"""Give missing values no factor, even where the trees use them.

A tree assigns a value to "not known". Where the catalogue has an "is it known" metric for it, that
value (less the average) is moved to that metric, so that it is a visible factor and the total stays
the trees'. Where there is none, the value is dropped: not known is neutral.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pulse.learning.trees.tree_tables import Collapsed, Table
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats


def reassign_missing(
    tables: Collapsed, x: Floats, catalogue: Sequence[MetricDefinition]
) -> tuple[Collapsed, dict[int, int]]:
    """(Tables averaged over known values only, metric → its "is it known" metric).

    x: [N, M] the customers the trees were trained on, NaN for not known.
    """
    known = ~np.isnan(x)
    flags = _flags(x, known, catalogue)
    singles = dict(tables.singles)
    edges = list(tables.edges)
    for metric in np.flatnonzero(~known.all(axis=0)).tolist():
        table, share = singles[metric], float((~known[:, metric]).mean())
        unknown = float(table.values[-1])
        usual = (table.average - share * unknown) / (1 - share) if share < 1 else table.average
        singles[metric] = Table(table.values, usual)
        if metric in flags:
            flag, told = flags[metric], unknown - usual
            edges[flag], singles[flag] = _told(edges[flag], singles[flag], told, share)
    return replace(tables, edges=tuple(edges), singles=singles), flags


def _flags(x: Floats, known: Bools, catalogue: Sequence[MetricDefinition]) -> dict[int, int]:
    """Metric → the "is it known" metric that is 1 exactly where the metric is known."""
    speaking = [
        place for place, definition in enumerate(catalogue) if definition.kind == "attribute_known"
    ]
    found: dict[int, int] = {}
    for metric in np.flatnonzero(~known.all(axis=0)).tolist():
        for flag in speaking:
            if np.array_equal(x[:, flag], known[:, metric]):
                found[metric] = flag
                break
    return found


def _told(
    edges: tuple[float, ...], table: Table, told: float, share: float
) -> tuple[tuple[float, ...], Table]:
    """The flag's table with `told` added where it says no."""
    # the trees did not use it: add one cut between no and yes, with zero on either side
    if not edges:
        edges, values = (0.5,), np.repeat(table.values, (2, 1))
    else:
        values = table.values.copy()
    values[: int(np.searchsorted(np.asarray(edges), 0.0, side="left")) + 1] += told
    return edges, Table(values, table.average + share * told)
