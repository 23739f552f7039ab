"""When a conversation is due: pure rules on a frozen picture of one customer.

`due(context)` answers with the causes that hold, the most important first. Rules see nothing but
the context, so a replay of last year and the live loop decide alike. A package adds a cause by
`@rule(...)` in a module named by the entry point group `pulse.card_triggers`.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from uuid import UUID

import msgspec

from pulse.cards.settings import CardRules
from pulse.plugins import load_plugins

BAND_MARGIN = 3.0
"""Points a customer must have fallen for a lost band to count: an edge is no cliff."""

BANDS = ("fragile", "steady", "strong")
BY_HAND = "by_hand"
"""The cause of cards that a colleague asked for; no fact makes one due."""


class Factor(msgspec.Struct, frozen=True):
    """One metric's part of the strength: points now, and points of change over 30 days.

    said: the value as people say it ("38 days"), where somebody knew its unit.
    """

    feature: str
    label: str
    signal: str
    value: float | str | None
    contribution: float
    change: float = 0.0
    said: str = ""


class DeclaredContext(msgspec.Struct, frozen=True):
    """What the customer says about themselves now; the note is their own words, foreign text."""

    type: str
    note: str | None = None
    expires_at: datetime | None = None


class Milestone(msgspec.Struct, frozen=True):
    """A milestone just reached, with its title as the customer reads it."""

    key: str
    title: str
    told_staff: str = ""
    """The title in the staff's language, where that is another."""


class CardContext(msgspec.Struct, frozen=True, kw_only=True):
    """One customer as of a moment. Strength and changes in points (0–100), None = not known.

    behaviour_change: points of change against the recent high that the customer's behaviour made,
    without what a new scorecard version made (negative = a fall). None when no version changed.
    change_last: against the score before this one, by the same scorecard and of the last 7 days.
    usual_gap: the customer's usual days between two signs of life, where known.
    """

    business_id: UUID
    customer_id: UUID
    external_id: str
    as_of: datetime
    strength: float | None
    name: str | None = None
    locale: str | None = None
    recent_high: float | None = None
    change_7d: float | None = None
    change_30d: float | None = None
    change_last: float | None = None
    behaviour_change: float | None = None
    band: str | None = None
    band_before: str | None = None
    declared: DeclaredContext | None = None
    factors: tuple[Factor, ...] = ()
    value: float | None = None
    renewal_on: date | None = None
    days_silent: float | None = None
    usual_gap: float | None = None
    milestones: tuple[Milestone, ...] = ()
    owner_id: UUID | None = None
    baseline: bool = False
    """A first score, or the first one by this scorecard version: nobody has fallen or risen yet."""
    wanted: str = ""
    """Who asked for a conversation by hand, and why, as a sentence; empty: nobody did."""

    @property
    def drop(self) -> float:
        """Points below the recent high, as far as behaviour explains them; never negative."""
        if self.strength is None or self.recent_high is None:
            return 0.0
        fallen = self.recent_high - self.strength
        if self.behaviour_change is not None:
            fallen = min(fallen, -self.behaviour_change)
        return max(0.0, fallen)

    @property
    def state(self) -> str:
        """The declared state, or 'none': the context half of cause × context."""
        if self.declared is None:
            return "none"
        expires = self.declared.expires_at
        return "none" if expires is not None and expires <= self.as_of else self.declared.type


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
    covers=("erosion", "band_lost", "renewal", "silence", "milestone"),
)
def by_hand(context: CardContext, rules: CardRules) -> str | None:
    """A colleague asked for a conversation with this customer."""
    return context.wanted or None


@rule("erosion", "Strength is falling", covers=("band_lost", "silence"))
def erosion(context: CardContext, rules: CardRules) -> str | None:
    """A fall of more than `erosion_points` below the recent high, by behaviour alone."""
    if context.drop <= rules.erosion_points:
        return None
    return (
        f"Strength fell {context.drop:.0f} points below its recent high "
        f"({context.recent_high:.0f} to {context.strength:.0f})."
    )


@rule("band_lost", "Lost a band", covers=("silence",))
def band_lost(context: CardContext, rules: CardRules) -> str | None:
    """The band fell, by behaviour, and by more than a wobble at the edge."""
    if context.band not in BANDS or context.band_before not in BANDS:
        return None
    fell = BANDS.index(context.band) < BANDS.index(context.band_before)
    if not fell or context.drop < BAND_MARGIN:
        return None
    return f"The band went from {context.band_before} to {context.band}."


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
    patience = max(float(rules.silence_days), 2.0 * (context.usual_gap or 0.0))
    if context.days_silent < patience or context.recent_high < rules.strong_edge:
        return None
    return (
        f"Nothing for {context.days_silent:.0f} days, after a strong period "
        f"(up to {context.recent_high:.0f})."
    )


@rule("milestone", "Reached a milestone")
def milestone(context: CardContext, rules: CardRules) -> str | None:
    """A milestone was just reached and nobody is too busy to hear it."""
    if not context.milestones or context.state == "busy":
        return None
    mark = context.milestones[0]
    return f"Just reached: {mark.told_staff or mark.title}."


OURS = frozenset(RULES)


def only_ours() -> bool:
    """Whether every cause is one of the house; packages' causes may hold for anybody."""
    return discover().keys() <= OURS
