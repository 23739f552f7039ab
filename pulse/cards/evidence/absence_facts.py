"""What is known of a customer who has no card, for the explanation why (`absence`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from piccolo.query.functions.aggregate import Max

from pulse.cards.evidence.card_context import REGULAR_DAYS, CardContext, DeclaredContext
from pulse.cards.evidence.pictures import pictures
from pulse.cards.queue_sql import WENT_STALE
from pulse.db.transaction import Unit
from pulse.scoring import snapshots
from pulse.scoring.lifecycle.rhythm_store import has_ordered, rhythm_of
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.named.assignment import score_each
from pulse.scoring.recalculation import Change, Recalculated, changes_of
from pulse.tables.card import CardHoldOut, ConversationCard
from pulse.tables.customer import CustomerScore


class CardFacts(msgspec.Struct, frozen=True):
    """What decides whether a customer has a card; days are integers or fractions.

    last_card_at, last_cause: of the last card, without cards that nobody worked on. unworked: the
    last card of all, if nobody worked on it.
    """

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
    order_days: int | None = None
    """Days with an order; None: as many as orders."""
    resting: bool | None = None
    """Whether a cause that applies has to wait after an earlier card; None: by the last card."""
    unworked: "Unworked | None" = None

    @property
    def is_regular(self) -> bool:
        """Whether they ordered on enough days to have a habit."""
        return (self.orders if self.order_days is None else self.order_days) >= REGULAR_DAYS


class Advised(msgspec.Struct, frozen=True):
    """A card not opened on advice: date, cause, and strength and value at that time."""

    at: datetime
    cause: str
    strength: float | None
    value: float | None


class Unworked(msgspec.Struct, frozen=True):
    """A card that ended after some days without anybody's work."""

    opened_at: datetime
    ended_at: datetime

    @property
    def days(self) -> int:
        """Return for how many days it waited."""
        return (self.ended_at - self.opened_at).days


async def card_facts(unit: Unit, customer_id: UUID, rhythm: Rhythm) -> CardFacts | None:
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
    cards = await _cards(unit, customer_id)
    worked = [card for card in cards if not _is_unworked(card)]
    return CardFacts(
        **score,
        has_card=any(card["status"] in ("pending", "snoozed") for card in cards),
        last_card_at=worked[0]["created_at"] if worked else None,
        last_cause=worked[0]["cause"] if worked else None,
        unworked=_unworked(cards[0]) if cards and _is_unworked(cards[0]) else None,
        held_out_at=await _held_out_at(unit, customer_id),
        advised=await _advised(unit, customer_id),
        cancelled_only=not score["orders"] and await has_ordered(unit, customer_id, rhythm),
    )


async def _cards(unit: Unit, customer_id: UUID) -> list[dict[str, Any]]:
    """Return all cards of a customer, newest first."""
    found: list[dict[str, Any]] = (
        await ConversationCard.select(
            ConversationCard.created_at,
            ConversationCard.cause,
            ConversationCard.status,
            ConversationCard.dismissed_reason,
            ConversationCard.changed_by,
            ConversationCard.changed_at,
        )
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.customer_id == customer_id,
        )
        .order_by(ConversationCard.created_at, ascending=False)
    )
    return found


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


def _is_unworked(card: Mapping[str, Any]) -> bool:
    ended = (card["status"], card["dismissed_reason"], card["changed_by"])
    return ended == ("dismissed", WENT_STALE, "Pulse")


def _unworked(card: Mapping[str, Any]) -> Unworked:
    return Unworked(card["created_at"], card["changed_at"])


class ScoredNow(NamedTuple):
    """A customer scored as of now: what the card rules would judge, without factors."""

    done: Recalculated
    change: Change
    context: CardContext


async def scored_now(unit: Unit, customer: UUID) -> ScoredNow | None:
    """Score the customer as of now, storing nothing; None before a scorecard."""
    done = (await score_each(unit, [customer], await rhythm_of(unit))).get(customer)
    if done is None:
        return None
    scorecard = done.published.id
    known = await snapshots.before(unit, [customer], scorecard, done.moment, everybody=False)
    changes = changes_of(done, known)
    (person,) = done.gathered.people
    stated = {}
    if person["context_type"] is not None:
        state = DeclaredContext(person["context_type"], None, person["context_expires_at"])
        stated[customer] = state
    contexts = pictures(unit.business_id, done, changes, (), stated)
    return ScoredNow(done, changes[0], contexts[0]) if contexts else None
