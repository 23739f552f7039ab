"""Limits for texts, amounts and times that are stored.

A value beyond them would break more than itself: a zero character ends a PostgreSQL text, a date
outside the calendar cannot be read back, and the sum of two amounts of 1e308 is infinite.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

from pulse.errors import Invalid

LONGEST_NAME = 200  # characters of an id, a kind of event or a message id
LARGEST_AMOUNT = 1e15  # more than yearly sales in any currency; sums still keep cents
EARLIEST_YEAR, LATEST_YEAR = 1900, 2200


def validate_text(said: Any, what: str) -> str:
    """A text of 1 to 200 characters, trimmed; raises Invalid, naming `what`."""
    text = str(said).strip()
    if not 0 < len(text) <= LONGEST_NAME:
        raise Invalid(f"{what} must be a text of 1 to {LONGEST_NAME} characters.")
    if "\0" in text:
        raise Invalid(f"{what} holds a zero character.")
    return text


def is_countable(number: float) -> bool:
    """Whether a number is finite and of plausible size; integers may have any size."""
    return abs(number) <= LARGEST_AMOUNT and isfinite(number)


def in_calendar(year: int) -> bool:
    """Whether a date of this year can belong to a customer."""
    return EARLIEST_YEAR <= year <= LATEST_YEAR


def aware(moment: datetime) -> datetime:
    """The time with its zone; UTC if it has none."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
