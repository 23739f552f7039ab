"""The milestones a business starts with, made from its own catalogue."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pulse.identity.facts import Floats
from pulse.identity.metrics import SIGNALS, MetricDefinition
from pulse.identity.milestones import MilestoneRule
from pulse.identity.scorecard import Scorecard

TENURE_MARKS = (
    (30, "First month"),
    (100, "100 days"),
    (365, "One year"),
    (730, "Two years"),
    (1095, "Three years"),
    (1826, "Five years"),
    (3652, "Ten years"),
)
COUNT_MARKS = (1, 3, 5, 10, 25, 50, 100, 250, 500)
STREAK_MARKS = (3, 6, 12)
NOTABLE_DAYS, NOTABLE_COUNT, NOTABLE_STREAK = 365, 25, 6
"""From here on a person may mention it; below, a CSM's word would be too much."""
MONTH_DAYS = 30.4375
SIGNAL_SHARE = 0.8
"""Four fifths of a signal's points: few get there by chance, nobody needs to be perfect."""

SIGNAL_TITLES = {
    "engagement": "Truly engaged",
    "satisfaction": "Truly happy",
    "loyalty": "Truly loyal",
}
"""Tenure has its own marks, and value is never shown to a customer."""


def default_rules(catalogue: Iterable[MetricDefinition]) -> tuple[MilestoneRule, ...]:
    """Tenure marks, counts and streaks of the main visible event, the top band, three signals."""
    definitions = tuple(catalogue)
    rules = [_tenure(days, words) for days, words in TENURE_MARKS]
    main = next((one for one in definitions if _counts_events(one)), None)
    if main is not None:
        rules += [_count(main, count) for count in COUNT_MARKS]
        rules += [_streak(main, periods) for periods in STREAK_MARKS]
    rules.append(
        MilestoneRule(
            "band_strong", "A strong bond", "You have become one of our strongest relationships.",
            "band", {"band": "strong"}, "points", notable=True,
        )
    )  # fmt: skip
    measured = {definition.signal for definition in definitions if definition.customer_visible}
    rules += [_signal(signal) for signal in SIGNAL_TITLES if signal in measured]
    return tuple(rules)


def signal_shares(
    card: Scorecard, catalogue: Iterable[MetricDefinition], contributions: Floats
) -> dict[str, Floats]:
    """Signal → [N] how much of the signal's own points each customer has, 0–1.

    contributions [N, M] in the scorecard's order. Shares of pair terms are counted with the metric
    they were shared to; the result is clipped, since a pair may lift a share past its own weight.
    """
    signal_of = {definition.key: definition.signal for definition in catalogue}
    shares: dict[str, Floats] = {}
    for signal in SIGNALS:
        columns = [
            column
            for column, term in enumerate(card.terms)
            if signal_of.get(term.metric) == signal and term.weight > 0
        ]
        weight = sum(card.terms[column].weight for column in columns)
        if weight:
            usual = sum(
                card.terms[column].weight * card.terms[column].average for column in columns
            )
            held = contributions[:, columns].sum(axis=1) + usual
            shares[signal] = np.clip(held / weight, 0.0, 1.0)
    return shares


def _counts_events(definition: MetricDefinition) -> bool:
    return (
        definition.kind in ("event_count", "event_rate", "event_active_periods")
        and definition.direction == "higher"
        and definition.customer_visible
    )


def _tenure(days: int, words: str) -> MilestoneRule:
    text = f"{words} with us: thank you for staying."
    return MilestoneRule(
        f"tenure_{days}",
        f"{words} with us",
        text,
        "tenure",
        {"days": days},
        "days",
        notable=days >= NOTABLE_DAYS,
    )


def _count(main: MetricDefinition, count: int) -> MilestoneRule:
    noun = _noun(main)
    title = f"Your first {_singular(noun)}" if count == 1 else f"{count} {noun}"
    text = f"{title}: thank you for every one." if count > 1 else f"{title}: welcome!"
    parameters = {"event": _event(main), "count": count}
    notable = count >= NOTABLE_COUNT
    return MilestoneRule(f"count_{count}", title, text, "event_count", parameters, noun, notable)


def _streak(main: MetricDefinition, periods: int) -> MilestoneRule:
    parameters = {"event": _event(main), "period_days": MONTH_DAYS, "periods": periods}
    title = f"{periods} months in a row"
    text = f"You have been here {periods} months in a row."
    notable = periods >= NOTABLE_STREAK
    return MilestoneRule(f"streak_{periods}", title, text, "streak", parameters, "months", notable)


def _signal(signal: str) -> MilestoneRule:
    parameters = {"signal": signal, "share": SIGNAL_SHARE}
    text = f"Your {signal} stands out."
    return MilestoneRule(f"signal_{signal}", SIGNAL_TITLES[signal], text, "signal", parameters, "%")


def _event(main: MetricDefinition) -> str | Sequence[str] | None:
    event: Any = main.parameters.get("event")
    return event  # type: ignore[no-any-return]


def _noun(main: MetricDefinition) -> str:
    event = _event(main)
    return main.unit if main.kind == "event_count" and main.unit else f"{event or 'visit'}s"


def _singular(noun: str) -> str:
    return noun[:-1] if noun.endswith("s") else noun
