"""The clock of all services, which tests and the replay can set."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, date, datetime

_frozen: ContextVar[datetime | None] = ContextVar("pulse_clock", default=None)


def now() -> datetime:
    """The present time in UTC, or the time set by `at`."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Set the clock to `moment` (with time zone) for everything awaited inside the block."""
    if moment.tzinfo is None:
        raise ValueError("the clock wants an aware moment: pass one with tzinfo")
    token = _frozen.set(moment)
    try:
        yield moment
    finally:
        _frozen.reset(token)


def days_of(moment: datetime) -> float:
    """A time as days since 1970-01-01 UTC, the time unit of the scoring arrays."""
    return moment.timestamp() / 86_400


def read_moment(text: object) -> datetime | None:
    """Return a stored ISO 8601 time in UTC, also if it has no zone; None for anything else."""
    if not isinstance(text, str):
        return None
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def start_of(day: date) -> datetime:
    """The first moment of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
