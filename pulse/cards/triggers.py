"""Triggers: pure rules that say when a conversation is due.

`due(context)` answers with the causes that hold, the most important first. Rules see nothing but
the context, so a replay of last year and the live loop decide alike. A package adds a cause by
`@rule(...)` in a module named by the entry point group `pulse.card_triggers`.
"""

from collections.abc import Callable
from functools import cache

import msgspec

from pulse.cards.evidence.card_context import CardContext as CardContext
from pulse.cards.evidence.card_context import DeclaredContext as DeclaredContext
from pulse.cards.evidence.card_context import Factor as Factor
from pulse.cards.evidence.card_context import Milestone as Milestone
from pulse.cards.evidence.card_context import Return as Return
from pulse.cards.settings import CardRules
from pulse.plugins import load_plugins

BAND_MARGIN = 3.0
"""Points a customer must have fallen for a lost band to count: an edge is no cliff."""

OVERDUE_GAPS = 1.5
"""Usual gaps of silence after which a regular who is likely to lapse is overdue.

Two gaps found as much on lantern's first half-year, but for those who order every 45 days or less
often they end when a call comes too late (`CardRules.lapse_days`)."""

OVERDUE_CHANCE, SURELY_OVERDUE = 0.3, 3.0
"""The chance to stay away from which an overdue order is worth a call, and the usual gaps from
which it is in any case.

Chosen on lantern's first half-year among chances of 0, .2, .3, .4 and .5 and gaps of 1, 1.5 and 2:
the cards were right in 35 % of cases (the lowest scores: 32 %), without a limit in 22 %. On the
second half-year it is 27 % (lowest scores 27 %), without a limit 24 %."""

WORTH_A_CALL = 0.4
"""The chance to stay away from which a fall alone is worth a call.

On lantern's first half-year the cards of such customers were right in 38 % of cases, those of all
who were past their usual gap in 21 %."""

BANDS = ("fragile", "steady", "strong")
BY_HAND = "by_hand"
"""The cause of cards that a colleague asked for; no fact makes one due."""


class Trigger(msgspec.Struct, frozen=True):
    """A cause that holds, why in one sentence for the CSM, and whether somebody asked for it."""

    cause: str
    reason: str
    asked: bool = False


class Rule(msgspec.Struct, frozen=True):
    """A registered cause: `check` answers with the reason, or None when it does not hold.

    asked: the customer declared it, or (BY_HAND) a colleague wants it, so it is never held out,
    rate-limited or delayed.
    covers: weaker causes that tell the same story and fall silent beside this one.
    """

    cause: str
    label: str
    check: Callable[[CardContext, CardRules], str | None]
    asked: bool = False
    covers: frozenset[str] = frozenset()


RULES: dict[str, Rule] = {}
"""Every known cause in order of importance."""


def rule(
    cause: str, label: str, *, asked: bool = False, covers: tuple[str, ...] = ()
) -> Callable[
    [Callable[[CardContext, CardRules], str | None]], Callable[[CardContext, CardRules], str | None]
]:
    """Register a cause. The function gets (context, rules) and answers a reason or None."""

    def keep(
        check: Callable[[CardContext, CardRules], str | None],
    ) -> Callable[[CardContext, CardRules], str | None]:
        RULES[cause] = Rule(cause, label, check, asked, frozenset(covers))
        return check

    return keep


def due(context: CardContext, rules: CardRules | None = None) -> list[Trigger]:
    """The causes that hold now, most important first, without those that others cover.

    At a baseline only what somebody asked for is a cause: neither an import nor the publication
    or roll-back of a scorecard opens cards.
    """
    known, using = discover(), rules or CardRules()
    found: dict[str, Trigger] = {}
    for each in known.values():
        if each.cause in using.switched_off or (context.baseline and not each.asked):
            continue
        if reason := each.check(context, using):
            found[each.cause] = Trigger(each.cause, reason, each.asked)
    if not found:
        return []
    covered = {weaker for cause in found for weaker in known[cause].covers}
    return [trigger for cause, trigger in found.items() if cause not in covered]


def too_late(context: CardContext, rules: CardRules) -> bool:
    """Whether they count as lapsed or have left: a campaign may win them back, not a call."""
    silent = context.days_silent if context.last_order_on is not None else None
    return context.is_gone or (silent is not None and silent >= rules.lapse_days)


def fell(context: CardContext) -> str:
    """The fall in whole points that subtract: "fell 13 (43 → 30)"."""
    high, now = round(context.recent_high or 0.0), round(context.strength or 0.0)
    return f"fell {high - now} ({high} → {now})"


def label_of(cause: str) -> str:
    """The cause as a CSM reads it; unknown causes (of a package since removed) read as named."""
    known = discover().get(cause)
    return known.label if known else cause.replace("_", " ").capitalize()


