"""Which of the due cards may open: one per story and customer, within the daily limit.

Pure: candidates, the past and the rules in; who is admitted, held out and refused out.
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
from pulse.cards.priority import Priority
from pulse.cards.settings import CardRules
from pulse.cards.triggers import BY_HAND, CardContext, Trigger, discover
from pulse.db.transaction import Unit
from pulse.tables.card import ConversationCard

REARM_SINCE, REARM_MONTH = -3.0, -5.0
"""A second erosion card needs a fall that goes on: so many points since the last, or in 30 days.

Reasons, not results: 3 points are the wobble at a band's edge (`triggers.BAND_MARGIN`), 5 half an
erosion, which also lets in a new fall after a recovery. On lantern's first half-year telling every
low customer each month (.38 right), only further falls of 10 points (.36) and these two (.37) could
not be told apart (intervals of ±.045), and the first of them nags."""
SUDDEN_CHANGE = -10.0
"""A fall of this much within 7 days cannot wait for tomorrow's limit."""


class Candidate(msgspec.Struct, frozen=True):
    """A cause that holds for a customer, and where its card would rank."""

    context: CardContext
    trigger: Trigger
    priority: Priority
    also: tuple[Trigger, ...] = ()
    """What else holds for this customer: told on the same card."""

    @property
    def causes(self) -> list[str]:
        """All causes of the card, the main one first."""
        return [self.trigger.cause, *(each.cause for each in self.also)]

    @property
    def key(self) -> tuple[UUID, str]:
        """What the past is looked up by."""
        return self.context.customer_id, self.trigger.cause


class Past(msgspec.Struct, frozen=True):
    """The last card (or hold-out) of a customer and cause."""

    last_at: datetime
    open: bool
    strength: float | None = None


class Admission(msgspec.Struct, frozen=True):
    """What became of the candidates; `refused` counts them by reason."""

    admitted: list[Candidate]
    held_out: list[Candidate]
    refused: dict[str, int]


def admit(
    candidates: Iterable[Candidate],
    past: Mapping[tuple[UUID, str], Past],
    rules: CardRules,
    now: datetime,
    free: int,
) -> Admission:
    """Let in what may open now, the highest priority first, one card a person.

    past: the last card or hold-out of each customer and cause. free: how many cards for which
    nobody asked the team can still take today. What a customer asked for and what broke within
    the week is never limited: slow declines can wait a day, those cannot.
    """
    result = Admission([], [], {})
    last = _last_by_customer(past)
    taken = {customer for (customer, _), each in past.items() if each.open}
    for each in sorted(candidates, key=lambda candidate: -candidate.priority.score):
        open_already = each.context.customer_id in taken
        refusal = (
            "open_already" if open_already else _refusal(each, past.get(each.key), last, rules, now)
        )
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
    """Whether chance leaves this customer alone in this quarter, whatever the cause.

    One decision a customer and quarter, so that those left alone are left alone altogether.
    Decided by a hash, so a second look at the same facts decides the same. Customers who asked
    for help are never held out.
    """
    if candidate.trigger.asked or share <= 0:
        return False
    quarter = f"{now.year}q{(now.month - 1) // 3}"
    context = candidate.context
    text = f"{context.business_id}:{context.customer_id}:{quarter}"
    return seed_of(text) / 2**64 < share


def seed_of(text: str) -> int:
    """A stable 64-bit number for a text, the same on every machine."""
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
    """Whether it goes on falling: one that has its card and just stays low is not told twice."""
    if context.change_30d is not None and context.change_30d < REARM_MONTH:
        return True
    if context.strength is None or past.strength is None:
        return True
    return context.strength - past.strength < REARM_SINCE


def _cannot_wait(candidate: Candidate) -> bool:
    """Asked for, or a sudden fall: more than 10 points within 7 days, or since they are here.

    Who rose and fell within the week stands where they stood: then the last step tells.
    """
    week, step = candidate.context.change_7d, candidate.context.change_last or 0.0
    sudden = week is None or min(week, step) < SUDDEN_CHANGE
    return candidate.trigger.asked or (candidate.trigger.cause == "erosion" and sudden)


def _last_by_customer(past: Mapping[tuple[UUID, str], Past]) -> dict[UUID, datetime]:
    """When we last reached for each customer by ourselves; answering their call does not count."""
    asked = {cause for cause, rule in discover().items() if rule.asked} - {BY_HAND}
    found: dict[UUID, datetime] = {}
    for (customer_id, cause), each in past.items():
        if cause in asked:
            continue
        found[customer_id] = max(each.last_at, found.get(customer_id, each.last_at))
    return found


async def past(
    unit: Unit, customers: Sequence[UUID]
) -> tuple[dict[tuple[UUID, str], Past], dict[UUID, int]]:
    """The last card or hold-out of each customer and cause, and how many cards each has had."""
    rows = await queue_sql.past(unit, [*set(customers)])
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row["customer_id"]] = counts.get(row["customer_id"], 0) + row["cards"]
    found = {
        (row["customer_id"], row["cause"]): Past(row["last_at"], row["open"], row["strength"])
        for row in rows
    }
    return found, counts


async def free_today(unit: Unit, rules: CardRules) -> int:
    """How many cards for which nobody asked the team can still take today.

    A day is `cards_per_person` for everybody who works cards without setting their rules (csm, not
    manager), at most `cards_per_day`; and what
    waits already may be BACKLOG_DAYS of that. Good news that waits takes nobody's place.
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
