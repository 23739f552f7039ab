"""Triggers: pure rules that decide when a conversation is due.

`due(context)` returns the causes that apply, the most important first. Rules see only the context,
so a replay of past data and the live system decide the same. A package adds a cause by `@rule(...)`
in a module named by the entry point group `pulse.card_triggers`.
"""

from collections.abc import Callable, Collection
from functools import cache

import msgspec

from pulse.cards.evidence.card_context import CardContext as CardContext
from pulse.cards.evidence.card_context import DeclaredContext as DeclaredContext
from pulse.cards.evidence.card_context import Factor as Factor
from pulse.cards.evidence.card_context import Milestone as Milestone
from pulse.cards.evidence.card_context import Return as Return
from pulse.cards.settings import CardRules
from pulse.i18n.sentences import Day, Number, Place, Sentence, marked, plural_sentence
from pulse.plugins import load_plugins
from pulse.scoring.bands import HIGH_DAYS

BAND_MARGIN = 3.0
"""Points a customer must have fallen for a lost band to count."""

OVERDUE_GAPS = 1.5
"""Usual gaps of silence after which a regular who is likely to lapse is overdue.

Two gaps performed equally on lantern's first half-year, and leave less time for a call.
"""

OVERDUE_CHANCE, SURELY_OVERDUE = 0.3, 3.0
"""Minimum chance to stay away for calling about an overdue order; usual gaps that always suffice.

Chosen on lantern's first half-year among chances of 0, .2, .3, .4 and .5 and gaps of 1, 1.5 and 2:
the cards were right in 35 % of cases (the lowest scores: 32 %), without a limit in 22 %. On the
second half-year it is 27 % (lowest scores 27 %), without a limit 24 %."""

WORTH_A_CALL = 0.4
"""Chance to stay away from which a fall alone is worth a call.

On lantern's first half-year the cards of such customers were right in 38 % of cases, those of all
customers beyond their usual gap in 21 %.
"""

PRAISED_ORDERS = 3
"""Orders from which a milestone is worth a card: fewer are no history to congratulate on."""

BANDS = ("fragile", "steady", "strong")
BY_HAND = "by_hand"
"""The cause of cards requested by a colleague; no rule produces it from data."""


class Trigger(msgspec.Struct, frozen=True):
    """A cause that applies, the reason as a sentence for the CSM, and whether it was requested."""

    cause: str
    reason: str
    asked: bool = False


Check = Callable[[CardContext, CardRules], str | None]
"""Returns the reason for a card, or None when the cause does not apply."""


class Rule(msgspec.Struct, frozen=True):
    """A registered cause.

    asked: the customer declared it or (BY_HAND) a colleague requested it; it is never held out,
    rate-limited or delayed. covers: weaker causes with the same message, which are omitted beside
    this one.
    """

    cause: str
    label: str
    check: Check
    asked: bool = False
    covers: frozenset[str] = frozenset()


RULES: dict[str, Rule] = {}
"""All known causes in order of importance."""


def rule(
    cause: str, label: str, *, asked: bool = False, covers: tuple[str, ...] = ()
) -> Callable[[Check], Check]:
    """Register a cause. The function gets (context, rules) and returns a reason or None."""

    def keep(check: Check) -> Check:
        RULES[cause] = Rule(cause, label, check, asked, frozenset(covers))
        return check

    return keep


def due(
    context: CardContext, rules: CardRules | None = None, paused: Collection[str] = ()
) -> list[Trigger]:
    """Return the causes that apply now, most important first, without those covered by others.

    At a baseline only requests are causes: neither an import nor the publication or roll-back of a
    scorecard opens cards. paused: causes that do not apply for now, because data are missing.
    """
    known, using = discover(), rules or CardRules()
    without, found = {*using.switched_off, *paused, *context.by_limits}, dict[str, Trigger]()
    for each in known.values():
        if each.cause in without or (context.baseline and not each.asked):
            continue
        if reason := each.check(context, using):
            found[each.cause] = Trigger(each.cause, reason, each.asked)
    covered = {weaker for cause in found for weaker in known[cause].covers}
    return [trigger for cause, trigger in found.items() if cause not in covered]


def too_late(context: CardContext, lapse_days: int) -> bool:
    """Return whether a campaign fits better than a call: the customer is gone or silent too long.

    A regular can be called until they lapse by their own rhythm (`standing`). A customer without a
    habit is silent too long after `lapse_days` days without an order.
    """
    if context.is_gone or context.is_regular or context.last_order_on is None:
        return context.is_gone
    return context.days_silent is not None and context.days_silent >= lapse_days


def _likely_back(context: CardContext) -> bool:
    return context.chance is not None and context.chance < WORTH_A_CALL


def fell(context: CardContext) -> dict[str, Place]:
    """The places of "fell {points} ({high} → {now})", in whole points that subtract."""
    high, now = round(context.recent_high or 0.0), round(context.strength or 0.0)
    return {"points": high - now, "high": high, "now": now, "days": HIGH_DAYS}


def label_of(cause: str) -> str:
    """Return the cause's label; the name itself for causes of a removed package."""
    known = discover().get(cause)
    return known.label if known else cause.replace("_", " ").capitalize()


@cache
def discover() -> dict[str, Rule]:
    """Return the registry including the causes of installed packages."""
    load_plugins("pulse.card_triggers")
    return RULES


@rule("frustrated", "Says they are frustrated", asked=True, covers=("milestone", "silence"))
def frustrated(context: CardContext, rules: CardRules) -> str | None:
    """The customer tapped "I'm frustrated", and the state has not expired."""
    return Sentence("They say they are frustrated.") if context.state == "frustrated" else None


