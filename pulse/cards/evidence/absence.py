"""Explain why an eroded or overdue customer has no open card, in one sentence."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from piccolo.query.functions.aggregate import Max

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import settings
from pulse.cards.effects.strata import EffectModel, effects_in, explained
from pulse.cards.evidence.card_context import REGULAR_DAYS
from pulse.cards.evidence.new_limits import HELD, is_held
from pulse.cards.settings import CardRules
from pulse.cards.triggers import OVERDUE_CHANCE, OVERDUE_GAPS, SURELY_OVERDUE
from pulse.clock import days_of
from pulse.db.transaction import Unit, tenant
from pulse.i18n.sentences import Day, Number, Sentence, Share, marked
from pulse.scoring.bands import EROSION_POINTS
from pulse.scoring.lifecycle.lapse_chance import PRIOR, LapseChance, chance_of
from pulse.scoring.lifecycle.rhythm_store import has_ordered, rhythm_in
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.metrics.orders import HABIT_ORDERS
from pulse.tables.business import Business
from pulse.tables.card import CardHoldOut, ConversationCard
from pulse.tables.customer import CustomerScore

NEW_DAYS = 30  # days of silence below which no explanation is needed


class CardFacts(msgspec.Struct, frozen=True):
    """What decides whether a customer has a card; days are integers or fractions."""

    strength: float | None
    high: float | None
    lifecycle: str | None
    orders: int
    last_order_at: datetime | None
    usual_gap: float | None
    has_card: bool
    last_card_at: datetime | None
    last_cause: str | None
    held_out_at: datetime | None
    band: str | None = None
    advised: "Advised | None" = None
    habitual: bool | None = None
    cancelled_only: bool = False
    """They ordered, and each of their orders was fully cancelled."""


class Advised(msgspec.Struct, frozen=True):
    """A card not opened on advice: date, cause, and strength and value at that time."""

    at: datetime
    cause: str
    strength: float | None
    value: float | None


async def why_no_card(scope: Scope, customer_id: UUID) -> str | None:
    """Explain why there is no card although the strength fell or an order is overdue, else None."""
    async with tenant(scope) as unit:
        business = await Business.select(Business.settings).where(Business.id == unit.business_id)
        chosen = business[0]["settings"]
        rhythm = rhythm_in(chosen)
        found = await _standing(unit, customer_id, rhythm)
        if found is None:
            return None
        rules = settings.read(chosen)
        why = explain(found, rules, clock.now(), rhythm.chance, effects_in(chosen))
        if why == FULL_DAY and await is_held(unit, customer_id, rules):
            return Sentence(HELD)
        return why


async def _standing(unit: Unit, customer_id: UUID, rhythm: Rhythm) -> CardFacts | None:
    """Return the customer's current state; None before the first score."""
    score = (
        await CustomerScore.select(
            CustomerScore.identity_strength.as_alias("strength"),
            CustomerScore.recent_high.as_alias("high"),
            CustomerScore.lifecycle,
            CustomerScore.band,
            CustomerScore.orders,
            CustomerScore.last_order_at,
            CustomerScore.usual_gap_days.as_alias("usual_gap"),
            CustomerScore.habitual,
        )
        .where(
            CustomerScore.business_id == unit.business_id, CustomerScore.customer_id == customer_id
        )
        .first()
    )
    if score is None:
        return None
    cards = (
        await ConversationCard.select(
            ConversationCard.created_at, ConversationCard.cause, ConversationCard.status
        )
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.customer_id == customer_id,
        )
        .order_by(ConversationCard.created_at, ascending=False)
    )
    return CardFacts(
        **score,
        has_card=any(card["status"] in ("pending", "snoozed") for card in cards),
        last_card_at=cards[0]["created_at"] if cards else None,
        last_cause=cards[0]["cause"] if cards else None,
        held_out_at=await _held_out_at(unit, customer_id),
        advised=await _advised(unit, customer_id),
        cancelled_only=not score["orders"] and await has_ordered(unit, customer_id, rhythm),
    )


