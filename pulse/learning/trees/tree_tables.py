"""Convert trees to tables: a booster whose paths use at most two metrics is a sum of small tables.

A leaf reached through conditions on metrics a and b is the function value · 1[a in A] · 1[b in B].
With one metric unknown, a tree's expectation follows the share of customers at each node
(path-dependent TreeSHAP, as `shap.TreeExplainer` and LightGBM's `pred_contrib` do), so the leaf's
expectation given a alone is value · 1[a in A] · (product of the shares at the splits on b). Summed
over leaves this gives the curve of each metric, and for each pair a table g with both expectations.
The SHAP values of a pair are ½ (g(a, b) − g(other alone) + g(own alone) − average). Moving both
"alone" parts to the metrics' own curves leaves a joint rest that is shared in halves. This changes
no SHAP value, and each curve then contains the whole effect of its metric alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pulse.scoring.metrics.event_features import Bools, Floats

Metrics = tuple[int, ...]


@dataclass
class Table:
    """Raw values (log-odds) over the cells of one metric, [cells], or of two, [cells, cells].

    A metric's last cell is "not known".
    """

    values: Floats
    average: float = 0.0
    """The average over the customers; 0 for a pair."""


@dataclass(frozen=True)
class Collapsed:
    """A booster as a constant and tables; raw score = constant + Σ tables."""

    edges: tuple[tuple[float, ...], ...]
    """[M] split points of each metric; cell i is edges[i−1] < x ≤ edges[i], one more is "not
    known"."""
    constant: float
    singles: dict[int, Table]
    pairs: dict[tuple[int, int], Table]


@dataclass
class _Path:
    """The path to a node: the remaining cells of its metrics, and the customers' share."""

    cells: dict[int, Bools] = field(default_factory=dict)
    shares: dict[int, float] = field(default_factory=dict)


def collapse(booster: Any, metrics: int) -> Collapsed:
    """The tables of a booster over that many metrics, all numeric, NaN for not known."""
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    cuts: list[set[float]] = [set() for _ in range(metrics)]
    for tree in trees:
        _collect_cuts(tree, cuts)
    edges = tuple(tuple(sorted(found)) for found in cuts)
    constant = 0.0
    singles = {metric: Table(np.zeros(len(cells) + 2)) for metric, cells in enumerate(edges)}
    pairs: dict[tuple[int, int], Table] = {}
    for tree in trees:
        for path, value in _leaves(tree, _Path(), edges):
            used = tuple(sorted(path.cells))
            if not used:
                constant += value
            elif len(used) == 1:
                _add_single(singles, used[0], path, value)
            else:
                constant += _add_pair(singles, pairs, used, path, value)
    return Collapsed(edges, constant, singles, pairs)


def raw_scores(tables: Collapsed, x: Floats) -> Floats:
    """[N] raw scores of the tables for x [N, M]; an unknown value counts as the average."""
    total = np.full(len(x), tables.constant)
    cells = [
        np.searchsorted(np.array(edges), column, side="left")
        for edges, column in zip(tables.edges, x.T, strict=True)
    ]
    unknown = np.isnan(x)
    for metric, table in tables.singles.items():
        place = np.minimum(cells[metric], len(table.values) - 2)
        total += np.where(unknown[:, metric], table.average, table.values[place])
    for (first, second), pair in tables.pairs.items():
        rows = np.minimum(cells[first], pair.values.shape[0] - 2)
        columns = np.minimum(cells[second], pair.values.shape[1] - 2)
        neither = unknown[:, first] | unknown[:, second]
        total += np.where(neither, 0.0, pair.values[rows, columns])
    return total


def _collect_cuts(node: dict[str, Any], cuts: list[set[float]]) -> None:
    if "split_feature" in node:
        cuts[node["split_feature"]].add(float(node["threshold"]))
        _collect_cuts(node["left_child"], cuts)
        _collect_cuts(node["right_child"], cuts)


def _leaves(
    node: dict[str, Any], path: _Path, edges: tuple[tuple[float, ...], ...]
) -> Iterator[tuple[_Path, float]]:
    if "split_feature" not in node:
        yield path, float(node["leaf_value"])
        return
    metric = int(node["split_feature"])
    cells = len(edges[metric]) + 2
    goes_left = np.arange(cells) <= edges[metric].index(float(node["threshold"]))
    goes_left[-1] = _unknown_goes_left(node)
    for side, way in ((node["left_child"], goes_left), (node["right_child"], ~goes_left)):
        share = _customers(side) / node["internal_count"]
        remaining = path.cells.get(metric, np.ones(cells, dtype=bool)) & way
        below = _Path(
            {**path.cells, metric: remaining},
            {**path.shares, metric: path.shares.get(metric, 1.0) * share},
        )
        yield from _leaves(side, below, edges)


def _unknown_goes_left(node: dict[str, Any]) -> bool:
    if node["missing_type"] == "NaN":
        return bool(node["default_left"])
    return float(node["threshold"]) >= 0.0  # not seen in training: LightGBM treats it as 0


def _customers(node: dict[str, Any]) -> float:
    return float(node["internal_count"] if "split_feature" in node else node["leaf_count"])


def _add_single(singles: dict[int, Table], metric: int, path: _Path, value: float) -> None:
    singles[metric].values += value * path.cells[metric]
    singles[metric].average += value * path.shares[metric]


def _add_pair(
    singles: dict[int, Table],
    pairs: dict[tuple[int, int], Table],
    used: Metrics,
    path: _Path,
    value: float,
) -> float:
    """Add a leaf's joint rest, both metrics' own parts, and its average, which is constant."""
    first, second = used  # interaction constraints exclude a third metric
    rows, columns = path.cells[first], path.cells[second]
    row_share, column_share = path.shares[first], path.shares[second]
    joint = pairs.setdefault((first, second), Table(np.zeros((rows.size, columns.size))))
    joint.values += value * np.outer(rows - row_share, columns - column_share)
    singles[first].values += value * column_share * (rows - row_share)
    singles[second].values += value * row_share * (columns - column_share)
    return value * row_share * column_share
