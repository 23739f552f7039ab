"""Why a card ended without a delivery, in the reader's language."""

from pulse.cards.maintenance import BY_PULSE, WENT_STALE
from ui.formatters import label
from ui.texts import gettext


def ending_words(reason: str, by: str, days: float | None) -> str:
    """Return why and by whom a card was closed.

    by: "" or "Pulse" where nobody closed it. days: from its opening to its end.
    """
    if by not in ("", "Pulse") or reason not in BY_PULSE:
        told = reason or gettext("no reason given")
        return gettext("Card dismissed: {reason}").format(reason=told)
    if reason == WENT_STALE and days is not None:
        return gettext("Card ended after {days} days: nobody called").format(days=round(days))
    return gettext("Card ended: {reason}").format(reason=label(reason))
