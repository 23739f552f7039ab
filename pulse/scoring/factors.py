"""Factors: the explanation of a strength, complete for the CSM and reduced for the customer.

All functions read one customer's stored row: values and contributions in the scorecard's order.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.scoring.curves import Curve, Levels, typical_value
from pulse.scoring.formatting import format_value, label_for_customer, points
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Scorecard

WORTH_SAYING = 0.05
"""Points below which a factor is not used as a reason; it would be shown as 0.0 or 0.1."""

PRAISED_FROM = {"order_count": 5.0, "event_count": 5.0, "event_rate": 3.0, "order_span": 90.0,
                "event_active_periods": 3.0, "fading_days": 3.0}  # fmt: skip
"""Minimum value for praise by metric kind, even if other customers have less.

"You have ordered a lot" needs more than a few orders.
"""
PRAISED_UP_TO = {"order_recency": 60.0, "event_recency": 60.0}
"""Maximum days of silence for praise of recent activity."""
PRAISED_IN_A_WINDOW = 3.0
COMES_BACK = 3.0
"""Number of orders from which a customer counts as returning, however far apart they are."""
LATENESS = ("order_lateness", "event_lateness")
"""Kinds compared with the customer's own habit, so no usual value is shown."""
STAYED_AWAY = 1.5
"""Lateness, in usual gaps, beyond which nobody is told that they keep coming back."""

Row = Sequence[float | None]
"""One customer's values or contributions in the scorecard's order; None = unknown."""


class Factor(msgspec.Struct, frozen=True):
    """One metric's contribution to one customer's strength."""

    feature: str
    label: str
    signal: str
    value: float | str | None
    """The number, the category's name, or None for unknown."""
    contribution: float
    """Points; base + the sum over all factors = strength."""
    spoken_value: str = ""
    weight: float = 0.0
    """The maximum number of points of this metric alone."""
    usual: str = ""
    """The value of an average customer of this business as text; empty for categories."""
    customer_label: str = ""
    customer_visible: bool = False
    praiseworthy: bool = True
    """Whether the value by itself is good enough to be mentioned as positive."""


class ShownFactor(msgspec.Struct, frozen=True):
    """A factor as sent to clients."""

    feature: str
    label: str
    signal: str
    value: float | str | None
    contribution: float


class Column(msgspec.Struct, frozen=True):
    """The data of one position of a stored row that is the same for all customers."""

    feature: str
    label: str
    customer_label: str
    signal: str
    levels: tuple[str, ...] | None
    """A category's names by stored index; None for numbers."""
    customer_visible: bool


class Reason(msgspec.Struct, frozen=True):
    """A factor as text."""

    feature: str
    text: str
    contribution: float


def factors_of(
    scorecard: Scorecard,
    catalogue: Iterable[MetricDefinition],
    values: Row,
    contributions: Row,
    words: Words = ENGLISH,
    habitual: bool = False,
) -> tuple[Factor, ...]:
    """Return all factors of a customer's stored row, in its order; habitual: see `format_value`."""
    known = {definition.key: definition for definition in catalogue}
    found = tuple(
        _factor(
            known.get(term.metric),
            term.metric,
            read_value(term.curve, value),
            contribution or 0.0,
            term.weight,
            typical_value(term.curve, term.average),
            words,
            habitual,
        )
        for term, value, contribution in zip(scorecard.terms, values, contributions, strict=True)
    )
    return tuple(_not_yet(factor, known, found) for factor in found)


def columns_of(scorecard: Scorecard, catalogue: Iterable[MetricDefinition]) -> tuple[Column, ...]:
    """Return the columns of a stored row, computed once per scorecard; see `shown`."""
    known = {definition.key: definition for definition in catalogue}
    return tuple(
        _column(term.metric, term.curve, known.get(term.metric)) for term in scorecard.terms
    )


def shown(
    columns: Sequence[Column], values: Row, contributions: Row, *, for_customer: bool
) -> tuple[ShownFactor, ...]:
    """Return one customer's factors for clients, in the scorecard's order, without texts.

    For the customer, factors they may not see are merged into "other", as in `for_customer`.
    """
    named, hidden = [], []
    for column, value, contribution in zip(columns, values, contributions, strict=True):
        if for_customer and not column.customer_visible:
            hidden.append(contribution or 0.0)
            continue
        known = value if value is None or column.levels is None else _level(column.levels, value)
        label = column.customer_label if for_customer else column.label
        named.append(ShownFactor(column.feature, label, column.signal, known, contribution or 0.0))
    if hidden:
        named.append(ShownFactor("other", "Other things", "other", None, math.fsum(hidden)))
    return tuple(named)


def read_value(curve: Curve, value: float | None) -> float | str | None:
    """Return a stored value for people: a category's name, the number, None for unknown."""
    if value is None or math.isnan(value):
        return None
    return curve.levels[int(value)] if isinstance(curve, Levels) else float(value)


def by_signal(factors: Iterable[Factor]) -> dict[str, float]:
    """Return points per signal; they sum to strength − base."""
    sums: dict[str, float] = {}
    for factor in factors:
        sums[factor.signal] = sums.get(factor.signal, 0.0) + factor.contribution
    return sums


