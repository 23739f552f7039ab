"""When the cause of an open card has ended, told to the CSM.

It ends by what the customer did, by lapsing or leaving, by a silence too long for a call, by
strength that was regained, or because cards for it were switched off. It does not end by another
scorecard, newly learned chances or a stopped feed: they change nothing about the customer.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pulse.cards.evidence.card_context import CardContext, is_comparable
from pulse.cards.settings import CardRules
from pulse.cards.triggers import BAND_MARGIN, OURS, discover, too_late
from pulse.i18n.sentences import Day, Number, Sentence, marked


def ended(
    cause: str, evidence: Mapping[str, Any], context: CardContext, rules: CardRules
) -> Sentence | None:
    """Return what ended this cause since the card's evidence was stored; None while it stays.

    For causes that are not due now (`triggers.due`). Requests stay until somebody has worked on
    them; congratulations, unless the customer is gone.
    """
    known = discover().get(cause)
    if known is not None and known.asked:
        return None
    if context.is_gone:
        return Sentence(GONE[context.lifecycle])
    if cause in rules.switched_off:
        return Sentence("No longer due: cards for this cause were switched off in Settings.")
    if cause == "milestone":
        return None
    if cause == "renewal":
        return _renewal_over(evidence, context)
    if cause not in OURS:
        return Sentence("No longer due.") if is_comparable(evidence, context.scorecard) else None
    return _behaviour_over(cause, evidence, context, rules)


def recoveries(
    causes: Sequence[str], evidence: Mapping[str, Any], context: CardContext, rules: CardRules
) -> dict[str, float]:
    """Return the strength at which a fall counts as made up, by cause; falls only.

    evidence: the card's former evidence, {} for a new card. While the fall applies, it is the
    recent high less the points of a fall. By another scorecard version as many points must be
    regained, and at least BAND_MARGIN. Empty for customers without a strength.
    """
    found = {cause: _recovery(cause, evidence, context, rules) for cause in causes}
    return {cause: strength for cause, strength in found.items() if strength is not None}


def _recovery(
    cause: str, evidence: Mapping[str, Any], context: CardContext, rules: CardRules
) -> float | None:
    if cause not in ("erosion", "band_lost") or context.strength is None:
        return None
    points = rules.erosion_points if cause == "erosion" else BAND_MARGIN
    if context.recent_high is not None and context.drop >= points:
        return context.recent_high - points
    known, strength = _known_recovery(cause, evidence), evidence.get("strength")
    if known is None or strength is None or is_comparable(evidence, context.scorecard):
        return known
    return float(context.strength + max(BAND_MARGIN, known - strength))


def _known_recovery(cause: str, evidence: Mapping[str, Any]) -> float | None:
    known = evidence.get("recovery")
    if isinstance(known, Mapping):
        known = known.get(cause)
    return float(known) if isinstance(known, int | float) else None  # earlier: one for all causes


GONE = marked(
    {
        "lapsed": "No longer due: the customer has lapsed meanwhile.",
        "left": "No longer due: the customer has left meanwhile.",
    }
)


def _behaviour_over(
    cause: str, evidence: Mapping[str, Any], context: CardContext, rules: CardRules
) -> Sentence | None:
    if context.cancelled_only:
        return Sentence("No longer due: every order was cancelled.")
    last = context.last_order_on
    if last is not None and last > _last_order_before(evidence):
        return Sentence("No longer due: ordered on {day}.", day=Day(last))
    if too_late(context, rules.lapse_days):
        return Sentence(
            "No longer due: silent for {days} days. A campaign fits better.",
            days=Number(context.days_silent or 0.0),
        )
    if cause == "silence" and last is None:
        before = evidence.get("days_silent")
        active = before is not None and (context.days_silent or 0.0) < before
        return Sentence("No longer due: the customer is active again.") if active else None
    needed = _known_recovery(cause, evidence)
    if needed is None or context.strength is None or not is_comparable(evidence, context.scorecard):
        return None
    if context.strength < needed:
        return None
    return Sentence(
        "No longer due: strength is {strength} again.", strength=Number(context.strength)
    )


def _renewal_over(evidence: Mapping[str, Any], context: CardContext) -> Sentence | None:
    if context.renewal_on is None:
        return Sentence("No longer due: there is no renewal date any more.")
    if context.renewal_on < context.as_of.date():
        return Sentence("No longer due: the renewal date has passed.")
    known = evidence.get("renewal_on")  # a card made by a program may not know it
    if known and context.renewal_on.isoformat() != known:
        day = Day(context.renewal_on, year=True)
        return Sentence("No longer due: the renewal was moved to {day}.", day=day)
    return None


def _last_order_before(evidence: Mapping[str, Any]) -> date:
    """Return the last order that the card knew, else the day of its evidence.

    The day before where the card knew that there was no order: one on its own day is a new one.
    """
    if known := evidence.get("last_order_on"):
        return date.fromisoformat(known)
    day = str(evidence.get("as_of") or "")[:10]
    knew_of_none = timedelta(days=int("last_order_on" in evidence))
    return date.fromisoformat(day) - knew_of_none if day else date.min
