"""Why an eroded or overdue customer has no open card: one sentence for the customer's page.

Raw SQL: one row over scores, cards and hold-outs, by lateral joins.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import settings
from pulse.cards.evidence.card_context import REGULAR_DAYS
from pulse.cards.settings import CardRules
from pulse.cards.triggers import OVERDUE_GAPS
from pulse.db.transaction import tenant
from pulse.scoring.bands import EROSION_POINTS


class Standing(msgspec.Struct, frozen=True):
    """What decides whether somebody has a card; days are whole or fractions of days."""

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


async def why_no_card(scope: Scope, customer_id: UUID) -> str | None:
    """Why there is no card although the strength fell or an order is overdue; None: no question."""
    async with tenant(scope) as unit:
        row = await unit.fetchrow(STANDING, unit.business_id, customer_id)
        chosen = await unit.fetchval(
            "SELECT settings FROM businesses WHERE id = $1", unit.business_id
        )
    if row is None:
        return None
    return explain(Standing(**dict(row)), settings.read(chosen), clock.now())


def explain(one: Standing, rules: CardRules, now: datetime) -> str | None:
    """The sentence for this standing; pure."""
    silent = (now - one.last_order_at).days if one.last_order_at else None
    late = silent / max(1.0, one.usual_gap) if silent is not None and one.usual_gap else None
    fell = (one.high or 0.0) - (one.strength or 0.0) > EROSION_POINTS
    overdue = late is not None and late >= OVERDUE_GAPS and one.orders > 1
    if one.has_card or one.strength is None or not (fell or overdue):
        return None
    gone = one.lifecycle in ("lapsed", "left")
    if gone or (silent is not None and silent >= rules.lapse_days):
        return "No card: silent for too long for a call. A campaign fits better."
    if one.orders == 1:
        return "No card: one order so far. First-time buyers belong to a campaign."
    return _waiting(one, rules, now, late)


def _waiting(one: Standing, rules: CardRules, now: datetime, late: float | None) -> str:
    if one.held_out_at and _quarter(one.held_out_at) == _quarter(now):
        return "No card: left alone at random this quarter, to measure whether outreach helps."
    rest = timedelta(days=rules.cooldown(one.last_cause or ""))
    if one.last_card_at and now - one.last_card_at < rest:
        return (
            f"No card: already contacted or closed, the last card is of {_day(one.last_card_at)}."
        )
    if late is not None and late < OVERDUE_GAPS and one.last_order_at and one.usual_gap:
        due = one.last_order_at + timedelta(days=OVERDUE_GAPS * one.usual_gap)
        return (
            f"No card: inside their own rhythm, usually every {one.usual_gap:.0f} days. "
            f"Overdue from {_day(due)}."
        )
    if late is not None and one.orders < REGULAR_DAYS:
        return "No card: too few orders to know a habit, and the chance to lapse is not high."
    return "No card today: the team's day is full with customers who have more at stake."


def _quarter(moment: datetime) -> tuple[int, int]:
    return moment.year, (moment.month - 1) // 3


def _day(moment: datetime | date) -> str:
    return f"{moment:%-d %B}"


STANDING = """
SELECT s.identity_strength AS strength, s.recent_high AS high, s.lifecycle, s.orders,
  s.last_order_at, s.usual_gap_days AS usual_gap,
  EXISTS (SELECT FROM conversation_cards k WHERE k.business_id = $1 AND k.customer_id = $2
    AND k.status IN ('pending', 'snoozed')) AS has_card,
  last.created_at AS last_card_at, last.cause AS last_cause,
  (SELECT max(held_out_at) FROM card_hold_outs h
    WHERE h.business_id = $1 AND h.customer_id = $2) AS held_out_at
FROM customer_scores s
LEFT JOIN LATERAL (SELECT created_at, cause FROM conversation_cards k
  WHERE k.business_id = $1 AND k.customer_id = $2 ORDER BY created_at DESC LIMIT 1) last ON true
WHERE s.business_id = $1 AND s.customer_id = $2
"""
