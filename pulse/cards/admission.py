"""Decide which of the due cards may open: one per customer and cause, within the daily limit.

Pure: takes candidates, the history and the rules; returns who is admitted, held out or refused.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.sign_in.grants import staff_with
from pulse.cards import queue_sql
from pulse.cards.effects.strata import EffectModel
from pulse.cards.priority import Priority
from pulse.cards.settings import CardRules
from pulse.cards.triggers import BY_HAND, CardContext, Trigger, discover
from pulse.db.transaction import Unit
from pulse.tables.card import ConversationCard

REARM_SINCE, REARM_MONTH = -3.0, -5.0
"""How far the strength must fall again before a customer gets a second erosion card.

First value: points since the last card. Second value: points within 30 days.

Both were chosen by reasoning, not by results: 3 points are the usual variation at a band's edge
(`triggers.BAND_MARGIN`), 5 are half an erosion, which also admits a new fall after a recovery. On
lantern's first half-year three variants could not be distinguished (intervals of ±.045): a card for
every low customer each month (precision .38), only further falls of 10 points (.36), and these two
values (.37). The first variant repeats itself too often.
"""
SUDDEN_CHANGE = -10.0
"""A fall of at least this many points within 7 days is exempt from the daily limit."""


class Candidate(msgspec.Struct, frozen=True):
    """A cause that applies to a customer, and the priority its card would have."""

    context: CardContext
    trigger: Trigger
    priority: Priority
    also: tuple[Trigger, ...] = ()
    """Other causes that apply to the customer; they are shown on the same card."""

    @property
    def causes(self) -> list[str]:
        """All causes of the card, the main one first."""
        return [self.trigger.cause, *(each.cause for each in self.also)]

    @property
    def key(self) -> tuple[UUID, str]:
        """Key of this candidate in the history of cards."""
        return self.context.customer_id, self.trigger.cause


class Past(msgspec.Struct, frozen=True):
    """The last card (or hold-out) of a customer and cause.

    Without cards that went stale longer than UNWORKED_REST ago: nobody worked on them, so they were
    no contact.
    """

    last_at: datetime
    open: bool
    strength: float | None = None
    advised: bool = False
    """Not opened on advice: other causes may open a card at once."""


class Admission(msgspec.Struct, frozen=True):
    """Result for the candidates; `refused` counts refusals by reason."""

    admitted: list[Candidate]
    held_out: list[Candidate]
    refused: dict[str, int]
    left_alone: list[Candidate] = []
    """Customers whose card is not opened, because conversations seem to be harmful."""


def admit(
    candidates: Iterable[Candidate],
    past: Mapping[tuple[UUID, str], Past],
    rules: CardRules,
    now: datetime,
    free: int,
    effects: EffectModel | None = None,
) -> Admission:
    """Admit the cards that may open now, highest priority first, one per customer.

    past: the last card or hold-out of each customer and cause. free: how many cards the team can
    still take today, not counting requested ones. Cards that a customer asked for and sudden falls
    within a week are never limited, because they cannot wait for another day; slow declines can.
    effects: measured effects of conversations by group, None while nothing was measured.
    """
    result = Admission([], [], {})
    last = _last_by_customer(past)
    taken = {customer for (customer, _), each in past.items() if each.open}
    for each in sorted(candidates, key=lambda candidate: -candidate.priority.score):
        open_already = each.context.customer_id in taken
        refusal = (
            "open_already" if open_already else _refusal(each, past.get(each.key), last, rules, now)
        )
        if refusal is None and effects is not None and _is_left_alone(each, effects):
            result.left_alone.append(each)
            refusal = "leave_alone"
        if refusal is None and free <= 0 and not _cannot_wait(each):
            refusal = "rate_limit"
        if refusal is not None:
            result.refused[refusal] = result.refused.get(refusal, 0) + 1
            continue
        taken.add(each.context.customer_id)
        if each.trigger.asked:
            result.admitted.append(each)
            continue
        last[each.context.customer_id] = now
        free -= 1
        held = is_held_out(each, rules.hold_out_share, now)
        (result.held_out if held else result.admitted).append(each)
    return result


def is_held_out(candidate: Candidate, share: float, now: datetime) -> bool:
    """Return whether this customer is in the random hold-out group of the current quarter.

    The decision is made once per customer and quarter for all causes, so that customers in the
    group get no card at all. It is derived from a hash and therefore repeatable. Customers who
    asked for help are never held out.
    """
    if candidate.trigger.asked or share <= 0:
        return False
    quarter = f"{now.year}q{(now.month - 1) // 3}"
    context = candidate.context
    text = f"{context.business_id}:{context.customer_id}:{quarter}"
    return seed_of(text) / 2**64 < share


def seed_of(text: str) -> int:
    """Return a 64-bit number derived from a text, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def _refusal(
    candidate: Candidate,
    past: Past | None,
    last: Mapping[UUID, datetime],
    rules: CardRules,
    now: datetime,
) -> str | None:
    cause = candidate.trigger.cause
    if past is not None and now - past.last_at < timedelta(days=rules.cooldown(cause)):
        return "cooldown"
    if past is not None and cause == "erosion" and not _fell_again(candidate.context, past):
        return "same_fall"
    before = last.get(candidate.context.customer_id)
    quiet = timedelta(days=rules.customer_quiet_days)
    if not candidate.trigger.asked and before is not None and now - before < quiet:
        return "customer_quiet"
    return None


