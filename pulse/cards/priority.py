"""The rank of a card: points that add up, each with its reason for the CSM.

An open request for help outranks any silent fall, and a customer who is busy ranks below everybody
who is not. Among the silent ones the money at stake decides: value per year × chance to stay away ×
share that a conversation keeps (`expected_saving`), assumed until the hold-out has measured it for
groups of customers (`effects`). Customers without a habit of ordering, for example with a contract,
are ranked by the level of their strength instead, which predicted best who left on lantern's first
half-year (AUC .67; the size of the fall predicted nothing).
"""

from datetime import datetime

import msgspec

from pulse.cards.effects.strata import EffectModel
from pulse.cards.evidence.expected_saving import HELPED, expected_saving
from pulse.cards.triggers import CardContext, fell, too_late
from pulse.i18n.sentences import Day, Money, Number, Sentence, Share, marked, plural_sentence

DROP_POINT, DROP_MOST = 0.1, 2.5  # per point of fall; maximum (at 25 points)
LEVEL_MOST = 45.0  # at strength 0, decreasing to 0 at the edge of "strong"
STAKE_MOST = 51.0  # limit for large amounts; a top-tenth value at a chance of 30 % gives half
HALF_CHANCE = 0.3
VALUE_MOST = 6.0  # for the tenth of customers with the highest value
WORDS_POINTS = 10.0  # own words beside a declared state
RENEWAL_MOST = 15.0  # on the renewal day itself
RENEWAL_HORIZON = 60  # days before a renewal at which it begins to count
AGE_MOST = 10.0  # one point a day, so that old cards do not stay below new ones
LATE = -15.0  # silent for longer than a lapse takes; others can still be kept
STRONG = 70.0

MEASURED = marked("measured on customers like this")

# A silent card reaches at most 88.5 points: 10 for its cause, plus all of the above.
DECLARED = marked(
    {
        "frustrated": (100.0, "They say they are frustrated"),
        "stuck": (90.0, "They say they are stuck"),
        "own_words": (10.0, "They left a note in their own words"),
        "exploring": (5.0, "They say they are exploring"),
        "busy": (-100.0, "They say they are busy: let them be for now"),
    }
)
CAUSE = {
    "overdue": 10.0,
    "erosion": 10.0,
    "renewal": 10.0,
    "silence": 6.0,
    "band_lost": 6.0,
    "milestone": 2.0,
}
CONGRATULATION = "milestone"
"""Good news can wait: neither value nor level rank it above an overdue customer."""


class PriorityReason(msgspec.Struct, frozen=True):
    """One part of a rank: a code for programs, a text for the CSM, and its points."""

    code: str
    text: str
    points: float


class Priority(msgspec.Struct, frozen=True):
    """A rank; `score` is exactly the sum of the reasons' points, higher comes first."""

    score: float
    reasons: tuple[PriorityReason, ...]


class Scale(msgspec.Struct, frozen=True):
    """What the cards of a business are ranked against.

    value_high: value per year at which its top tenth begins, None without values. lapse_days: the
    silence after which a customer counts as lapsed. currency: its ISO code. effects: measured
    effects of conversations by group, None while nothing was measured.
    """

    value_high: float | None = None
    lapse_days: int = 90
    currency: str = "GBP"
    effects: EffectModel | None = None

    def helped(self, context: CardContext, cause: str) -> float | None:
        """The measured share (0-1) of such customers whom a conversation keeps; None: assumed."""
        if self.effects is None:
            return None
        return self.effects.helped_in(cause, context.strength, context.value)


def rank(
    context: CardContext,
    cause: str,
    scale: Scale | None = None,
    *,
    opened_at: datetime | None = None,
) -> Priority:
    """Rank one card; opened_at: since when it waits."""
    scale = scale or Scale()
    urgent = () if cause == CONGRATULATION else _urgency(context, cause, scale)
    parts = [
        _cause(cause),
        _declared(context),
        _words(context),
        _drop(context),
        *urgent,
        _renewal(context),
        _late(context, cause, scale.lapse_days),
        _age(context, opened_at),
    ]
    counted = tuple(part for part in parts if part is not None and part.points != 0.0)
    ordered = tuple(sorted(counted, key=lambda part: -abs(part.points)))
    return Priority(round(sum(part.points for part in ordered), 1), ordered)


