"""Usual gaps, expected orders and lifecycle states, from small histories shown here."""

import msgspec
import numpy as np
import pytest

from pulse.scoring.lifecycle.standing import (
    LeavingRule,
    Rhythm,
    learn_rhythm,
    leaving_rule,
    newcomer_days,
    standing,
)
from pulse.scoring.metrics.event_features import EventColumns, Facts, Past
from pulse.scoring.metrics.orders import (
    is_leaving,
    is_order,
    is_taken_back,
    order_kinds,
    standing_orders,
)

RHYTHM = Rhythm(
    orders=("order",),
    taken_back=("cancellation",),
    leaving_events=("subscription cancelled",),
    usual_gap=60.0,
    horizon=150.0,
)


def shop(*lines: tuple[int, float, str, float]) -> Facts:
    """Facts of at least three customers from (customer, day, kind, amount)."""
    customer, at, kind, amount = zip(*lines, strict=True)
    return Facts(max(2, *customer) + 1, events=EventColumns.of(customer, at, kind, amount))


def test_cancelled_orders_and_cancellations_do_not_count() -> None:
    facts = shop(
        (0, 10, "order", 100.0),
        (0, 40, "order", 55.0),
        (0, 45, "cancellation", -55.0),
        (1, 10, "order", 80.0),
        (1, 90, "cancellation", -4.0),
        (2, 5, "order", 30.0),
    )
    found = standing(Past(facts, 100.0), RHYTHM)
    assert found.orders.tolist() == [1, 1, 1]
    assert found.last_order.tolist() == [10, 10, 5]
    assert found.silent.tolist() == [90, 90, 95]
    assert found.value_year.tolist() == [100, 76, 30]
    before = standing(Past(facts, 41.0), RHYTHM)
    assert before.orders[0] == 2, "nobody knew yet that it would be cancelled"


def test_a_usual_gap_is_shrunk_towards_the_businesss() -> None:
    facts = shop(
        *[(0, day, "order", 10.0) for day in range(0, 100, 10)],
        (1, 98, "order", 10.0),
        (1, 99, "order", 10.0),
        (2, 99, "order", 10.0),
    )
    found = standing(Past(facts, 99.0), RHYTHM)
    assert found.own_gap[:2].tolist() == [10, 1]
    assert found.usual_gap.tolist() == [(90 + 60) / 10, (1 + 60) / 2, 60]
    assert found.expected[0] == 90 + 15
    assert found.lateness.tolist() == pytest.approx([9 / 15, 0, 0])


def test_a_gap_is_habitual_only_near_the_customers_own_gaps() -> None:
    facts = shop(
        *[(0, day, "order", 10.0) for day in (0, 29, 60, 92, 120)],
        *[(1, day, "order", 10.0) for day in (0, 1, 2, 120)],
        *[(2, day, "order", 10.0) for day in (100, 110, 120)],
        *[(3, day, "order", 10.0) for day in (60, 60.1, 120)],
    )
    found = standing(Past(facts, 121.0), RHYTHM)
    assert found.usual_gap.tolist() == [(120 + 60) / 5, (120 + 60) / 4, (20 + 60) / 3, 60.0]
    assert found.habitual.tolist() == [True, False, False, False], (
        "all at once; every 10 days, not 27; one gap is no habit"
    )


def test_states_follow_from_silence_and_leaving_data() -> None:
    facts = Facts(
        3,
        attributes={"Churn": np.array(["No", "Yes", None], dtype=object)},
        events=EventColumns.of([0, 1, 2, 2, 2], [0, 160, 0, 95, 190], ["order"] * 5, [1.0] * 5),
    )
    rhythm = Rhythm(("order",), usual_gap=60.0, horizon=150.0,
                    leaving=(LeavingRule("Churn", ("yes",)),))  # fmt: skip
    assert standing(Past(facts, 175.0), rhythm).state.tolist() == ["active", "left", "active"]
    assert standing(Past(facts, 195.0), rhythm).state.tolist() == ["lapsed", "left", "active"]
    # a slow regular gets three of her own gaps, and nobody more than two horizons
    assert standing(Past(facts, 190 + 220.0), rhythm).state[2] == "active"
    assert standing(Past(facts, 190 + 301.0), rhythm).state[2] == "lapsed"


def test_a_cancelled_subscription_means_left_until_the_next_order() -> None:
    facts = shop((0, 1, "order", 9.0), (0, 5, "subscription cancelled", 0.0),
                 (1, -30, "order", 9.0), (1, 5, "subscription cancelled", 0.0),
                 (1, 9, "order", 9.0), (2, 8, "order", 9.0))  # fmt: skip
    assert standing(Past(facts, 10.0), RHYTHM).state.tolist() == ["left", "active", "onboarding"]


def test_kinds_are_recognised_by_their_words() -> None:
    kinds = ("Order Completed", "order_cancelled", "Order Refunded", "Product Viewed",
             "Subscription Cancelled", "Email Opened", "Checkout Started")  # fmt: skip
    assert [kind for kind in kinds if is_order(kind)] == ["Order Completed"]
    assert [kind for kind in kinds if is_taken_back(kind)] == ["order_cancelled", "Order Refunded"]
    assert [kind for kind in kinds if is_leaving(kind)] == ["Subscription Cancelled"]
    assert order_kinds(["Product Viewed", "Email Opened", "login"]) == ("Product Viewed", "login")
    assert is_order("Bestellung")
    assert is_taken_back("Stornierung")
    assert is_leaving("Kündigung")


