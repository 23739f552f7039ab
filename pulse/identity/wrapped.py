"""Wrapped: a customer's quarter or year with the business, only what is good to hear.

Every slide has a rule that lets it in; a slide with nothing good to say is left out, never filled.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import msgspec

from pulse.identity.metrics import MetricDefinition

PeriodKind = Literal["quarter", "year"]
LENGTHS: Mapping[PeriodKind, int] = {"quarter": 91, "year": 365}
WORTH_TELLING = 1.0
"""Points the strength must have risen to be told; less is noise."""


class Period(msgspec.Struct, frozen=True):
    """The days looked back on, both ends included."""

    kind: PeriodKind
    start: date
    end: date

    @property
    def label(self) -> str:
        """In words: "March to May 2026"."""
        first, last = f"{self.start:%B}", f"{self.end:%B %Y}"
        if self.start.year != self.end.year:
            first = f"{self.start:%B %Y}"
        return f"{first} to {last}"

    def holds(self, day: date) -> bool:
        """Whether the day lies within."""
        return self.start <= day <= self.end


class Slide(msgspec.Struct, frozen=True):
    """One page of the story."""

    kind: str
    title: str
    figure: str
    text: str


class Deed(msgspec.Struct, frozen=True):
    """An event the customer knows of; `noun` is its plural in words ("orders")."""

    at: datetime
    noun: str


class LookBack(msgspec.Struct, frozen=True):
    """One customer's facts for the look back; any of them may be empty."""

    business: str
    first_seen: date | None
    deeds: Sequence[Deed] = ()
    strengths: Sequence[tuple[date, float]] = ()
    """Snapshots, oldest first; leave empty when the customer hides the score."""
    signals: Mapping[str, float] = {}
    """Points per signal now, as `factors.by_signal` of the customer-visible factors."""
    milestones: Sequence[tuple[date, str]] = ()
    """Reached on, title."""


def period_ending(kind: PeriodKind, today: date) -> Period:
    """The quarter or year that ends today."""
    return Period(kind, today - timedelta(days=LENGTHS[kind] - 1), today)


def good_deeds(catalogue: Iterable[MetricDefinition]) -> dict[str, str]:
    """Event kind → noun, for the kinds of event whose number a customer may see and be proud of."""
    nouns: dict[str, str] = {}
    for definition in catalogue:
        events = definition.parameters.get("event")
        proud = definition.customer_visible and definition.direction == "higher"
        if proud and isinstance(events, str):
            counted = definition.kind == "event_count" and definition.unit
            nouns.setdefault(events, definition.unit if counted else f"{events}s")
    return nouns


def wrapped(facts: LookBack, period: Period) -> list[Slide]:
    """The slides, in order; at least an opening and a thank-you."""
    deeds = [deed for deed in facts.deeds if period.holds(deed.at.astimezone(UTC).date())]
    told = (
        _together(facts, period),
        _deeds(deeds),
        _best_month(deeds),
        _active_days(deeds),
        _rise(facts, period),
        _best_moment(facts, period),
        _known_for(facts),
        _milestones(facts, period),
    )
    return [_opening(facts, period), *(slide for slide in told if slide), _thanks(facts)]


def _opening(facts: LookBack, period: Period) -> Slide:
    return Slide("opening", f"You and {facts.business}", "", period.label)


def _together(facts: LookBack, period: Period) -> Slide | None:
    days = (period.end - facts.first_seen).days if facts.first_seen else 0
    if days < 1:
        return None
    return Slide("tenure", "Together", f"{days:,} days", "That is how long we have known you.")


def _deeds(deeds: Sequence[Deed]) -> Slide | None:
    counted = Counter(deed.noun for deed in deeds).most_common()
    if not counted:
        return None
    (noun, count), *others = counted
    more = " and ".join(_counted(number, other) for other, number in others[:2])
    text = f"And {more}." if more else "Each of them counted."
    return Slide("activity", "What you did", _counted(count, noun), text)


def _best_month(deeds: Sequence[Deed]) -> Slide | None:
    months = Counter((deed.at.year, deed.at.month) for deed in deeds)
    if len(months) < 2:
        return None
    (year, month), count = max(months.items(), key=lambda item: (item[1], item[0]))
    if count < 2:
        return None
    name = f"{date(year, month, 1):%B}"
    nouns = {deed.noun for deed in deeds}
    noun = nouns.pop() if len(nouns) == 1 else "moments"
    return Slide("best_month", "Your month", name, f"{_counted(count, noun)} in {name}.")


def _active_days(deeds: Sequence[Deed]) -> Slide | None:
    days = len({deed.at.date() for deed in deeds})
    if days < 3:
        return None
    return Slide(
        "active_days", "You dropped by", f"{days} days", "It was good to see you each time."
    )


def _rise(facts: LookBack, period: Period) -> Slide | None:
    within = [strength for day, strength in facts.strengths if period.holds(day)]
    if len(within) < 2 or within[-1] - within[0] < WORTH_TELLING:
        return None
    figure = f"+{within[-1] - within[0]:.0f}"
    text = f"From {within[0]:.0f} to {within[-1]:.0f}: your identity grew stronger."
    return Slide("rise", "Stronger", figure, text)


def _best_moment(facts: LookBack, period: Period) -> Slide | None:
    within = [(strength, day) for day, strength in facts.strengths if period.holds(day)]
    if len(within) < 2:
        return None
    strength, day = max(within)
    text = f"Your highest identity strength, on {day.day} {day:%B}."
    return Slide("best_moment", "Your best moment", f"{strength:.0f}", text)


def _known_for(facts: LookBack) -> Slide | None:
    may_be_said = [
        (points, signal) for signal, points in facts.signals.items() if signal in _KNOWN_FOR
    ]
    points, signal = max(may_be_said, default=(0.0, ""))
    if points <= WORTH_TELLING:
        return None
    return Slide("known_for", "What you are known for", signal.capitalize(), _KNOWN_FOR[signal])


_KNOWN_FOR = {
    "tenure": "You have been with us for a good while.",
    "engagement": "You are here, and we notice.",
    "satisfaction": "Things go well between us.",
    "loyalty": "You keep coming back.",
}
"""What may be said; what a customer is worth to the business is not among it."""


def _milestones(facts: LookBack, period: Period) -> Slide | None:
    titles = [title for day, title in facts.milestones if period.holds(day)]
    if not titles:
        return None
    noun = "milestone" if len(titles) == 1 else "milestones"
    return Slide("milestones", "You reached", f"{len(titles)} {noun}", ", ".join(titles[-3:]) + ".")


def _thanks(facts: LookBack) -> Slide:
    return Slide("thanks", "Thank you", "", f"From everybody at {facts.business}.")


def _counted(count: int, noun: str) -> str:
    word = noun[:-1] if count == 1 and noun.endswith("s") else noun
    return f"{count:,} {word}"
