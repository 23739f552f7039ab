"""Convert tables of log-odds to a scorecard: curves from 0 to 1, weights that sum to 100 points."""

from typing import Any

import numpy as np

from pulse.learning.encoding import CategoryColumn, Encoder, NumberColumn
from pulse.learning.trees.tree_tables import Collapsed, Table
from pulse.scoring.curves import Curve, Levels, Linear, Steps, evaluate
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.scorecard import PairTerm, Scorecard, Term

Column = NumberColumn | CategoryColumn


def in_points(tables: Collapsed, encoder: Encoder) -> tuple[Scorecard, float]:
    """The tables as terms of 100 points in total, and the points per raw unit."""
    width = sum(_width(part) for part in _parts(tables))
    scale = 100.0 / width if width else 0.0
    terms = tuple(
        _term(column, tables.edges[place], tables.singles[place], scale)
        for place, column in enumerate(encoder.columns)
    )
    pairs = tuple(
        _pair(encoder, tables.edges, metrics, table, scale)
        for metrics, table in tables.pairs.items()
    )
    return Scorecard(terms, pairs, origin="learned"), scale


def raw_at_zero(tables: Collapsed) -> float:
    """The raw score (log-odds) of strength 0; strength = (raw − this) × points per raw unit."""
    return tables.constant + sum(float(_known(part).min()) for part in _parts(tables))


def _parts(tables: Collapsed) -> list[Table]:
    return [*tables.singles.values(), *tables.pairs.values()]


def _known(table: Table) -> Floats:
    """The cells for known values."""
    return table.values[:-1] if table.values.ndim == 1 else table.values[:-1, :-1]


def _width(table: Table) -> float:
    return float(np.ptp(_known(table)))


def _term(column: Column, edges: tuple[float, ...], table: Table, scale: float) -> Term:
    values, width = _known(table), _width(table)
    if not width:
        return Term(column.metric, 0.0, _silent(column), 0.5)
    low = float(values.min())
    curve: Curve = Steps(edges, tuple(((values - low) / width).tolist()))
    if isinstance(column, CategoryColumn):
        ranks = np.array(list(column.ranks.values()))
        curve = Levels(tuple(column.ranks), tuple(evaluate(curve, ranks).tolist()))
    return Term(column.metric, width * scale, curve, (table.average - low) / width)


def _silent(column: Column) -> Curve:
    if isinstance(column, CategoryColumn):
        return Levels(tuple(column.ranks), (0.5,) * len(column.ranks))
    return Linear((0.0,), (0.5,))


def _pair(
    encoder: Encoder,
    edges: tuple[tuple[float, ...], ...],
    metrics: tuple[int, int],
    table: Table,
    scale: float,
) -> PairTerm:
    low, width = float(_known(table).min()), _width(table)
    first, second = (encoder.columns[metric] for metric in metrics)
    rows, columns = (_cells_of(encoder.columns[metric], edges[metric]) for metric in metrics)
    unit = width or 1.0
    values = (table.values - low)[np.ix_(rows, columns)] / unit
    return PairTerm(
        first.metric,
        second.metric,
        width * scale,
        None if isinstance(first, CategoryColumn) else edges[metrics[0]],
        None if isinstance(second, CategoryColumn) else edges[metrics[1]],
        tuple(map(tuple, values.tolist())),
        -low / unit,
    )


def _cells_of(column: Column, edges: tuple[float, ...]) -> Any:
    """Table rows in the order in which a scorecard codes the metric: by cell, or by level."""
    if isinstance(column, NumberColumn):
        return np.arange(len(edges) + 1)
    return np.searchsorted(np.asarray(edges), list(column.ranks.values()), side="left")
