"""What the words of a header suggest. Only suggestions: a person confirms the mapping.

The words of about thirty languages are in `vocabulary`.
"""

from pulse.tabular.mapping import Direction, Signal
from pulse.tabular.vocabulary import Words, says, table, tables

__all__ = ["Words", "direction_of", "is_activity_date", "is_called", "is_value", "says",
           "signal_of"]  # fmt: skip

RENEWAL = table("headers", "hints", "renewal")
NOT_RENEWAL = table("headers", "hints", "not_renewal")
FIRST_SEEN = table("headers", "hints", "first_seen")
LATEST = table("headers", "hints", "latest")
FIRST_TIME = table("headers", "hints", "first_time")
NOT_FIRST_SEEN = table("headers", "hints", "not_first_seen")
MONTHLY = table("headers", "hints", "monthly")
YEARLY_VALUE = table("headers", "hints", "yearly_value")
LOCALE = table("headers", "hints", "locale")
TAGS = table("headers", "hints", "tags")
SEGMENT = table("headers", "hints", "segment")
OWNER = table("headers", "hints", "owner")
ABOUT_THE_PERSON = table("headers", "hints", "about_the_person")
WEAKER_WHEN_HIGHER = table("headers", "hints", "weaker_when_higher")
COUNTED = table("headers", "hints", "counted")
COMING = table("leaving", "dates", "coming")
CHANGED = table("leaving", "dates", "changed")
OWED = table("leaving", "not_value", "owed")
DISCOUNT = table("leaving", "not_value", "discount")

SIGNAL_HINTS: dict[Signal, Words] = tables("headers", "signals")  # type: ignore[assignment]
"""In order: the first signal with a hint in the header is used."""


def signal_of(words: list[str]) -> Signal | None:
    """The signal that a header suggests; None for debts and discounts, which are no value."""
    if says(words, COMING):
        return None
    for signal, hints in SIGNAL_HINTS.items():
        if says(words, hints) and not says(words, ("credit score", "lead score")):
            return signal if signal != "value" or is_value(words) else None
    return "value" if says(words, ("total",)) and is_value(words) else None


def is_value(words: list[str]) -> bool:
    """Whether an amount with this header can be a customer's value: no debt, no discount."""
    return not (says(words, OWED) or says(words, DISCOUNT) or says(words, COMING))


def is_activity_date(words: list[str]) -> bool:
    """Whether a date with this header can be a day on which the customer did something."""
    return not (says(words, COMING) or says(words, CHANGED) or says(words, RENEWAL))


def direction_of(words: list[str]) -> Direction:
    """Which direction is better ("higher" or "lower"), from the header alone."""
    return "lower" if says(words, WEAKER_WHEN_HIGHER) else "higher"


def is_called(words: list[str], names: Words) -> bool:
    """Whether the header is exactly one of these names."""
    return " ".join(words) in names or "".join(words) in names