@cache
def discover() -> dict[str, Rule]:
    """The registry, after installed packages have added theirs."""
    load_plugins("pulse.card_triggers")
    return RULES


@rule("frustrated", "Says they are frustrated", asked=True, covers=("milestone", "silence"))
def frustrated(context: CardContext, rules: CardRules) -> str | None:
    """The customer tapped "I'm frustrated", and that has not expired."""
    return "They say they are frustrated." if context.state == "frustrated" else None


@rule("stuck", "Says they are stuck", asked=True, covers=("milestone", "silence"))
def stuck(context: CardContext, rules: CardRules) -> str | None:
    """The customer tapped "I'm stuck", and that has not expired."""
    return "They say they are stuck." if context.state == "stuck" else None


@rule(
    BY_HAND,
    "A colleague asked for it",
    asked=True,
    covers=("overdue", "erosion", "band_lost", "renewal", "silence", "milestone"),
)
def by_hand(context: CardContext, rules: CardRules) -> str | None:
    """A colleague asked for a conversation with this customer."""
    return context.wanted or None


@rule("overdue", "Order is overdue", covers=("erosion", "band_lost", "silence", "milestone"))
def overdue(context: CardContext, rules: CardRules) -> str | None:
    """A regular has been silent for OVERDUE_GAPS of their usual gaps, and is not lapsed yet.

    Only where they are likely to stay away, or very late. A busy customer has said why they are
    quiet.
    """
    late = context.lateness
    if not context.is_regular or context.state == "busy" or too_late(context, rules):
        return None
    if late is None or late < OVERDUE_GAPS or context.usual_gap is None:
        return None
    if late < SURELY_OVERDUE and context.chance is not None and context.chance < OVERDUE_CHANCE:
        return None
    return (
        f"Last order {context.days_silent:.0f} days ago; usually every "
        f"{context.usual_gap:.0f} days ({late:.1f} gaps)."
    )


@rule("erosion", "Strength is falling", covers=("band_lost", "silence"))
def erosion(context: CardContext, rules: CardRules) -> str | None:
    """A fall of more than `erosion_points` below the recent high, by behaviour alone.

    Where there are orders, only once the usual gap is over (until then the fall is their rhythm)
    and where they are likely to stay away.
    """
    if context.drop <= rules.erosion_points or context.is_expected or too_late(context, rules):
        return None
    if context.chance is not None and context.chance < WORTH_A_CALL:
        return None
    return f"Strength {fell(context)}."


@rule("band_lost", "Lost a band", covers=("silence",))
def band_lost(context: CardContext, rules: CardRules) -> str | None:
    """The band fell, by behaviour, and by more than a wobble at the edge."""
    if context.band not in BANDS or context.band_before not in BANDS or context.is_expected:
        return None
    lost = BANDS.index(context.band) < BANDS.index(context.band_before)
    if not lost or context.drop < BAND_MARGIN or too_late(context, rules):
        return None
    if context.chance is not None and context.chance < WORTH_A_CALL:
        return None
    return f"The band went from {context.band_before} to {context.band}: strength {fell(context)}."


@rule("renewal", "Renewal is near")
def renewal(context: CardContext, rules: CardRules) -> str | None:
    """The renewal date is at most `renewal_days` ahead."""
    if context.renewal_on is None:
        return None
    ahead = (context.renewal_on - context.as_of.date()).days
    if not 0 <= ahead <= rules.renewal_days:
        return None
    return f"Renewal is due on {context.renewal_on:%-d %B %Y}, in {ahead} days."


@rule("silence", "Gone quiet after a strong period")
def silence(context: CardContext, rules: CardRules) -> str | None:
    """Silent for long, and for long by their own habit, after having been strong.

    A busy customer has said why they are quiet, so their silence is no cause.
    """
    if context.days_silent is None or context.recent_high is None or context.state == "busy":
        return None
    if context.is_expected or too_late(context, rules):
        return None
    if context.chance is not None and context.chance < WORTH_A_CALL:
        return None
    patience = max(float(rules.silence_days), 2.0 * (context.usual_gap or 0.0))
    if context.days_silent < patience or context.recent_high < rules.strong_edge:
        return None
    return (
        f"Nothing for {context.days_silent:.0f} days, after a strong period "
        f"(up to {context.recent_high:.0f})."
    )


@rule("milestone", "Reached a milestone")
def milestone(context: CardContext, rules: CardRules) -> str | None:
    """A milestone was just reached by somebody who is still here and not too busy to hear it."""
    if not context.milestones or context.state == "busy" or context.is_gone:
        return None
    mark = context.milestones[0]
    return f"Just reached: {mark.told_staff or mark.title}."


OURS = frozenset(RULES)


def only_ours() -> bool:
    """Whether every cause is one of Pulse; packages' causes may hold for anybody."""
    return discover().keys() <= OURS
