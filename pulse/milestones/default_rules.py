"""The initial milestones of a business, built from its catalogue, in all languages."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from pulse.i18n.identity_phrases import ENGLISH, Words, singular
from pulse.milestones.rules import MilestoneRule
from pulse.scoring.bands import BANDS
from pulse.scoring.metrics.catalogue import SIGNALS, MetricDefinition
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.metrics.streaks import AVERAGE_MONTH
from pulse.scoring.scorecard import Scorecard

TENURE_MARKS = (30, 100, 365, 730, 1095, 1826, 3652)
COUNT_MARKS = (1, 3, 5, 10, 25, 50, 100, 250, 500)
STREAK_MARKS = (3, 6, 12)
NOTABLE_DAYS, NOTABLE_COUNT, NOTABLE_STREAK = 365, 25, 6
"""From these values on, staff may mention the milestone in a card.

A band or a signal's points are not something the customer did: only the widget shows them."""
SIGNAL_SHARE = 0.8
"""Share of a signal's points that counts as a milestone."""

SIGNALS_TOLD = ("engagement", "satisfaction", "loyalty")
"""Signals with milestones; tenure has its own, and value is never shown to customers."""


def default_rules(
    catalogue: Iterable[MetricDefinition], words: Words = ENGLISH
) -> tuple[MilestoneRule, ...]:
    """Return rules for tenure, counts and streaks of the main event, top band and signals."""
    definitions = tuple(catalogue)
    rules = [_tenure_rule(days, words) for days in TENURE_MARKS]
    main = next((one for one in definitions if _is_event_count(one)), None)
    if main is not None:
        rules += [_count_rule(main, count, words) for count in COUNT_MARKS]
        rules += [_streak_rule(main, periods, words) for periods in STREAK_MARKS]
    rules.append(
        MilestoneRule(
            "band_strong", words.say("strong.title"), words.say("strong.text"),
            "band", {"band": "strong"}, "points",
        )
    )  # fmt: skip
    measured = {definition.signal for definition in definitions if definition.customer_visible}
    rules += [_signal_rule(signal, words) for signal in SIGNALS_TOLD if signal in measured]
    return tuple(rules)


def signal_shares(
    card: Scorecard, catalogue: Iterable[MetricDefinition], contributions: Floats
) -> dict[str, Floats]:
    """Return signal → [N] each customer's share of the signal's possible points, 0–1.

    contributions [N, M] in the scorecard's order. Points of pair terms belong to the metrics they
    were assigned to; shares are clipped, since a pair may lift one above its own weight.
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


def _is_event_count(definition: MetricDefinition) -> bool:
    return (
        definition.kind in ("order_count", "event_count", "event_rate", "event_active_periods")
        and definition.direction == "higher"
        and definition.customer_visible
    )


def risen(band: str, words: Words = ENGLISH) -> tuple[str, str]:
    """Return title and text for a customer who rose to this band."""
    named = words.say(f"band.{band}")
    return words.say("rose.title", band=named), words.say("rose.text", band=named)


def localize(catalogue: Iterable[MetricDefinition], words: Words) -> Callable[..., tuple[str, str]]:
    """Return a function that translates a stored milestone into title and text.

    It takes (key, title, text = ""). A milestone of a rule that no longer exists is returned
    unchanged.
    """
    return localize_by(default_rules(catalogue, words), words)


def localize_by(rules: Iterable[MilestoneRule], words: Words) -> Callable[..., tuple[str, str]]:
    """Return the same function for these rules."""
    told = {rule.key: (rule.title, rule.text) for rule in rules}

    def say(key: str, title: str, text: str = "") -> tuple[str, str]:
        kind, _, rest = key.partition("_")
        band = rest.partition("_")[0]
        if kind == "rose" and band in BANDS:  # rose_strong_2026_05
            return risen(band, words)
        return told.get(key, (title, text))

    return say


def _tenure_rule(days: int, words: Words) -> MilestoneRule:
    title = words.say(f"tenure.{days}")
    return MilestoneRule(
        f"tenure_{days}",
        title,
        words.say("tenure.text"),
        "tenure",
        {"days": days},
        "days",
        notable=days >= NOTABLE_DAYS,
    )


def _count_rule(main: MetricDefinition, count: int, words: Words) -> MilestoneRule:
    noun = _noun(main)
    title = _first_title(noun, words) if count == 1 else words.counted(count, noun)
    text = words.say("first.text" if count == 1 else "count.text")
    parameters = {**_event_parameters(main), "count": count}
    notable = count >= NOTABLE_COUNT
    return MilestoneRule(f"count_{count}", title, text, "event_count", parameters, noun, notable)


def _first_title(noun: str, words: Words) -> str:
    key = f"first.{noun}"
    if words.knows(key):
        return words.say(key)
    return words.say("first.other", noun=singular(noun))


def _streak_rule(main: MetricDefinition, periods: int, words: Words) -> MilestoneRule:
    parameters = {**_event_parameters(main), "period_days": AVERAGE_MONTH, "periods": periods}
    months = words.counted(periods, "months")
    title, text = (
        words.say("streak.title", counted=months),
        words.say("streak.text", counted=months),
    )
    notable = periods >= NOTABLE_STREAK
    return MilestoneRule(f"streak_{periods}", title, text, "streak", parameters, "months", notable)


def _signal_rule(signal: str, words: Words) -> MilestoneRule:
    parameters = {"signal": signal, "share": SIGNAL_SHARE}
    title, text = (words.say(f"signal.{signal}.{part}") for part in ("title", "text"))
    return MilestoneRule(f"signal_{signal}", title, text, "signal", parameters, "points")


def _event_kinds(main: MetricDefinition) -> str | Sequence[str] | None:
    event: Any = main.parameters.get("event")
    return event  # type: ignore[no-any-return]


def _event_parameters(main: MetricDefinition) -> dict[str, Any]:
    """Return the events to count, without cancelled ones."""
    less = main.parameters.get("less")
    return {"event": _event_kinds(main), **({"less": less} if less else {})}


def _noun(main: MetricDefinition) -> str:
    event = _event_kinds(main)
    return (
        main.unit
        if main.kind in ("order_count", "event_count") and main.unit
        else f"{event or 'visit'}s"
    )
