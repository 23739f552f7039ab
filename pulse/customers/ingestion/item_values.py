"""Parse single JSON values as programs send them: times, amounts, e-mail addresses, names."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pulse.customers.validators import aware, in_calendar

_EPOCH_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))
"""(limit, units a second): a number below the first limit is in seconds, below the second in
milliseconds, then in microseconds and nanoseconds."""
_EPOCH_TEXT = re.compile(r"-?\d{9,19}(\.\d+)?")
_JAVASCRIPT = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})"
)
_NEVER_IN_EMAIL = r"\s\x00-\x1f<>(),;:\"\[\]"
_EMAIL = re.compile(rf"[^@{_NEVER_IN_EMAIL}]+@[^@.{_NEVER_IN_EMAIL}]+(\.[^@.{_NEVER_IN_EMAIL}]+)+")
_CURRENCY = r"[^\d\s()+\-.,]{0,4}"
_AMOUNT = re.compile(
    rf"(?P<sign>[(+-]?)\s*{_CURRENCY}\s*(?P<inner>[+-]?)"
    rf"(?P<digits>[.,]?\d[\d.,'’\s]*?)\s*{_CURRENCY}\s*\)?"
)
LONGEST_EMAIL = 254


def read_moment(value: Any) -> datetime | None:
    """A time with its zone (UTC if none is given); None if unreadable.

    Accepts ISO 8601 (also a date alone), epoch numbers in s, ms, µs or ns (also as text), RFC 2822
    and the output of JavaScript's Date.
    """
    if isinstance(value, datetime):
        return aware(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = _parse_text(value.strip()) if isinstance(value, str) else _parse_epoch(value)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return aware(found)


def _parse_epoch(number: float) -> datetime:
    unit = next(unit for below, unit in _EPOCH_UNITS if abs(number) < below)
    return datetime.fromtimestamp(number / unit, UTC)


def _parse_text(text: str) -> datetime:
    if _EPOCH_TEXT.fullmatch(text):
        return _parse_epoch(float(text))
    if printed := _JAVASCRIPT.match(text):
        return datetime.strptime(" ".join(printed.groups()), "%b %d %Y %H:%M:%S %z")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def read_amount(value: Any) -> float | None:
    """A number, also as text: "39.95", "1,234.50", "1.234,50 €", "$39", "(12.00)"; else None.

    A single comma before exactly three digits separates thousands; any other single mark is
    decimal.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _finite(value)
    if not isinstance(value, str) or len(value) > 60:
        return None
    found = _AMOUNT.fullmatch(value.strip().replace("\u2212", "-"))
    if found is None:
        return None
    try:
        number = _finite(float(_with_point(re.sub(r"[\s'’]", "", found["digits"]))))
    except ValueError:
        return None
    negative = found["sign"] in ("(", "-") or found["inner"] == "-"
    return -number if negative and number is not None else number


def _finite(number: float) -> float | None:
    try:
        as_float = float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    return None if math.isnan(as_float) else as_float


def _with_point(text: str) -> str:
    """The digits with a decimal point and without thousands separators."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        grouping = "," if comma < point else "."
        return text.replace(grouping, "").replace(",", ".")
    mark = "," if comma >= 0 else "."
    grouped = text.count(mark) > 1 or bool(re.fullmatch(r"[1-9]\d{0,2},\d{3}", text))
    return text.replace(mark, "") if grouped else text.replace(",", ".")


def is_email(text: str) -> bool:
    """Whether it has the form of one e-mail address, including international ones."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


def moment_in_calendar(value: Any) -> datetime | None:
    """`read_moment`, but None for years that cannot belong to a customer."""
    found = read_moment(value)
    return found if found is not None and in_calendar(found.year) else None