def _urgency(context: CardContext, cause: str, scale: Scale) -> tuple[PriorityReason | None, ...]:
    """Return the points for what can be lost: money at stake, or level and value without a habit.

    Customers who have left have nothing to lose; their declared state alone counts.
    """
    if context.lifecycle == "left":
        return ()
    helped = scale.helped(context, cause)
    stake = _stake(context, scale, helped)
    return (stake,) if stake else (_level(context, helped), _value(context, scale.value_high))


def _part(code: str, text: str, points: float) -> PriorityReason:
    return PriorityReason(code, text, round(points, 1))


def _cause(cause: str) -> PriorityReason | None:
    points = CAUSE.get(cause, 0.0)
    return _part("cause", Sentence("Base priority"), points) if points else None


def _declared(context: CardContext) -> PriorityReason | None:
    found = DECLARED.get(context.state)
    if found is None:
        return None
    until = context.declared.expires_at if context.declared else None
    text = Sentence(found[1])
    if until and context.state == "busy":
        text = Sentence("{said} (until {day})", said=text, day=Day(until.date()))
    return _part("declared", text, found[0])


def _words(context: CardContext) -> PriorityReason | None:
    if context.state not in ("stuck", "frustrated") or not (
        context.declared and context.declared.note
    ):
        return None
    return _part("words", Sentence("They explained it in their own words"), WORDS_POINTS)


def _stake(context: CardContext, scale: Scale, helped: float | None) -> PriorityReason | None:
    share = HELPED if helped is None else helped
    saving = expected_saving(context.value_at_risk, share)
    if saving is None or not context.value or context.chance is None:
        return None
    half = (scale.value_high or context.value) * HALF_CHANCE * HELPED
    text = Sentence(
        "{at_risk} a year at risk: {value} a year x {chance} chance to lapse; a conversation helps "
        "in {helped} of cases ({basis})",
        at_risk=Money(context.value_at_risk or 0.0, scale.currency),
        value=Money(context.value, scale.currency),
        chance=Share(context.chance),
        helped=Share(share),
        basis=Sentence("assumed" if helped is None else MEASURED),
    )
    return _part("stake", text, STAKE_MOST * saving / (saving + half))


def _drop(context: CardContext) -> PriorityReason | None:
    points = min(DROP_MOST, DROP_POINT * context.drop)
    text = Sentence(
        "Strength fell {points} from its {days}-day high ({high} → {now})", **fell(context)
    )
    return _part("drop", text, points) if context.drop >= 1.0 else None


def _level(context: CardContext, helped: float | None) -> PriorityReason | None:
    if context.strength is None:
        return None
    points = LEVEL_MOST * max(0.0, STRONG - context.strength) / STRONG
    if helped is None:
        text = Sentence("Strength is {strength}", strength=Number(context.strength))
        return _part("level", text, points)
    text = Sentence(
        "Strength is {strength}, and {helped} helped by a conversation ({basis})",
        strength=Number(context.strength),
        helped=Share(helped),
        basis=Sentence(MEASURED),
    )
    return _part("level", text, points * min(1.0, helped / HELPED))


def _value(context: CardContext, value_high: float | None) -> PriorityReason | None:
    if not context.value or not value_high or context.value <= 0:
        return None
    share = min(1.0, context.value / value_high)
    text = Sentence(
        "Their value is in the top tenth"
        if share >= 1.0
        else "Their value is high"
        if share >= 0.5
        else "Their value is modest"
    )
    return _part("value", text, VALUE_MOST * share)


def _renewal(context: CardContext) -> PriorityReason | None:
    if context.renewal_on is None:
        return None
    ahead = (context.renewal_on - context.as_of.date()).days
    if not 0 <= ahead <= RENEWAL_HORIZON:
        return None
    text = plural_sentence("Renewal in {n} day", "Renewal in {n} days", ahead)
    return _part("renewal", text, RENEWAL_MOST * (1 - ahead / RENEWAL_HORIZON))


def _late(context: CardContext, cause: str, lapse_days: int) -> PriorityReason | None:
    if cause not in CAUSE or context.days_silent is None or not too_late(context, lapse_days):
        return None
    days = Number(context.days_silent)
    return _part("late", Sentence("Nothing for {days} days: this comes late", days=days), LATE)


def _age(context: CardContext, opened_at: datetime | None) -> PriorityReason | None:
    if opened_at is None:
        return None
    days = max(0, (context.as_of - opened_at).days)
    text = plural_sentence("Waiting for {n} day", "Waiting for {n} days", days)
    return _part("age", text, min(AGE_MOST, float(days)))