def top_reasons(factors: Iterable[Factor], count: int = 3) -> list[Reason]:
    """Return the largest factors of either sign, for the CSM: value, usual value, points."""
    return _worded(factors, count)


def reasons_down(factors: Iterable[Factor], count: int = 3) -> list[Reason]:
    """Return the factors that cost most points, worst first, for the CSM."""
    return _worded((factor for factor in factors if factor.contribution < 0), count)


def reasons_up(factors: Iterable[Factor], count: int = 3) -> list[Reason]:
    """Return the factors that add most points, best first, for the CSM."""
    return _worded((factor for factor in factors if factor.contribution > 0), count)


def for_customer(factors: Iterable[Factor], words: Words = ENGLISH) -> tuple[Factor, ...]:
    """Return what the customer may see: visible metrics by customer label, others as "other".

    base + the sum is still the strength, so the arithmetic stays complete.
    """
    every = tuple(factors)
    shown = tuple(
        msgspec.structs.replace(factor, label=factor.customer_label or factor.label, usual="")
        for factor in every
        if factor.customer_visible
    )
    hidden = math.fsum(factor.contribution for factor in every if not factor.customer_visible)
    if len(shown) == len(every):
        return shown
    return (*shown, Factor("other", words.say("other"), "other", None, hidden))


def positive_reasons(
    factors: Iterable[Factor], count: int = 3, words: Words = ENGLISH
) -> list[Reason]:
    """Return the reasons of "Strong because …": positive factors that may be named, best first."""
    good = [
        factor
        for factor in factors
        if factor.customer_visible and factor.praiseworthy and factor.contribution > WORTH_SAYING
    ]
    good.sort(key=lambda factor: -factor.contribution)
    return [
        Reason(
            factor.feature,
            words.say(
                "reason", label=factor.customer_label or factor.label, value=factor.spoken_value
            ),
            factor.contribution,
        )
        for factor in good[:count]
    ]


def _column(key: str, curve: Curve, definition: MetricDefinition | None) -> Column:
    levels = tuple(curve.levels) if isinstance(curve, Levels) else None
    if definition is None:
        return Column(key, key, key, "other", levels, False)
    label, signal = definition.label, definition.signal
    visible = definition.customer_visible
    return Column(key, label, label_for_customer(definition), signal, levels, visible)


def _level(levels: tuple[str, ...], value: float) -> str | None:
    return None if math.isnan(value) else levels[int(value)]


def _factor(
    definition: MetricDefinition | None,
    key: str,
    value: float | str | None,
    contribution: float,
    weight: float,
    typical: float | None,
    words: Words,
    habitual: bool,
) -> Factor:
    if typical is None or (definition is not None and definition.kind in LATENESS):
        usual = ""
    else:
        usual = format_value(definition, round_like(typical, value), words)
    if definition is None:  # a metric removed from the catalogue since the score
        said = format_value(None, value, words)
        return Factor(key, key, "other", value, contribution, said, weight, usual)
    return Factor(
        key,
        definition.label,
        definition.signal,
        value,
        contribution,
        format_value(definition, value, words, habitual=habitual),
        weight,
        usual,
        label_for_customer(definition, words),
        definition.customer_visible,
        is_praiseworthy(definition, value),
    )


def _not_yet(
    factor: Factor, known: Mapping[str, MetricDefinition], every: Sequence[Factor]
) -> Factor:
    """With two orders, or after a long absence, the span of the orders is no reason for praise."""
    if factor.feature not in known or known[factor.feature].kind != "order_span":
        return factor
    told = [(known[one.feature].kind, one.value) for one in every if one.feature in known]
    doubtful = any(
        (kind == "order_count" and value < COMES_BACK) or (kind in LATENESS and value > STAYED_AWAY)
        for kind, value in told
        if isinstance(value, float)
    )
    return msgspec.structs.replace(factor, praiseworthy=False) if doubtful else factor


def is_praiseworthy(definition: MetricDefinition, value: float | str | None) -> bool:
    """Return whether this value may be presented to the customer as good; minimums by kind."""
    if not isinstance(value, float):
        return True
    floor = PRAISED_FROM.get(definition.kind, -math.inf)
    if definition.kind == "event_count" and definition.parameters.get("days"):
        floor = PRAISED_IN_A_WINDOW
    return floor <= value <= PRAISED_UP_TO.get(definition.kind, math.inf)


def round_like(typical: float, value: float | str | None) -> float:
    """Round the typical value to an integer if the customer's value is one (2.7 orders: 3)."""
    whole = not isinstance(value, float) or value.is_integer()
    return float(round(typical)) if whole and 1 <= abs(typical) < math.inf else typical


def _worded(factors: Iterable[Factor], count: int) -> list[Reason]:
    telling = [factor for factor in factors if abs(factor.contribution) > WORTH_SAYING]
    telling.sort(key=lambda factor: -abs(factor.contribution))
    return [Reason(one.feature, _text(one), one.contribution) for one in telling[:count]]


def _text(factor: Factor) -> str:
    usual = f", usual here {factor.usual}" if factor.usual else ""
    return f"{factor.label}: {factor.spoken_value}{usual} ({points(factor.contribution)})"
