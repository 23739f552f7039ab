"""Keep customers more than three usual gaps late out of the steady band, with the lateness curve.

Trees learn that a regular customer one month late often returns, so lateness alone has little
weight. But a CSM needs to know that something has changed: the curve falls towards three gaps so
far that even with the best values elsewhere the strength stays below the fragile edge. It is part
of the additive model, so base + factors = strength holds as for any other term.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pulse.learning.trees.tree_tables import Collapsed, Table
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Floats

OVERDUE = 3.0
"""Usual gaps of silence beyond which no customer is steady."""
FALL = ((2.0, 0.06), (2.5, 0.15), (OVERDUE, 1.0))
"""Share of the fall that is reached beyond so many gaps."""
MARGIN = 0.015
"""Distance to the fragile edge, as a share of all points, because displayed strengths are
rounded."""


def lateness_place(catalogue: Sequence[MetricDefinition]) -> int | None:
    """The index of the metric that counts usual gaps of silence, or None."""
    for place, definition in enumerate(catalogue):
        if definition.kind == "order_lateness":
            return place
    return None


def fall_when_overdue(tables: Collapsed, metric: int, fragile_below: float, x: Floats) -> Collapsed:
    """The tables with lateness falling as far as needed. x: [N] the lateness of known customers.

    fragile_below: the raw score (log-odds) at which the fragile band ends.
    """
    table, edges = _with_cuts(tables.singles[metric], tables.edges[metric])
    starts = np.concatenate([[-np.inf], edges])
    late = float(table.values[:-1][starts >= OVERDUE].max())
    others = [part.values[:-1] for place, part in tables.singles.items() if place != metric]
    others += [pair.values[:-1, :-1] for pair in tables.pairs.values()]
    highest = tables.constant + late + sum(float(cells.max()) for cells in others)
    width = float(np.ptp(table.values[:-1])) + sum(float(np.ptp(cells)) for cells in others)
    depth = max(0.0, (highest - fragile_below + MARGIN * width) / (1.0 - MARGIN))
    values = table.values.copy()
    for cut, share in FALL:
        beyond = np.append(starts >= cut, False)
        values[beyond] = table.values[beyond] - share * depth
    known = x[~np.isnan(x)]
    usual = float(values[np.searchsorted(np.array(edges), known, side="left")].mean())
    made = dict(tables.singles)
    made[metric] = Table(values, usual)
    every = list(tables.edges)
    every[metric] = edges
    return replace(tables, edges=tuple(every), singles=made)


def _with_cuts(table: Table, edges: tuple[float, ...]) -> tuple[Table, tuple[float, ...]]:
    """The same table with cells that end at the cuts of FALL."""
    finer = tuple(sorted({*edges, *(cut for cut, _ in FALL)}))
    ends = np.append(np.array(finer), np.inf)
    places = np.searchsorted(np.array(edges), ends, side="left")
    return Table(np.append(table.values[:-1][places], table.values[-1]), table.average), finer
