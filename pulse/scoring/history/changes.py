"""Explain a change between two snapshots by behaviour, missing data and the scorecard.

With one scorecard, the parts are the differences of the factors. With two, the earlier values are
scored again with the later scorecard: the remaining difference is due to the customer's behaviour,
the rest to the scorecard. In both cases the parts sum to the change exactly.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal

import msgspec
import numpy as np

from pulse.i18n.sentences import Sentence
from pulse.scoring import curves
from pulse.scoring.curves import Levels
from pulse.scoring.factors import WORTH_SAYING, Row, read_value
from pulse.scoring.formatting import describe_change, points
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.orders import HABIT_ORDERS
from pulse.scoring.recommendations import as_row
from pulse.scoring.scorecard import Scorecard, score_values

PartKind = Literal["behaviour", "missing", "scorecard"]


class Moment(msgspec.Struct, frozen=True):
    """One snapshot: values, contributions and the scorecard."""

    scorecard: Scorecard
    strength: float
    values: Row
    contributions: Row


class Part(msgspec.Struct, frozen=True):
    """One cause of a change, in points and as text."""

    kind: PartKind
    feature: str
    """The metric's key; empty for the scorecard's part."""
    label: str
    points: float
    before: float | str | None
    after: float | str | None
    text: str


class Explanation(msgspec.Struct, frozen=True):
    """A change and its parts, largest first; the parts sum to the change."""

    before: float
    after: float
    parts: tuple[Part, ...]

    @property
    def change(self) -> float:
        """Points gained (positive) or lost."""
        return self.after - self.before

    def of_kind(self, kind: PartKind) -> float:
        """Sum of the points of all parts of one kind."""
        return math.fsum(part.points for part in self.parts if part.kind == kind)

    def worth_saying(self, count: int = 5) -> tuple[Part, ...]:
        """Return the largest parts that are visible with one decimal."""
        return tuple(part for part in self.parts if abs(part.points) > WORTH_SAYING)[:count]


def explain(
    before: Moment,
    after: Moment,
    catalogue: Iterable[MetricDefinition],
    *,
    habitual: bool = False,
) -> Explanation:
    """Split after.strength − before.strength into parts. habitual: as of `format_value`."""
    known = {definition.key: definition for definition in catalogue}
    say = partial(
        describe_change, habitual=habitual, returned=habitual or not _has_few_orders(known, after)
    )
    same = before.scorecard == after.scorecard
    earlier = before if same else _as_if(before, after)
    parts = [
        _part(known.get(term.metric), term.metric, was, now, gain, say)
        for term, was, now, gain in zip(
            after.scorecard.terms,
            _read(after.scorecard, earlier.values),
            _read(after.scorecard, after.values),
            _differences(earlier.contributions, after.contributions),
            strict=True,
        )
    ]
    if not same:
        parts.append(_scorecard_part(earlier.strength - before.strength))
    parts.sort(key=lambda part: -abs(part.points))
    return Explanation(before.strength, after.strength, tuple(parts))


def _has_few_orders(known: Mapping[str, MetricDefinition], after: Moment) -> bool:
    """Return whether the scored number of orders is too small for an absence before the last."""
    return any(
        definition.kind == "order_count" and value is not None and value < HABIT_ORDERS
        for term, value in zip(after.scorecard.terms, after.values, strict=True)
        if (definition := known.get(term.metric)) is not None
    )


def _as_if(before: Moment, after: Moment) -> Moment:
    """Score the earlier snapshot with the later scorecard.

    A metric that was added later has no recorded earlier value; today's value is used, so that
    adding a metric counts as a change of the scorecard and not of behaviour.
    """
    values = as_row(after.values)
    old_columns = {metric: column for column, metric in enumerate(before.scorecard.metrics)}
    old_values = as_row(before.values)
    for column, term in enumerate(after.scorecard.terms):
        if term.metric in old_columns:
            old = old_columns[term.metric]
            was = read_value(before.scorecard.terms[old].curve, float(old_values[old]))
            values[column] = _coded(term.curve, was)
    scores = score_values(after.scorecard, values[np.newaxis, :])
    return Moment(
        after.scorecard,
        float(scores.strength[0]),
        values.tolist(),
        scores.contributions[0].tolist(),
    )


def _coded(curve: curves.Curve, value: float | str | None) -> float:
    if value is None or isinstance(value, str) != isinstance(curve, Levels):
        return math.nan
    if isinstance(curve, Levels):
        return float(curves.code(curve, np.array([value], dtype=object))[0])
    return float(value)


def _read(card: Scorecard, values: Row) -> list[float | str | None]:
    return [read_value(term.curve, value) for term, value in zip(card.terms, values, strict=True)]


def _differences(before: Row, after: Row) -> list[float]:
    return [(now or 0.0) - (was or 0.0) for was, now in zip(before, after, strict=True)]


def _part(
    definition: MetricDefinition | None,
    key: str,
    was: float | str | None,
    now: float | str | None,
    gain: float,
    say: Callable[..., str],
) -> Part:
    label = definition.label if definition else key
    kind: PartKind = "missing" if (was is None) != (now is None) else "behaviour"
    words = Sentence(
        "{label}: {change} ({points})",
        label=Sentence(label),
        change=say(definition, was, now),
        points=points(gain),
    )
    return Part(kind, key, label, gain, was, now, words)


def _scorecard_part(gain: float) -> Part:
    label = "Scorecard"
    words = Sentence(
        "A new scorecard judges the same facts differently ({points})", points=points(gain)
    )
    return Part("scorecard", "", label, gain, None, None, words)
