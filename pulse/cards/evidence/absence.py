"""Explain why an eroded or overdue customer has no open card, in one sentence."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import admission, settings
from pulse.cards.effects.strata import EffectModel, effects_in, explained
from pulse.cards.evidence.absence_facts import CardFacts, card_facts, scored_now
from pulse.cards.evidence.card_context import REGULAR_DAYS, CardContext
from pulse.cards.evidence.new_limits import HELD, is_held
from pulse.cards.from_scores import paused_causes
from pulse.cards.outcomes.help_follow_up import follow_up_day
from pulse.cards.priority import Priority
from pulse.cards.queue_sql import UNWORKED_REST
from pulse.cards.settings import CardRules
from pulse.cards.triggers import OVERDUE_CHANCE, OVERDUE_GAPS, SURELY_OVERDUE, WORTH_A_CALL, due
from pulse.clock import days_of
from pulse.db.transaction import Unit, tenant
from pulse.i18n.sentences import Day, Number, Sentence, Share, marked
from pulse.scoring.lifecycle.lapse_chance import PRIOR, LapseChance, chance_of
from pulse.scoring.lifecycle.rhythm_store import rhythm_in
from pulse.scoring.metrics.orders import HABIT_ORDERS
from pulse.tables.business import Business

NEW_DAYS = 30  # days of silence below which no explanation is needed


async def why_no_card(scope: Scope, customer_id: UUID) -> str | None:
    """Explain why there is no card although the strength fell or an order is overdue, else None."""
    async with tenant(scope) as unit:
        business = await Business.select(Business.settings).where(Business.id == unit.business_id)
        chosen = business[0]["settings"]
        rhythm = rhythm_in(chosen)
        found = await card_facts(unit, customer_id, rhythm)
        if found is None:
            return None
        if not found.has_card and (day := await follow_up_day(unit, customer_id)):
            return Sentence(UNANSWERED, day=Day(day))
        rules, now = settings.read(chosen), clock.now()
        scored = None if found.has_card else await scored_now(unit, customer_id)
        learned, effects = rhythm.chance, effects_in(chosen)
        if scored is None:
            return _with_last_card(explain(found, rules, now, learned, effects), found)
        done, change, context = scored
        stop = await _stop(unit, context, rules, paused_causes(rules, chosen, done))
        if stop is None:
            return None
        days, resting = context.active_days, stop in RESTS
        found = msgspec.structs.replace(found, order_days=days, resting=resting)
        why = explain(found, rules, now, learned, effects)
        if why == FULL_DAY:
            held = await is_held(unit, done, (change, context), rules)
            why = Sentence(HELD if held else STOPS[stop])
        return _with_last_card(why, found)


Stop = Literal[
    "no_cause", "came_back", "busy", "switched_off", "feed", "cooldown", "customer_quiet",
    "same_fall", "full_day", "next_time",
]  # fmt: skip
"""The first rule that stops a card."""
RESTS: tuple[Stop, ...] = ("cooldown", "customer_quiet")


async def _stop(
    unit: Unit, context: CardContext, rules: CardRules, paused: Sequence[str]
) -> Stop | None:
    """Return what stops a card now, asked of the rules that open cards.

    paused: causes that open no card now. None: a card was opened since the customer was read.
    """
    triggers = due(context, rules, paused)
    if not triggers:
        return _no_cause(context, rules)
    past, _ = await admission.past(unit, [context.customer_id])
    open_to_all = msgspec.structs.replace(rules, hold_out_share=0.0)
    for trigger in triggers:
        candidate = admission.Candidate(context, trigger, Priority(0.0, ()))
        refused = admission.admit([candidate], past, open_to_all, clock.now(), 1).refused
        if not refused:
            return "full_day" if await admission.free_today(unit, rules) <= 0 else "next_time"
    (refusal,) = refused
    return next((stop for stop in STOPS if stop == refusal), None)


def _no_cause(context: CardContext, rules: CardRules) -> Stop:
    if due(context, rules):
        return "feed"
    if due(context, msgspec.structs.replace(rules, switched_off=())):
        return "switched_off"
    if due(msgspec.structs.replace(context, longest_gap=None), rules):
        return "came_back"
    idle = msgspec.structs.replace(context, declared=None)
    return "busy" if context.state == "busy" and due(idle, rules) else "no_cause"


def _with_last_card(why: str | None, found: CardFacts) -> str | None:
    if why is None or found.unworked is None:
        return why
    return Sentence(
        "{why} The card of {day} ended after {days} days, and nobody had called.",
        why=why,
        day=Day(found.unworked.opened_at.date()),
        days=found.unworked.days,
    )


def explain(
    one: CardFacts,
    rules: CardRules,
    now: datetime,
    learned: LapseChance = PRIOR,
    effects: EffectModel | None = None,
) -> str | None:
    """Return the sentence for this state. Pure. learned: the business's chance to lapse.

    effects: measured effects of conversations by group, None while nothing was measured.
    """
    if not one.has_card and (advice := _advice(one, rules, now, effects)):
        return advice
    silent = days_of(now) - days_of(one.last_order_at) if one.last_order_at else None
    late = silent / max(1.0, one.usual_gap) if silent is not None and one.usual_gap else None
    overdue = late is not None and late >= OVERDUE_GAPS and one.orders > 1
    if one.has_card or one.strength is None:
        return None
    if one.cancelled_only:
        return Sentence("No card: every order was cancelled. You can ask for a card now.")
    if not (overdue or _has_fallen(one, rules)):
        return _quiet(one, rules, silent)
    gone = one.lifecycle in ("lapsed", "left")
    if gone or (not one.is_regular and silent is not None and silent >= rules.lapse_days):
        return _too_long(one, silent, rules)
    if one.orders == 1:
        return Sentence(FIRST_TIME)
    return _waiting(one, rules, now, late, chance_of(learned, one.strength, late))


def _has_fallen(one: CardFacts, rules: CardRules) -> bool:
    return (one.high or 0.0) - (one.strength or 0.0) > rules.erosion_points


def _advice(
    one: CardFacts, rules: CardRules, now: datetime, effects: EffectModel | None
) -> str | None:
    """Explain that a card was not opened on advice, while the cause is paused."""
    if (told := one.advised) is None or effects is None:
        return None
    later_card = one.last_card_at is not None and one.last_card_at > told.at
    if later_card or now - told.at >= timedelta(days=rules.cooldown(told.cause)):
        return None
    group = effects.advice(told.cause, told.strength, told.value)
    return explained(effects, group) if group is not None else None


UNANSWERED = marked(
    "Their call for help is still open, and our message had no answer. The follow-up is planned "
    "for {day}; Today counts it when the day has come."
)
FIRST_TIME = marked(
    "No card: one order so far. First-time buyers belong to a campaign: Segments lists those who "
    "have been quiet for 30 days. You can ask for a card now."
)


def _too_long(one: CardFacts, silent: float | None, rules: CardRules) -> Sentence:
    if silent is None or silent < rules.lapse_days:
        return Sentence("No card: silent for too long for a call. A campaign fits better.")
    if one.is_regular:
        return Sentence(
            "No card: silent for {silent} days, longer than a regular stays away. A campaign fits "
            "better. You can ask for a card now.",
            silent=round(silent),
        )
    return Sentence(
        "No card: silent for {silent} days; with orders on fewer than {few} days, cards end at "
        "{limit}. A campaign fits better. You can ask for a card now.",
        silent=round(silent),
        few=REGULAR_DAYS,
        limit=rules.lapse_days,
    )


def _quiet(one: CardFacts, rules: CardRules, silent: float | None) -> str | None:
    """Explain why a customer without activity has no card.

    With more than one order: None directly after an order, and for steady or strong customers.
    """
    if one.lifecycle == "lapsed":
        return _too_long(one, silent, rules)
    if one.orders == 1:
        return Sentence(FIRST_TIME)
    if one.band != "fragile" or (silent is not None and silent < NEW_DAYS):
        return None
    if one.orders:
        return Sentence("No card: the strength is low but has not fallen, and no order is overdue.")
    return Sentence(
        "No card: the strength is low but has not fallen since the first score. A fall of more "
        "than {points} points, a call for help or a renewal within {days} days opens one; you can "
        "ask for one now.",
        points=Number(rules.erosion_points),
        days=rules.renewal_days,
    )


def _waiting(
    one: CardFacts, rules: CardRules, now: datetime, late: float | None, chance: float | None
) -> str:
    if one.held_out_at and _quarter(one.held_out_at) == _quarter(now):
        return Sentence(
            "No card: left alone at random this quarter, to measure whether outreach helps."
        )
    if one.resting and one.unworked and one.unworked.ended_at >= now - UNWORKED_REST:
        return Sentence(
            "No card yet: the next one waits for up to four weeks after the last ended."
        )
    if one.last_card_at and _rests(one, rules, now):
        return Sentence(
            "No card: already contacted or closed, the last card is of {day}.",
            day=Day(one.last_card_at.date()),
        )
    if late is not None and late < OVERDUE_GAPS and one.last_order_at and one.usual_gap:
        return _inside_the_rhythm(one, one.last_order_at, one.usual_gap)
    falling = _has_fallen(one, rules) and (chance or 0.0) >= WORTH_A_CALL
    if late is not None and not one.is_regular and not falling:
        return Sentence(
            "No card: too few orders to know a habit, so a late order alone opens none. You can "
            "ask for a card now."
        )
    if chance is not None and chance < OVERDUE_CHANCE and (late or 0.0) < SURELY_OVERDUE:
        return Sentence(
            "No card: overdue, but likely to order again ({chance} chance to lapse). A card opens "
            "from {enough}, or after {days} days without an order.",
            chance=_below(chance, OVERDUE_CHANCE),
            enough=Share(OVERDUE_CHANCE),
            days=Number(SURELY_OVERDUE * max(1.0, one.usual_gap or 0.0)),
        )
    return Sentence(FULL_DAY)


def _rests(one: CardFacts, rules: CardRules, now: datetime) -> bool:
    if one.resting is not None or one.last_card_at is None:
        return bool(one.resting)
    return now - one.last_card_at < timedelta(days=rules.cooldown(one.last_cause or ""))


FULL_DAY = marked(
    "No card today: the team's day is full. Cards open by rank as there is room; you can ask for a "
    "card now."
)
NO_CAUSE = marked("No card: no cause for a card applies today. You can ask for a card now.")
HELD_OUT_BEFORE = marked(
    "No card: they were left alone before, and the next card has to wait. You can ask for a card "
    "now."
)
"""After a hold-out of an earlier quarter; a card before is told as the last card."""
STOPS: dict[Stop, str] = marked(
    {
        "no_cause": NO_CAUSE,
        "came_back": "No card: they have come back after a longer silence before.",
        "busy": "No card: they say they are busy.",
        "switched_off": "No card: cards for this cause are switched off in Settings.",
        "feed": "No card: no orders arrive at present, so that silence says nothing.",
        "cooldown": HELD_OUT_BEFORE,
        "customer_quiet": HELD_OUT_BEFORE,
        "same_fall": "No card: the strength has not fallen further since their last card.",
        "full_day": FULL_DAY,
        "next_time": "No card yet: cards open by rank with the next calculation. You can ask for a "
        "card now.",
    }
)


def _below(share: float, limit: float) -> Share:
    """Return a share below a limit, with a decimal where both round to the same percent."""
    return Share(share, int(round(100 * share) == round(100 * limit)))


def _inside_the_rhythm(one: CardFacts, last: datetime, gap: float) -> str:
    """The sentence for a customer who is not overdue; it names a usual gap for a habit only."""
    due = Day((last + timedelta(days=OVERDUE_GAPS * gap)).date())
    if one.orders < HABIT_ORDERS:
        return Sentence("No card: two orders are no rhythm yet. Overdue from {day}.", day=due)
    if not one.habitual:
        return Sentence("No card: they have no settled rhythm. Overdue from {day}.", day=due)
    return Sentence(
        "No card: inside their own rhythm, usually every {gap} days. Overdue from {day}.",
        gap=Number(gap),
        day=due,
    )


def _quarter(moment: datetime) -> tuple[int, int]:
    return moment.year, (moment.month - 1) // 3