@rule("stuck", "Says they are stuck", asked=True, covers=("milestone", "silence"))
def stuck(context: CardContext, rules: CardRules) -> str | None:
    """The customer tapped "I'm stuck", and the state has not expired."""
    return Sentence("They say they are stuck.") if context.state == "stuck" else None


@rule(
    BY_HAND,
    "A colleague asked for it",
    asked=True,
    covers=("overdue", "erosion", "band_lost", "renewal", "silence", "milestone"),
)
def by_hand(context: CardContext, rules: CardRules) -> str | None:
    """A colleague requested a conversation with this customer."""
    return context.wanted or None


@rule("overdue", "Order is overdue", covers=("erosion", "band_lost", "silence", "milestone"))
def overdue(context: CardContext, rules: CardRules) -> str | None:
    """A regular has been silent for OVERDUE_GAPS of their usual gaps and has not lapsed yet.

    Applies only when they are likely to stay away, or are very late, and when they have never come
    back after such a silence. Not for a customer who declared to be busy.
    """
    late = context.lateness
    if not context.is_regular or context.state == "busy" or too_late(context, rules.lapse_days):
        return None
    if late is None or late < OVERDUE_GAPS or context.has_outwaited:
        return None
    if late < SURELY_OVERDUE and context.chance is not None and context.chance < OVERDUE_CHANCE:
        return None
    return overdue_since(context)


def overdue_since(context: CardContext) -> Sentence:
    """Return the sentence about an overdue order, for a customer with a usual gap."""
    habit = marked("Last order {ago} days ago; usually every {usual} days ({late} gaps).")
    none = marked("Last order {ago} days ago; about one order in {usual} days ({late} gaps).")
    return Sentence(
        habit if context.habitual else none,
        ago=Number(context.days_silent or 0.0),
        usual=Number(context.usual_gap or 0.0),
        late=Number(context.lateness or 0.0, 1),
    )


def fallen_from(context: CardContext) -> Sentence:
    """Return the sentence about a fall from the recent high."""
    return Sentence(
        "Strength fell {points} from its {days}-day high ({high} → {now}).", **fell(context)
    )


@rule("erosion", "Strength is falling", covers=("band_lost", "silence"))
def erosion(context: CardContext, rules: CardRules) -> str | None:
    """A fall of more than `erosion_points` below the recent high, due to behaviour alone.

    Where there are orders, it applies only after the usual gap is over (before that, a fall is part
    of their rhythm) and when they are likely to stay away.
    """
    fallen = context.drop > rules.erosion_points and not context.is_expected
    if not fallen or too_late(context, rules.lapse_days) or _likely_back(context):
        return None
    return fallen_from(context)


@rule("band_lost", "Lost a band", covers=("silence",))
def band_lost(context: CardContext, rules: CardRules) -> str | None:
    """The band fell due to behaviour, and by more than the usual variation at its edge."""
    if context.band not in BANDS or context.band_before not in BANDS or context.is_expected:
        return None
    lower = BANDS.index(context.band) < BANDS.index(context.band_before)
    lost = lower and context.drop >= BAND_MARGIN
    if not lost or too_late(context, rules.lapse_days) or _likely_back(context):
        return None
    return Sentence(
        "The band went from {before} to {after}: strength fell {points} from its {days}-day high "
        "({high} → {now}).",
        before=Sentence(str(context.band_before)),
        after=Sentence(str(context.band)),
        **fell(context),
    )


@rule("renewal", "Renewal is near")
def renewal(context: CardContext, rules: CardRules) -> str | None:
    """The renewal date is at most `renewal_days` ahead."""
    if context.renewal_on is None:
        return None
    ahead = (context.renewal_on - context.as_of.date()).days
    if not 0 <= ahead <= rules.renewal_days:
        return None
    return plural_sentence(
        "Renewal is due on {day}, in {n} day.",
        "Renewal is due on {day}, in {n} days.",
        ahead,
        day=Day(context.renewal_on, year=True),
    )


@rule("silence", "Gone quiet after a strong period")
def silence(context: CardContext, rules: CardRules) -> str | None:
    """Silent for long, also compared with their own habit, after having been strong.

    Not for a customer who declared to be busy.
    """
    if context.days_silent is None or context.recent_high is None or context.state == "busy":
        return None
    if context.is_expected or too_late(context, rules.lapse_days) or _likely_back(context):
        return None
    patience = max(float(rules.silence_days), 2.0 * (context.usual_gap or 0.0))
    if context.days_silent < patience or context.recent_high < rules.strong_edge:
        return None
    return Sentence(
        "Nothing for {days} days, after a strong period (up to {high}).",
        days=Number(context.days_silent),
        high=Number(context.recent_high),
    )


@rule("milestone", "Reached a milestone")
def milestone(context: CardContext, rules: CardRules) -> str | None:
    """A milestone was just reached by a customer who has not left and is not busy.

    Where there are orders, fewer than PRAISED_ORDERS are no reason to congratulate, nor are
    cancelled ones.
    """
    if not context.milestones or context.state == "busy" or context.is_gone:
        return None
    if context.cancelled_only or 0 < context.orders < PRAISED_ORDERS:
        return None
    mark = context.milestones[0]
    reached = mark.told_staff or mark.title
    if mark.key.startswith("streak_") and context.orders:
        return Sentence("Just reached: {milestone} with an order.", milestone=reached)
    return Sentence("Just reached: {milestone}.", milestone=reached)


OURS = frozenset(RULES)


def only_ours() -> bool:
    """Return whether every cause is one of Pulse's own."""
    return discover().keys() <= OURS
