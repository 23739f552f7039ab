"""The immutable input of the card rules: one customer at a moment."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec


def is_comparable(evidence: Mapping[str, Any], scorecard: UUID | None) -> bool:
    """Return whether the strengths of a card's evidence are by this scorecard version.

    Also where a version is unknown: evidence of a program, or a replay of one version.
    """
    known = evidence.get("scorecard")
    return known is None or scorecard is None or known == str(scorecard)


REGULAR_DAYS = 4
"""Number of days with an order from which a customer is a regular: three gaps."""


class Factor(msgspec.Struct, frozen=True):
    """One metric's part of the strength: points now, and the change in points over 30 days.

    said: the value as text ("38 days"), where its unit is known. sentence: what it says about the
    customer ("Ordered once in the last 12 months"), for staff; may be empty.
    """

    feature: str
    label: str
    signal: str
    value: float | str | None
    contribution: float
    change: float = 0.0
    said: str = ""
    sentence: str = ""


class DeclaredContext(msgspec.Struct, frozen=True):
    """The state a customer declares now; the note is their own words (foreign text)."""

    type: str
    note: str | None = None
    expires_at: datetime | None = None


class Milestone(msgspec.Struct, frozen=True):
    """A milestone just reached, with its title as the customer reads it."""

    key: str
    title: str
    told_staff: str = ""
    """The title in the staff's language, where that is another."""


class Return(msgspec.Struct, frozen=True):
    """A returned or cancelled order: its day and its amount (positive), where known."""

    on: date
    amount: float | None = None


class CardContext(msgspec.Struct, frozen=True, kw_only=True):
    """One customer at a moment. Strength and changes in points (0–100); None = unknown.

    behaviour_change: points of change since the recent high due to behaviour, without the effect of
    a new scorecard version (negative = a fall); None when no version changed. change_last: change
    since the previous score by the same scorecard, of the last 7 days. last_order_on, orders: the
    last valid order and the number of orders; None and 0 where the business has no orders.
    cancelled_only: they ordered, and each of their orders was fully cancelled.
    days_silent: days since that order or, without orders, since the last event. active_days: days
    with an order; REGULAR_DAYS of them make a regular. usual_gap: days between two orders, the
    customer's own shrunk towards the business's. habitual: whether it is a habit of theirs
    (`LifecycleColumns.habitual`), so that it may be called usual. chance: probability (0–1) that
    they stay away without a conversation, None if unknown. value_at_risk: value a year × chance to
    leave, as in the list of customers; None if unknown, and for customers who have lapsed or left.
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
    longest_gap: float | None = None
    habitual: bool = False
    last_order_on: date | None = None
    orders: int = 0
    cancelled_only: bool = False
    active_days: int = 0
    since: date | None = None
    """Day since when they are a customer."""
    last_return: Return | None = None
    lifecycle: str = "active"
    chance: float | None = None
    value_at_risk: float | None = None
    milestones: tuple[Milestone, ...] = ()
    owner_id: UUID | None = None
    scorecard: UUID | None = None
    """The scorecard version that computed the strength; None in a replay of one version."""
    baseline: bool = False
    """A first score, or the first by this scorecard version: it has nothing to be compared with."""
    by_limits: frozenset[str] = frozenset()
    """Causes that apply only because limits changed; no card begins by them (`new_limits`)."""
    wanted: str = ""
    """Who requested the conversation and why, as a sentence; empty when nobody did."""

    @property
    def drop(self) -> float:
        """Points below the recent high that are due to behaviour; never negative."""
        if self.strength is None or self.recent_high is None:
            return 0.0
        fallen = self.recent_high - self.strength
        if self.behaviour_change is not None:
            fallen = min(fallen, -self.behaviour_change)
        return max(0.0, fallen)

    @property
    def lateness(self) -> float | None:
        """Days since the last order in usual gaps (1 = due today); None below two order days."""
        if self.days_silent is None or not self.usual_gap or self.active_days < 2:
            return None
        return self.days_silent / max(1.0, self.usual_gap)

    @property
    def has_outwaited(self) -> bool:
        """Whether they have come back after such a silence before."""
        return (self.days_silent or 0.0) <= (self.longest_gap or -1.0)

    @property
    def is_regular(self) -> bool:
        """Whether they ordered on at least REGULAR_DAYS days."""
        return self.active_days >= REGULAR_DAYS

    @property
    def is_gone(self) -> bool:
        """Whether they have lapsed or left, so that no fall is reported any more."""
        return self.lifecycle in ("lapsed", "left")

    @property
    def is_expected(self) -> bool:
        """Whether the usual gap is not over yet, or there is no habit: silence means nothing.

        A fully cancelled order is no order: who has no other is expected to do nothing.
        """
        if self.last_order_on is None:
            return self.cancelled_only
        return self.lateness is None or self.lateness < 1.0

    @property
    def state(self) -> str:
        """The declared state or "none": the context half of cause × context."""
        if self.declared is None:
            return "none"
        expires = self.declared.expires_at
        return "none" if expires is not None and expires <= self.as_of else self.declared.type