def test_gap_and_horizon_are_learned_within_bounds() -> None:
    draw = np.random.default_rng(1)
    who = np.repeat(np.arange(60), 12)
    at = np.cumsum(draw.uniform(20, 40, (60, 12)), axis=1).ravel()
    facts = Facts(60, events=EventColumns.of(who, at, ["order"] * at.size))
    found = learn_rhythm(facts, float(at.max()))
    assert found.orders == ("order",)
    assert found.usual_gap == pytest.approx(30, abs=2)
    assert 38 <= found.horizon <= 41
    few = learn_rhythm(shop((0, 1, "order", 1.0)), 5.0)
    assert (few.usual_gap, few.horizon) == (60, 180), "too little to learn from: the defaults"


def test_leaving_is_read_from_statuses_and_dates() -> None:
    status = np.array(["active", "Cancelled", "paused", None], dtype=object)
    assert leaving_rule("subscription_status", status) == LeavingRule(
        "subscription_status", ("cancelled",)
    )
    ended = np.array(["2026-01-05", None], dtype=object)
    assert leaving_rule("cancelled_at", ended) == LeavingRule("cancelled_at")
    assert leaving_rule("plan", np.array(["Gold", "Silver"], dtype=object)) is None
    past = Past(Facts(2, attributes={"cancelled_at": ended}), 30_000.0)
    left = standing(past, Rhythm(leaving=(LeavingRule("cancelled_at"),)))
    assert left.state.tolist() == ["left", "active"]


def test_orders_of_one_or_many_customers_are_the_same() -> None:
    draw = np.random.default_rng(3)
    who, at = draw.integers(0, 40, 500), draw.uniform(0, 400, 500)
    kind = np.where(draw.random(500) < 0.2, "cancellation", "order")
    amount = np.where(kind == "order", 1, -1) * draw.integers(1, 9, 500)
    facts = Facts(40, events=EventColumns.of(who, at, kind, amount))
    together = standing_orders(Past(facts, 400.0), "order", "cancellation").count()
    for one in range(40):
        mine = who == one
        alone = Facts(1, events=EventColumns.of(who[mine] * 0, at[mine], kind[mine], amount[mine]))
        assert (
            standing_orders(Past(alone, 400.0), "order", "cancellation").count()[0]
            == (together[one])
        )


def test_recent_first_time_buyers_are_onboarding_without_a_band() -> None:
    facts = shop((0, 1, "order", 9.0), (1, -12, "order", 9.0), (1, 20, "order", 9.0),
                 (2, 1, "visit", 0.0), (2, 95, "order", 9.0))  # fmt: skip
    known = msgspec.structs.replace(RHYTHM, known_from=-100.0)
    after = standing(Past(facts, 21.0), known)
    assert after.state.tolist() == ["onboarding", "active", "onboarding"]
    assert after.in_band.tolist() == [False, True, False]
    assert not after.outside.any(), "a customer like any other: no lapsed one"
    later = standing(Past(facts, 100.0), known).state.tolist()
    assert later == ["active", "active", "onboarding"], "known for long, first order 5 days ago"


def test_a_burst_is_one_occasion_and_no_band_follows_from_it() -> None:
    burst = [(0, 100 + part / 3, "order", 1_400.0) for part in range(6)]
    facts = shop(*burst, (1, 100, "order", 9.0), (1, 129, "order", 9.0), (1, 131, "order", 9.0),
                 (2, 100, "order", 9.0), (2, 129, "order", 9.0))  # fmt: skip
    found = standing(Past(facts, 132.0), RHYTHM)
    assert found.active_days[0] == 2
    assert found.state.tolist() == ["onboarding", "active", "onboarding"], "30 days are half a gap"
    assert standing(Past(facts, 161.5), RHYTHM).state.tolist() == ["active"] * 3


def test_onboarding_ends_before_silence_is_long() -> None:
    coffee = Rhythm(("order",), usual_gap=7.0, horizon=60.0)
    assert newcomer_days(RHYTHM) == 60.0
    assert newcomer_days(coffee) == 21.0, "three usual gaps late is never anything but fragile"
    found = standing(Past(shop((0, 1, "order", 9.0)), 23.0), coffee)
    assert found.state[0] == "active"
    assert found.lateness[0] > 3


def test_customers_of_the_first_load_without_orders_are_not_new() -> None:
    arrived = np.array([100.0, 100.0, 300.0])
    facts = Facts(3, first_seen=arrived, events=EventColumns.of([], [], [], []))
    found = learn_rhythm(facts, 310.0)
    assert found.known_from == 100.0
    assert standing(Past(facts, 105.0), found).state.tolist()[:2] == ["active", "active"]
    assert standing(Past(facts, 310.0), found).state.tolist() == ["active", "active", "onboarding"]
