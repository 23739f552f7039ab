"""Words about a card: why it ended, and the value a year of its customer.

The value is of today while the card waits, and of the card's own day afterwards.
"""

from pulse.cards.lifecycle import OPEN
from pulse.cards.maintenance import BY_PULSE, WENT_STALE
from pulse.cards.queries import CardView
from pulse.cards.queue_queries import QueueCard
from pulse.customers.merging.merge_store import CLOSED_BECAUSE
from pulse.i18n.sentences import Money, Sentence
from ui.formatters import label, money
from ui.texts import gettext, marked

DISMISSALS = marked(
    {
        "false_alarm": "A false alarm",
        "handled": "Handled another way",
        "wrong_words": "The text does not fit",
        "not_now": "Not the right moment",
    }
)
"""Why a person dismissed a card: stored in English, before their own words."""


def ending_words(reason: str, by: str, days: float | None) -> str:
    """Return why and by whom a card was closed.

    by: "" or "Pulse" where nobody closed it. days: from its opening to its end.
    """
    if by not in ("", "Pulse") or reason not in BY_PULSE:
        told = _dismissal(reason) if reason else gettext("no reason given")
        return gettext("Card dismissed: {reason}").format(reason=told)
    if reason == WENT_STALE and days is not None:
        return gettext("Card ended after {days} days: nobody called").format(days=round(days))
    return gettext("Card ended: {reason}").format(reason=label(reason))


def _dismissal(reason: str) -> str:
    chosen, colon, words = reason.partition(": ")
    if chosen in DISMISSALS.values():
        return f"{gettext(chosen)}{colon}{words}"
    return gettext(reason) if reason == CLOSED_BECAUSE else reason


def is_open(card: QueueCard) -> bool:
    """Return whether the card waits, so that its rank is of today."""
    return card.status in OPEN


def yearly_value(card: QueueCard, currency: str) -> str:
    """Return the value a year in words, the same as in the reasons of the rank; "" if unknown.

    Where a card that no longer waits does not tell its value, that of today is said to be of today.
    """
    if is_open(card):
        return _said(gettext("{value} a year"), card.value, currency)
    if then := _value_then(card):
        return _said(gettext("{value} a year at that time"), then, currency)
    return _said(gettext("{value} a year today"), card.value, currency)


def _said(words: str, value: float | None, currency: str) -> str:
    return words.format(value=money(value, currency)) if value else ""


def _value_then(card: QueueCard) -> float | None:
    """Return the value by which the card was ranked last, else that of its evidence."""
    for part in card.priority_reasons:
        text = part.get("text")
        stated = text.places.get("value") if isinstance(text, Sentence) else None
        if isinstance(stated, Money):
            return stated.value
    known = card.evidence.get("value") if isinstance(card, CardView) else None
    return float(known) if isinstance(known, int | float) else None