async def _held_out_at(unit: Unit, customer_id: UUID) -> datetime | None:
    """Return when they were last held out at random."""
    row = (
        await CardHoldOut.select(Max(CardHoldOut.held_out_at))
        .where(
            CardHoldOut.business_id == unit.business_id,
            CardHoldOut.customer_id == customer_id,
            CardHoldOut.advised.eq(False),
        )
        .first()
    )
    return row["max"] if row else None


async def _advised(unit: Unit, customer_id: UUID) -> Advised | None:
    row = (
        await CardHoldOut.select(
            CardHoldOut.held_out_at.as_alias("at"),
            CardHoldOut.cause,
            CardHoldOut.strength,
            CardHoldOut.value,
        )
        .where(
            CardHoldOut.business_id == unit.business_id,
            CardHoldOut.customer_id == customer_id,
            CardHoldOut.advised.eq(True),
        )
        .order_by(CardHoldOut.held_out_at, ascending=False)
        .first()
    )
    return Advised(**row) if row else None


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
    fell = (one.high or 0.0) - (one.strength or 0.0) > EROSION_POINTS
    overdue = late is not None and late >= OVERDUE_GAPS and one.orders > 1
    if one.has_card or one.strength is None:
        return None
    if one.cancelled_only:
        return Sentence("No card: every order was cancelled. You can ask for a card now.")
    if not (fell or overdue):
        return _quiet(one, rules, silent)
    gone = one.lifecycle in ("lapsed", "left")
    regular = one.orders >= REGULAR_DAYS
    if gone or (not regular and silent is not None and silent >= rules.lapse_days):
        return _too_long(one, silent, rules)
    if one.orders == 1:
        return Sentence(FIRST_TIME)
    return _waiting(one, rules, now, late, chance_of(learned, one.strength, late))


def _advice(
    one: CardFacts, rules: CardRules, now: datetime, effects: EffectModel | None
) -> str | None:
    """Explain that a card was not opened on advice, while the cause is paused."""
    told = one.advised
    if (
        told is None
        or effects is None
        or now - told.at >= timedelta(days=rules.cooldown(told.cause))
    ):
        return None
    if one.last_card_at is not None and one.last_card_at > told.at:
        return None
    group = effects.advice(told.cause, told.strength, told.value)
    return explained(effects, group) if group is not None else None


FIRST_TIME = marked(
    "No card: one order so far. First-time buyers belong to a campaign: Segments lists those who "
    "have been quiet for 30 days. You can ask for a card now."
)


def _too_long(one: CardFacts, silent: float | None, rules: CardRules) -> Sentence:
    if silent is None or silent < rules.lapse_days:
        return Sentence("No card: silent for too long for a call. A campaign fits better.")
    if one.orders >= REGULAR_DAYS:
        return Sentence(
            "No card: silent for {silent} days, longer than a regular stays away. A campaign fits "
            "better. You can ask for a card now.",
            silent=round(silent),
        )
    return Sentence(
        "No card: silent for {silent} days, and cards end at {limit}. A campaign fits better. You "
        "can ask for a card now.",
        silent=round(silent),
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
    rest = timedelta(days=rules.cooldown(one.last_cause or ""))
    if one.last_card_at and now - one.last_card_at < rest:
        return Sentence(
            "No card: already contacted or closed, the last card is of {day}.",
            day=Day(one.last_card_at.date()),
        )
    if late is not None and late < OVERDUE_GAPS and one.last_order_at and one.usual_gap:
        return _inside_the_rhythm(one, one.last_order_at, one.usual_gap)
    if late is not None and one.orders < REGULAR_DAYS:
        return Sentence(
            "No card: too few orders to know a habit, and the chance to lapse is not high."
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


FULL_DAY = marked("No card today: the team's day is full with customers who have more at stake.")


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
