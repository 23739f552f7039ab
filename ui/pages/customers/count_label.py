"""The number of customers in a list as text: exact, or marked as an estimate."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pulse.customers.repository import COUNTED_UP_TO, Size
from ui.formatters import clock_time, number, plural
from ui.texts import gettext


def size_words(size: Size) -> str:
    """Return “1,527”, “a few thousand”, “about 13,000” or “more than 10,000”."""
    if size.exact:
        return number(size.number)
    if size.number <= COUNTED_UP_TO:  # too few hits in the sample for a number
        return gettext("a few thousand")
    if COUNTED_UP_TO + 1 < size.number < 2 * COUNTED_UP_TO:
        return gettext("about {number}").format(number=number(round(size.number, -3)))
    return gettext("more than {counted_up_to}").format(counted_up_to=number(COUNTED_UP_TO))


def customers_words(size: Size, counted: tuple[int, datetime] | None, zone: ZoneInfo) -> str:
    """Return the title's text; a cached exact number includes when it was counted."""
    if not size.exact and counted:
        return gettext("{counted} customers, counted {counted2}").format(
            counted=number(counted[0]), counted2=clock_time(counted[1], zone)
        )
    if size.exact:
        return plural(size.number, "customer")
    return gettext("{number} customers").format(number=size_words(size))
