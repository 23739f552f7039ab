"""Wrapped: the positive events of a customer's quarter or year with the business.

Each slide has a condition; a slide without positive content is omitted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Literal

import msgspec

from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.scoring.metrics.catalogue import MetricDefinition

PeriodKind = Literal["quarter", "year"]
LENGTHS: Mapping[PeriodKind, int] = {"quarter": 91, "year": 365}
WORTH_TELLING = 1.0
"""Minimum rise of the strength, in points, for a slide."""
MAY_BE_KNOWN_FOR = ("tenure", "engagement", "satisfaction", "loyalty")
"""Signals that may be named; the customer's value to the business is never named."""


class Period(msgspec.Struct, frozen=True):
    """The days covered, both ends included."""

    kind: PeriodKind
    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Return whether the day is in the period."""
        return self.start <= day <= self.end


class Slide(msgspec.Struct, frozen=True):
    """One slide of the look back."""

    kind: str
    title: str
    figure: str
    text: str


class CountedEvent(msgspec.Struct, frozen=True):
    """An event the customer knows; `noun`: its plural ("orders")."""

    at: datetime
    noun: str


class LookBack(msgspec.Struct, frozen=True):
    """One customer's data for the look back; any part may be empty."""

    business: str
    first_seen: date | None
    deeds: Sequence[CountedEvent] = ()
    strengths: Sequence[tuple[date, float]] = ()
    """Snapshots, oldest first; empty when the customer hides the score."""
    signals: Mapping[str, float] = {}
    """Current points per signal, as `factors.by_signal` of the customer-visible factors."""
    milestones: Sequence[tuple[date, str]] = ()
    """Date reached, title."""


def period_ending(kind: PeriodKind, today: date) -> Period:
    """Return the quarter or year that ends today."""
    return Period(kind, today - timedelta(days=LENGTHS[kind] - 1), today)


def countable_event_nouns(catalogue: Iterable[MetricDefinition]) -> dict[str, str]:
    """Return event kind → noun, for the kinds whose number customers may see as positive."""
    nouns: dict[str, str] = {}
    for definition in catalogue:
        events = definition.parameters.get("event")
        proud = definition.customer_visible and definition.direction == "higher"
        if proud and isinstance(events, str):
            counted = definition.kind in ("order_count", "event_count") and definition.unit
            nouns.setdefault(events, definition.unit if counted else f"{events}s")
    return nouns


def wrapped(facts: LookBack, period: Period, words: Words = ENGLISH) -> list[Slide]:
    """Return the slides, in order; at least an opening and a thank-you."""
    deeds = [deed for deed in facts.deeds if period.holds(deed.at.astimezone(UTC).date())]
    told = (
        _tenure_slide(facts, period, words),
        _activity_slide(deeds, words),
        _best_month_slide(deeds, words),
        _active_days_slide(deeds, words),
        _rise_slide(facts, period, words),
        _best_moment_slide(facts, period, words),
        _known_for_slide(facts, words),
        _milestones_slide(facts, period, words),
    )
    opening = words.say("wrapped.opening", business=facts.business)
    best = next((slide for slide in told[:2][::-1] if slide), None)
    thanks = words.say("wrapped.thanks.text", business=facts.business)
    return [
        # The first slide is the picture people share, so it shows the best figure.
        Slide(
            "opening", opening, best.figure if best else "", words.months(period.start, period.end)
        ),
        *(slide for slide in told if slide),
        Slide("thanks", words.say("wrapped.thanks"), "", thanks),
    ]


def _tenure_slide(facts: LookBack, period: Period, words: Words) -> Slide | None:
    days = (period.end - facts.first_seen).days if facts.first_seen else 0
    if days < 1:
        return None
    figure = words.counted(days, "days")
    return Slide("tenure", words.say("wrapped.tenure"), figure, words.say("wrapped.tenure.text"))


def _activity_slide(deeds: Sequence[CountedEvent], words: Words) -> Slide | None:
    counted = Counter(deed.noun for deed in deeds).most_common()
    if not counted:
        return None
    (noun, count), *others = counted
    more = [words.counted(number, other) for other, number in others[:2]]
    told = words.say("list.and", a=more[0], b=more[1]) if len(more) == 2 else "".join(more)
    text = (
        words.say("wrapped.activity.more", more=told)
        if told
        else words.say("wrapped.activity.text")
    )
    return Slide("activity", words.say("wrapped.activity"), words.counted(count, noun), text)


def _best_month_slide(deeds: Sequence[CountedEvent], words: Words) -> Slide | None:
    months = Counter((deed.at.year, deed.at.month) for deed in deeds)
    if len(months) < 2:
        return None
    (_, month), count = max(months.items(), key=lambda item: (item[1], item[0]))
    if count < 2:
        return None
    name = words.month(month)
    nouns = {deed.noun for deed in deeds}
    noun = nouns.pop() if len(nouns) == 1 else "moments"
    text = words.say("wrapped.month.text", counted=words.counted(count, noun), month=name)
    return Slide("best_month", words.say("wrapped.month"), name[:1].upper() + name[1:], text)


def _active_days_slide(deeds: Sequence[CountedEvent], words: Words) -> Slide | None:
    days = len({deed.at.date() for deed in deeds})
    if days < 3:
        return None
    figure = words.counted(days, "days")
    return Slide("active_days", words.say("wrapped.days"), figure, words.say("wrapped.days.text"))


def _rise_slide(facts: LookBack, period: Period, words: Words) -> Slide | None:
    within = [strength for day, strength in facts.strengths if period.holds(day)]
    if len(within) < 2 or within[-1] - within[0] < WORTH_TELLING:
        return None
    figure = f"+{words.number(round(within[-1] - within[0]))}"
    start, end = (words.number(round(strength)) for strength in (within[0], within[-1]))
    text = words.say("wrapped.rise.text", start=start, end=end)
    return Slide("rise", words.say("wrapped.rise"), figure, text)


def _best_moment_slide(facts: LookBack, period: Period, words: Words) -> Slide | None:
    within = [(strength, day) for day, strength in facts.strengths if period.holds(day)]
    if len(within) < 2:
        return None
    strength, day = max(within)
    text = words.say("wrapped.best.text", day=words.day(day))
    return Slide("best_moment", words.say("wrapped.best"), words.number(round(strength)), text)


def _known_for_slide(facts: LookBack, words: Words) -> Slide | None:
    may_be_said = [
        (points, signal) for signal, points in facts.signals.items() if signal in MAY_BE_KNOWN_FOR
    ]
    points, signal = max(may_be_said, default=(0.0, ""))
    if points <= WORTH_TELLING:
        return None
    figure = words.say("known.tenure" if signal == "tenure" else f"signal.{signal}.title")
    text = words.say(f"wrapped.known.{signal}")
    return Slide("known_for", words.say("wrapped.known"), figure, text)


def _milestones_slide(facts: LookBack, period: Period, words: Words) -> Slide | None:
    titles = [title for day, title in facts.milestones if period.holds(day)]
    if not titles:
        return None
    figure = words.counted(len(titles), "milestones")
    told = reduce(lambda a, b: words.say("list.comma", a=a, b=b), titles[-3:])
    text = words.say("wrapped.milestones.text", titles=told)
    return Slide("milestones", words.say("wrapped.milestones"), figure, text)
