"""Suggested steps and what-if: the exact score of a customer with changed values.

Only metrics that the customer can influence and see are suggested. The gain of a step is the
difference of two scores including pair terms, not an estimate.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.i18n.sentences import Sentence
from pulse.scoring import curves
from pulse.scoring.curves import Curve, Levels, Linear
from pulse.scoring.factors import Factor, Row, factors_of, read_value
from pulse.scoring.formatting import advice_for, format_value, label_for_customer, round_for_display
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.decay_kinds import LATE_MOST
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.scorecard import Scorecard, Term, score_values

WORTH_ASKING = 0.5
"""Minimum gain in points for a suggested step."""

_DONE_NOW = ("order_recency", "order_lateness", "event_recency", "event_lateness")
"""Kinds whose value becomes 0 by acting once, whatever the curve's next knot."""


class Step(msgspec.Struct, frozen=True):
    """A step for the customer, and the points it would add."""

    feature: str
    text: str
    points: float
    start: float | str
    goal: float | str


class WhatIf(msgspec.Struct, frozen=True):
    """One customer's score with some values changed."""

    strength: float
    coverage: float
    base: float
    factors: tuple[Factor, ...]


def strengthen(
    scorecard: Scorecard,
    catalogue: Iterable[MetricDefinition],
    values: Row,
    count: int = 3,
    words: Words = ENGLISH,
    habitual: bool = False,
) -> list[Step]:
    """Return the smallest worthwhile step per actionable curve, largest gain first.

    Metrics that count the same events (orders, visits) give one step. habitual: as of
    `format_value`.
    """
    known = {definition.key: definition for definition in catalogue}
    row = as_row(values)
    said = partial(format_value, words=words, habitual=habitual)
    steps = (
        _cheapest_step(scorecard, known, column, row, words, said)
        for column, term in enumerate(scorecard.terms)
        if term.metric in known and _may_be_asked(known[term.metric], row[column])
    )
    by_deed: dict[str, Step] = {}
    for step in sorted((step for step in steps if step), key=lambda step: -step.points):
        by_deed.setdefault(_deed(known[step.feature]), step)
    return [*by_deed.values()][:count]


def _deed(definition: MetricDefinition) -> str:
    """Return what moves this metric: the event it counts, else the metric itself."""
    event = definition.parameters.get("event")
    return f"event {event}" if event else definition.key


def what_if(
    scorecard: Scorecard,
    catalogue: Iterable[MetricDefinition],
    values: Row,
    changes: Mapping[str, float | str | None],
) -> WhatIf:
    """Return strength and factors with some metrics set to other values (None = unknown)."""
    row = as_row(values)
    for metric, value in changes.items():
        if metric not in scorecard.metrics:
            raise Invalid(
                Sentence("This scorecard has no metric “{metric}”.", metric=metric), metric=metric
            )
        column = scorecard.metrics.index(metric)
        row[column] = _coded(scorecard.terms[column].curve, value)
    scores = score_values(scorecard, row[np.newaxis, :])
    changed = [None if math.isnan(value) else float(value) for value in row]
    return WhatIf(
        float(scores.strength[0]),
        float(scores.coverage[0]),
        scores.base,
        factors_of(scorecard, catalogue, changed, scores.contributions[0].tolist()),
    )


def as_row(values: Row) -> Floats:
    """Return a stored row as [M] float64, None as NaN."""
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _may_be_asked(definition: MetricDefinition, value: float) -> bool:
    return definition.actionable and definition.customer_visible and not math.isnan(value)


def _cheapest_step(
    scorecard: Scorecard,
    known: Mapping[str, MetricDefinition],
    column: int,
    row: Floats,
    words: Words,
    said: Callable[[MetricDefinition, float | str], str],
) -> Step | None:
    definition = known[scorecard.terms[column].metric]
    term = scorecard.terms[column]
    start = float(row[column])
    goals = _goals(term, definition, start)
    if not goals:
        return None
    rows = np.tile(row, (len(goals) + 1, 1))
    rows[1:, column] = goals
    if definition.kind in _DONE_NOW:
        for other, after in _after_the_deed(scorecard, known, definition, row).items():
            rows[1:, other] = after
    strength = score_values(scorecard, rows).strength
    gains = strength[1:] - strength[0]
    worthwhile = np.flatnonzero(gains >= WORTH_ASKING)
    if not worthwhile.size:
        return None
    nearest = int(worthwhile[0])
    gain = float(gains[nearest])
    return _step(definition, term.curve, start, goals[nearest], gain, words, said)


def _after_the_deed(
    scorecard: Scorecard,
    known: Mapping[str, MetricDefinition],
    definition: MetricDefinition,
    row: Floats,
) -> dict[int, float]:
    """Return column → value of other metrics that the same event resets, e.g. the lateness."""
    found = {}
    for column, term in enumerate(scorecard.terms):
        other = known.get(term.metric)
        if other is None or other.kind not in _DONE_NOW or other.key == definition.key:
            continue
        if _deed(other) == _deed(definition) and not math.isnan(row[column]):
            recovery = float(other.parameters.get("recovery", 0.0))
            late = min(max(row[column] - 1.0, 0.0), LATE_MOST)
            found[column] = recovery * float(late)
    return found


def _goals(term: Term, definition: MetricDefinition, start: float) -> list[float]:
    """Return the coded values to try, nearest first."""
    if isinstance(term.curve, Levels):
        ys = term.curve.ys
        better = [level for level in range(len(ys)) if ys[level] > ys[int(start)]]
        return [float(level) for level in sorted(better, key=lambda level: ys[level])]
    if definition.kind in _DONE_NOW:
        return [0.0] if start > 0 else []
    return _next_knots(term.curve, definition.direction, start, definition.unit)


def _next_knots(curve: Curve, direction: str, start: float, unit: str) -> list[float]:
    knots: Any = curve.xs if isinstance(curve, Linear) else getattr(curve, "edges", ())
    said = round_for_display(unit, start)
    whole = start == round(start) or said != start
    if direction == "higher":
        beyond = knots if isinstance(curve, Linear) else [np.nextafter(x, np.inf) for x in knots]
        goals = [_tidy(float(x), whole, math.ceil) for x in beyond if x > start]
        return sorted(
            {goal for goal in goals if goal > start and round_for_display(unit, goal) != said}
        )
    if direction == "lower":
        goals = [_tidy(float(x), whole, math.floor) for x in knots if x < start]
        nearer = {goal for goal in goals if goal < start and round_for_display(unit, goal) != said}
        return sorted(nearer, reverse=True)
    return []


def _tidy(goal: float, whole: bool, towards: Any) -> float:
    """Round steps of integer metrics so that the gain is kept; small scales are unchanged."""
    return float(towards(goal)) if whole and abs(goal) >= 1 else goal


def _step(
    definition: MetricDefinition,
    curve: Curve,
    start: float,
    goal: float,
    gain: float,
    words: Words,
    said: Callable[[MetricDefinition, float | str], str],
) -> Step:
    before, after = read_value(curve, start), read_value(curve, goal)
    assert before is not None
    assert after is not None
    worded = words.say(
        "step",
        label=label_for_customer(definition, words),
        start=said(definition, before),
        goal=said(definition, after),
    )
    return Step(definition.key, advice_for(definition, words) or worded, gain, before, after)


def _coded(curve: Curve, value: float | str | None) -> float:
    if value is None:
        return math.nan
    if isinstance(curve, Levels):
        return float(curves.code(curve, np.array([value], dtype=object))[0])
    return float(value)
