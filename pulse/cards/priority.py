"""Where a card ranks, and why: points that add up, each with its reason for the CSM.

The scale is made so that an open call for help outranks any silent drop, and a busy customer falls
below everybody who is not. Among silent drops the level weighs most, as in Gainsight's ranking.

The weights were chosen on lantern's first half-year alone: cards of its weeks 1 to 14, lapses that
were complete by week 26 (1,977 pictures of active customers who had fallen by more than 10 points).
There the lapse rate went from .53 at strengths of 21 to 32 to .13 above 53 (AUC .67 by level alone)
while the size of the fall said nothing (.27 at 10–11 points, .35 above 15) and neither did the
personal rhythm (days of silence in usual gaps: AUC .53, and .665 together with the level), so that
is no part of the rank. With 40 cards a week, .37 of them came before a lapse; .31 when the size of
the fall weighed most. Value says what is at stake, not who leaves (its weight lowers the share), so
it stays small. What the second half-year says is on the Learning page, see `worth`.
"""

from datetime import datetime

import msgspec

from pulse.cards.triggers import CardContext

DROP_POINT, DROP_MOST = 0.1, 2.5  # beyond 25 points one drop is as urgent as the next
LEVEL_MOST = 45.0  # at strength 0, falling to nothing at the strong edge
VALUE_MOST = 6.0  # from the tenth of customers with the highest value upwards
RENEWAL_MOST = 15.0  # on the day itself
RENEWAL_HORIZON = 60  # days ahead from which a renewal begins to count
AGE_MOST = 10.0  # a point a day, so that nothing waits for ever below fresh cards
LATE = -15.0  # gone for longer than a lapse takes: others can still be kept
STRONG = 70.0

# A silent card reaches at most 88.5 points: 10 for its cause, and all of the above.
DECLARED = {
    "frustrated": (100.0, "They say they are frustrated"),
    "stuck": (90.0, "They say they are stuck"),
    "own_words": (10.0, "They left a note in their own words"),
    "exploring": (5.0, "They say they are exploring"),
    "busy": (-100.0, "They say they are busy: let them be for now"),
}
CAUSE = {"erosion": 10.0, "renewal": 10.0, "silence": 6.0, "band_lost": 6.0, "milestone": 0.0}


class PriorityReason(msgspec.Struct, frozen=True):
    """One part of a rank: a code for programs, a text for the CSM, and its points."""

    code: str
    text: str
    points: float


class Priority(msgspec.Struct, frozen=True):
    """A rank; `score` is exactly the sum of the reasons' points, higher is sooner."""

    score: float
    reasons: tuple[PriorityReason, ...]


def rank(
    context: CardContext,
    cause: str,
    *,
    value_high: float | None = None,
    opened_at: datetime | None = None,
    lapse_days: int = 90,
) -> Priority:
    """Rank one card. value_high: where the business's top tenth of values begins.

    lapse_days: silence after which a customer counts as gone.
    """
    parts = [
        _cause(cause),
        _declared(context),
        _drop(context),
        _level(context),
        _value(context, value_high),
        _renewal(context),
        _late(context, cause, lapse_days),
        _age(context, opened_at),
    ]
    counted = tuple(part for part in parts if part is not None and part.points != 0.0)
    ordered = tuple(sorted(counted, key=lambda part: -abs(part.points)))
    return Priority(round(sum(part.points for part in ordered), 1), ordered)


def _part(code: str, text: str, points: float) -> PriorityReason:
    return PriorityReason(code, text, round(points, 1))


def _cause(cause: str) -> PriorityReason | None:
    points = CAUSE.get(cause, 0.0)
    return _part("cause", "Base priority", points) if points else None


def _declared(context: CardContext) -> PriorityReason | None:
    found = DECLARED.get(context.state)
    if found is None:
        return None
    until = context.declared.expires_at if context.declared else None
    text = f"{found[1]} (until {until:%-d %B})" if until and context.state == "busy" else found[1]
    return _part("declared", text, found[0])


def _drop(context: CardContext) -> PriorityReason | None:
    points = min(DROP_MOST, DROP_POINT * context.drop)
    text = f"Fell {context.drop:.0f} points from the recent high"
    return _part("drop", text, points) if context.drop >= 1.0 else None


def _level(context: CardContext) -> PriorityReason | None:
    if context.strength is None:
        return None
    points = LEVEL_MOST * max(0.0, STRONG - context.strength) / STRONG
    return _part("level", f"Strength is {context.strength:.0f}", points)


def _value(context: CardContext, value_high: float | None) -> PriorityReason | None:
    if not context.value or not value_high or context.value <= 0:
        return None
    share = min(1.0, context.value / value_high)
    words = "in the top tenth" if share >= 1.0 else "high" if share >= 0.5 else "modest"
    return _part("value", f"Their value is {words}", VALUE_MOST * share)


def _renewal(context: CardContext) -> PriorityReason | None:
    if context.renewal_on is None:
        return None
    ahead = (context.renewal_on - context.as_of.date()).days
    if not 0 <= ahead <= RENEWAL_HORIZON:
        return None
    return _part(
        "renewal", f"Renewal in {ahead} days", RENEWAL_MOST * (1 - ahead / RENEWAL_HORIZON)
    )


def _late(context: CardContext, cause: str, lapse_days: int) -> PriorityReason | None:
    if cause not in CAUSE or context.days_silent is None or context.days_silent < lapse_days:
        return None
    return _part("late", f"Nothing for {context.days_silent:.0f} days: this comes late", LATE)


def _age(context: CardContext, opened_at: datetime | None) -> PriorityReason | None:
    if opened_at is None:
        return None
    days = max(0, (context.as_of - opened_at).days)
    return _part("age", f"Waiting for {days} days", min(AGE_MOST, float(days)))