def _fell_again(context: CardContext, past: Past) -> bool:
    """Return whether the strength kept falling; staying low gets no second card."""
    if context.change_30d is not None and context.change_30d < REARM_MONTH:
        return True
    if context.strength is None or past.strength is None:
        return True
    return context.strength - past.strength < REARM_SINCE


def _is_left_alone(candidate: Candidate, effects: EffectModel) -> bool:
    """Return whether a card should not be opened on advice; requests are always opened."""
    context, trigger = candidate.context, candidate.trigger
    if trigger.asked:
        return False
    return effects.advice(trigger.cause, context.strength, context.value) is not None


def _cannot_wait(candidate: Candidate) -> bool:
    """Return whether the card was requested or follows a sudden fall.

    A sudden fall is more than 10 points within 7 days, or since the first score if that is more
    recent. For a customer who rose and fell back within the week, the last change counts.
    """
    week, step = candidate.context.change_7d, candidate.context.change_last or 0.0
    sudden = week is None or min(week, step) < SUDDEN_CHANGE
    return candidate.trigger.asked or (candidate.trigger.cause == "erosion" and sudden)


def _last_by_customer(past: Mapping[tuple[UUID, str], Past]) -> dict[UUID, datetime]:
    """Return the last unrequested card of each customer; answers to a request do not count."""
    asked = {cause for cause, rule in discover().items() if rule.asked} - {BY_HAND}
    found: dict[UUID, datetime] = {}
    for (customer_id, cause), each in past.items():
        if cause in asked or each.advised:
            continue
        found[customer_id] = max(each.last_at, found.get(customer_id, each.last_at))
    return found


async def past(
    unit: Unit, customers: Sequence[UUID]
) -> tuple[dict[tuple[UUID, str], Past], dict[UUID, int]]:
    """Return the last card or hold-out by customer and cause, and cards per customer.

    Cards that went stale are counted, but after their rest they are no last card.
    """
    rows = await queue_sql.past(unit, [*set(customers)])
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row["customer_id"]] = counts.get(row["customer_id"], 0) + row["cards"]
    found = {
        (row["customer_id"], row["cause"]): Past(
            row["last_at"], row["open"], row["strength"], row["advised"]
        )
        for row in rows
        if row["last_at"] is not None
    }
    return found, counts


async def free_today(unit: Unit, rules: CardRules) -> int:
    """Return how many unrequested cards the team can still take today.

    The daily limit is `cards_per_person` for each person who works cards but does not set the
    rules (csm, not manager), at most `cards_per_day`. Cards that already wait may fill
    BACKLOG_DAYS of that. Waiting cards with good news do not use up capacity.
    """
    asked = [rule.cause for rule in discover().values() if rule.asked]
    now = clock.now()
    workers = await staff_with(unit, Permission.work_cards, without=Permission.edit_rules)
    people = len(workers)
    unasked = ConversationCard.cause.not_in(asked)
    waiting = await ConversationCard.count().where(
        ConversationCard.business_id == unit.business_id,
        unasked,
        ConversationCard.status == "pending",
        ConversationCard.cause != "milestone",
    )
    today = await ConversationCard.count().where(
        ConversationCard.business_id == unit.business_id,
        unasked,
        ConversationCard.created_at > now - timedelta(days=1),
        ConversationCard.created_at <= now,
    )
    a_day = rules.cards_per_day
    if people:
        a_day = min(a_day, rules.cards_per_person * people)
    return int(max(0, min(a_day - today, BACKLOG_DAYS * a_day - waiting)))


BACKLOG_DAYS = 5
