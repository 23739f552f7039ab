"""Customers for card tests: contexts as built by a recalculation, for existing rows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.cards.creation import open_cards
from pulse.cards.triggers import CardContext, Factor
from pulse.db.transaction import tenant
from pulse.events.types import OpenedCard
from pulse.i18n.sentences import from_text, restored

FACTORS = (
    Factor("orders_90d", "Orders in 90 days", "engagement", 1.0, -2.0, -8.2),
    Factor("months", "Months with us", "tenure", 14.0, 5.0, 0.3),
)


def picture(scope: Scope, customer_id: UUID, external_id: str = "c1", **facts: Any) -> CardContext:
    """Return the context of a customer who fell from 75 to 55, with changes."""
    return CardContext(
        business_id=scope.business_id,
        customer_id=customer_id,
        external_id=external_id,
        as_of=clock.now(),
        **{
            "strength": 55.0,
            "recent_high": 75.0,
            "change_7d": -2.0,  # a slow decline
            "change_30d": -15.0,
            "name": "Rosa Lind",
            "factors": FACTORS,
            "band": "steady",
            "since": date(2024, 3, 1),
            **facts,
        },
    )


async def opened(scope: Scope, *pictures: CardContext) -> list[OpenedCard]:
    """Open the cards due for these contexts."""
    async with tenant(scope) as unit:
        return await open_cards(unit, pictures)


async def cards(scope: Scope, order: str = "created_at, id") -> list[dict[str, Any]]:
    """Return all cards of a business as plain rows, their reasons in English."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(f"SELECT * FROM conversation_cards ORDER BY {order}")
    return [
        {
            **dict(row),
            "reason": from_text(row["reason"]),
            "reasons": [restored(one) for one in row["reasons"]],
        }
        for row in rows
    ]


async def settings_of_cards(scope: Scope, **rules: Any) -> None:
    """Set the business's card rules; without a hold-out unless given."""
    async with tenant(scope) as unit:
        await unit.execute(
            "UPDATE businesses SET settings = jsonb_build_object('cards', $2::jsonb) WHERE id = $1",
            scope.business_id,
            {"hold_out_share": 0.0, **rules},
        )


async def event(
    scope: Scope, customer_id: UUID, at: datetime, kind: str = "order", amount: float | None = 10.0
) -> None:
    """Store an event of the customer."""
    async with tenant(scope) as unit:
        await unit.execute(
            "INSERT INTO events (business_id, customer_id, kind, occurred_at, amount, message_id) "
            "VALUES ($1, $2, $3, $4, $5, uuidv7()::text)",
            scope.business_id,
            customer_id,
            kind,
            at,
            amount,
        )


async def snapshot(scope: Scope, customer_id: UUID, day: date, strength: float) -> None:
    """Store a dated score."""
    async with tenant(scope) as unit:
        scorecard = await unit.fetchval(
            "INSERT INTO scorecards (business_id, version, status, origin, definition) "
            "VALUES ($1, 1, 'published', 'hand_set', '{}') "
            "ON CONFLICT (business_id, version) DO UPDATE SET note = '' RETURNING id",
            scope.business_id,
        )
        await unit.execute(
            "INSERT INTO identity_snapshots (business_id, customer_id, snapshot_date, taken_at, "
            "identity_strength, band, coverage, scorecard_id, metric_values, contributions) "
            "VALUES ($1, $2, $3, $3::date, $4, 'steady', 1, $5, '{}', '{}')",
            scope.business_id,
            customer_id,
            day,
            strength,
            scorecard,
        )


def colleague(scope: Scope, name: str = "Mara", role: Role = Role.csm) -> Scope:
    """The business as somebody else on its staff sees it."""
    return msgspec.structs.replace(scope, actor=Actor("staff", UUID(int=7), name), role=role)


async def trial(scope: Scope) -> dict[str, Any]:
    """The only trial that is kept."""
    async with tenant(scope) as unit:
        return dict(await unit.fetchrow("SELECT * FROM card_trials"))
