"""Every eroded customer has a card, or the page explains why not."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from pulse.auth.scope import Scope
from pulse.cards.evidence.absence import _stop, explain, why_no_card
from pulse.cards.evidence.absence_facts import CardFacts, Unworked
from pulse.cards.settings import CardRules
from pulse.db.transaction import tenant
from pulse.scoring.lifecycle.lapse_chance import LapseChance
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import picture

NOW = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)
FALLEN = CardFacts(
    strength=40.0,
    high=62.0,
    lifecycle="active",
    orders=8,
    last_order_at=NOW - timedelta(days=60),
    usual_gap=20.0,
    habitual=True,
    has_card=False,
    last_card_at=None,
    last_cause=None,
    held_out_at=None,
)

CONTRACT = {"high": 41.0, "orders": 0, "last_order_at": None, "usual_gap": None}
"""A customer without orders whose strength has not fallen."""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "the team's day is full"),
        ({"has_card": True}, None),
        ({"high": 45.0, "usual_gap": 90.0}, None),
        ({"lifecycle": "lapsed"}, "A campaign fits better"),
        ({"last_order_at": NOW - timedelta(days=95), "orders": 3}, "A campaign fits better"),
        ({"last_order_at": NOW - timedelta(days=95), "orders": 9}, "the team's day is full"),
        (
            {"last_order_at": NOW - timedelta(days=141), "orders": 4, "order_days": 3},
            "silent for 141 days; with orders on fewer than 4 days, cards end at 90",
        ),
        ({"orders": 1}, "First-time buyers belong to a campaign"),
        ({"orders": 1, "high": 40.0, "band": "strong"}, "First-time buyers belong to a campaign"),
        ({"orders": 1, "high": 40.0, "last_order_at": NOW - timedelta(days=9)}, "one order so far"),
        ({"orders": 1, "high": 40.0, "lifecycle": "lapsed"}, "A campaign fits better"),
        (
            {
                "orders": 1,
                "high": 40.0,
                "band": "steady",
                "last_order_at": NOW - timedelta(days=95),
                "lifecycle": "lapsed",
            },
            "silent for 95 days; with orders on fewer than 4 days, cards end at 90",
        ),
        (
            {"last_order_at": NOW - timedelta(days=372), "orders": 34, "lifecycle": "lapsed"},
            "silent for 372 days, longer than a regular stays away",
        ),
        (
            {"last_order_at": NOW - timedelta(days=99, hours=20), "orders": 2},
            "silent for 100 days; with",  # as their page says: days since the last order, rounded
        ),
        ({"held_out_at": NOW - timedelta(days=10)}, "left alone at random this quarter"),
        ({"last_card_at": NOW - timedelta(days=9), "last_cause": "overdue"}, "of 11 November"),
        ({"usual_gap": 50.0}, "inside their own rhythm, usually every 50 days. Overdue from 5 D"),
        ({"usual_gap": 50.0, "habitual": False}, "no settled rhythm. Overdue from 5 D"),
        ({"usual_gap": 50.0, "orders": 2}, "two orders are no rhythm yet. Overdue from 5 D"),
        ({"usual_gap": 25.0, "strength": 85.0, "high": 97.0}, "likely to order again"),
        (
            {"orders": 3, "strength": 85.0, "high": 97.0, "usual_gap": 30.0},
            "so a late order alone opens none",
        ),
        ({"orders": 3, "strength": 10.0, "high": 10.0}, "so a late order alone opens none"),
        ({"orders": 3, "strength": 10.0, "high": 30.0}, "the team's day is full"),
        ({**CONTRACT, "high": 60.0, "cancelled_only": True}, "every order was cancelled"),
        ({**CONTRACT, "band": "fragile"}, "a renewal within 30 days opens one; you can ask"),
        ({**CONTRACT, "band": "steady"}, None),
        ({**CONTRACT, "band": "fragile", "orders": 5}, "and no order is overdue."),
        ({**CONTRACT, "band": "fragile", "orders": 2}, "and no order is overdue."),
    ],
)
def test_the_reason_is_named(changes: dict, said: str | None) -> None:
    found = explain(msgspec.structs.replace(FALLEN, **changes), CardRules(), NOW)
    assert found is None if said is None else said in (found or "")


def test_a_fall_counts_from_the_points_that_the_business_chose() -> None:
    fragile = msgspec.structs.replace(FALLEN, usual_gap=90.0, band="fragile")
    assert "inside their own rhythm" in (
        explain(fragile, CardRules(erosion_points=20.0), NOW) or ""
    )
    found = explain(fragile, CardRules(erosion_points=25.0), NOW)
    assert found == "No card: the strength is low but has not fallen, and no order is overdue."


@pytest.mark.parametrize(
    ("days", "said"), [(27, "the next one waits for up to four weeks"), (29, "of 21 September.")]
)
def test_only_the_rest_after_a_card_without_work_is_named_as_such(days: int, said: str) -> None:
    ended = NOW - timedelta(days=days)
    resting = msgspec.structs.replace(
        FALLEN,
        last_card_at=NOW - timedelta(days=60),
        last_cause="overdue",
        unworked=Unworked(ended - timedelta(days=28), ended),
        resting=True,
    )
    assert said in (explain(resting, CardRules(), NOW) or "")


def test_a_chance_below_the_limit_does_not_read_like_the_limit() -> None:
    learned = LapseChance(-0.865, 0.0, 0.0)
    found = explain(msgspec.structs.replace(FALLEN, usual_gap=25.0), CardRules(), NOW, learned)
    assert found
    assert "(29.6% chance to lapse). A card opens from 30%, or after 75 days without" in found


async def test_a_customer_without_a_score_needs_no_explanation(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    assert await why_no_card(shop, await make_customer(shop, "c1")) is None
    fallen = await make_customer(shop, "c2", identity_strength=40.0, recent_high=60.0)
    assert "No card" in (await why_no_card(shop, fallen) or "")


async def test_nothing_stops_a_card_that_was_opened_meanwhile(
    shop: Scope, rosa: UUID, open_card: UUID
) -> None:
    async with tenant(shop) as unit:
        assert await _stop(unit, picture(shop, rosa), CardRules(), ()) is None
