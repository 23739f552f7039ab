"""The evaluation of cards on a small history with a known result, and on a database."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import lifecycle
from pulse.cards.bandit.bandit_report import learned
from pulse.cards.bandit.uplift import compared, wilson
from pulse.cards.evaluation.evaluation import FEWEST, Observed, worth
from pulse.cards.evaluation.evaluation_data import card_evaluation_report
from pulse.customers.merging.merge_store import close_cards
from pulse.db.transaction import tenant
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import event, opened, picture, settings_of_cards, snapshot

TODAY = 1_000.0
NOW = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)


def history(cards_on_leavers: bool) -> Observed:
    """100 customers order weekly; odd ones stop at day 500. Strength is low for those who stay."""
    who, at = [], []
    for customer in range(100):
        last = 500 if customer % 2 else 1_000
        for day in range(300, last, 7):
            who.append(customer)
            at.append(float(day))
    weeks = np.arange(400, 600, 7, dtype=np.float64)
    snapshots = [(c, w, 20.0 + c % 2 * 60) for w in weeks for c in range(100)]
    columns = list(zip(*snapshots, strict=True))
    marked = [c for c in range(100) if bool(c % 2) == cards_on_leavers]
    return Observed(
        orders=(np.array(who), np.array(at), np.full(len(who), 2.0)),
        snapshots=(np.array(columns[0]), np.array(columns[1]), np.array(columns[2])),
        cards=(np.array(marked), np.full(len(marked), 498.5)),
        today=TODAY,
    )


def test_cards_before_real_lapses_are_right_and_chance_is_the_base_rate() -> None:
    everything = worth(history(cards_on_leavers=True))
    found = everything.of("whole", "active")
    assert found.judged == 50
    assert found.share == 1.0
    assert found.random_share == pytest.approx(0.5)
    assert found.lowest_share == 0.0, "here the lowest scores are those who stay"
    assert found.money == 2 * 29, "29 orders of 2 in the year before"
    assert found.random_money == pytest.approx(found.money / 2)
    assert found.lowest_money == 0.0
    assert (everything.lapses, everything.caught) == (50, 50)
    assert found.low is not None
    assert found.low > 0.9


def test_cards_for_customers_who_stay_are_wrong() -> None:
    found = worth(history(cards_on_leavers=False))
    assert found.of("whole", "active").share == 0.0
    assert found.caught == 0


def test_a_card_before_the_last_order_did_not_predict_the_lapse() -> None:
    seen = history(cards_on_leavers=True)
    early = (seen.cards[0], seen.cards[1] - 60)
    found = worth(Observed(seen.orders, seen.snapshots, early, seen.today))
    assert (found.lapses, found.caught) == (50, 0)


def test_a_card_after_the_lapse_was_too_late_and_is_counted_as_such() -> None:
    seen = history(cards_on_leavers=True)
    late = Observed(seen.orders, seen.snapshots, (seen.cards[0], seen.cards[1] + 100), seen.today)
    found = worth(late)
    assert found.too_late == 50
    assert (found.of("whole", "active").judged, found.of("whole", "active").share) == (0, None)


def test_a_customer_lapses_after_the_horizon_of_the_business() -> None:
    seen = history(cards_on_leavers=True)
    cards = (seen.cards[0], seen.cards[1] + 100)
    found = worth(Observed(seen.orders, seen.snapshots, cards, seen.today, horizon=120.0))
    assert (found.horizon, found.too_late) == (120.0, 0)
    assert found.of("whole", "active").share == 1.0
    silent = 598.5 - seen.orders[1][seen.orders[0] == 1].max()
    assert found.of("whole", "active").warning == pytest.approx(120.0 - silent)


def test_no_selection_counts_one_lapse_twice() -> None:
    seen = history(cards_on_leavers=True)
    lowest_leave = (seen.snapshots[0], seen.snapshots[1], 100.0 - seen.snapshots[2])
    again = tuple(np.r_[column, column] for column in seen.cards)
    again[1][50:] += 40
    longer = Observed(seen.orders, lowest_leave, (again[0], again[1]), seen.today, horizon=150.0)
    found = worth(longer).of("whole", "active")
    assert (found.judged, found.lapsed) == (50, 50)
    assert worth(longer, lapse_days=35).of("whole", "active").judged == 100
    many = (np.arange(100).repeat(2), np.tile([498.5, 538.5], 100))
    found = worth(Observed(seen.orders, lowest_leave, many, seen.today, horizon=150.0))
    assert found.of("whole", "active").lowest_share == pytest.approx(0.5), "each leaver once"


def test_long_lapsed_customers_are_counted_in_no_column() -> None:
    seen = history(cards_on_leavers=True)
    customer, days, strength = seen.snapshots
    lowest_are_gone = np.where(customer % 2 == 1, 5.0, strength)  # from day 500 on
    many = Observed(
        seen.orders, (customer, days, lowest_are_gone), (customer[:100], days[:100]), TODAY
    )
    cards = np.arange(0, 100, 2)
    after = Observed(many.orders, many.snapshots, (cards, np.full(50, 596.0)), TODAY)
    found = worth(after).of("whole", "active")
    assert (found.judged, found.share) == (50, 0.0)
    assert found.lowest_share == found.random_share == 0.0, "the leavers of day 500 are counted out"


def test_regulars_are_compared_with_regulars() -> None:
    seen = history(cards_on_leavers=True)
    once = np.arange(100, 200)  # one order shortly before each week's list and no other
    orders = (
        np.r_[seen.orders[0], once],
        np.r_[seen.orders[1], np.full(100, 490.0)],
        np.r_[seen.orders[2], np.full(100, 2.0)],
    )
    scores = tuple(
        np.r_[old, new] for old, new in zip(seen.snapshots, (once, once, once), strict=True)
    )
    scores[1][-100:], scores[2][-100:] = 498.0, 1.0
    found = worth(Observed(orders, scores, seen.cards, TODAY))  # type: ignore[arg-type]  # of three
    everybody, returning = found.of("whole", "active"), found.of("whole", "returning")
    assert everybody.lowest_share == 1.0, "the lowest scores are who came once"
    assert everybody.random_share == pytest.approx(0.75)
    assert returning.lowest_share == 0.0
    assert returning.random_share == pytest.approx(0.5)
    assert everybody.share == returning.share == 1.0


def test_both_halves_are_separate_and_add_up() -> None:
    seen = history(cards_on_leavers=True)
    early = (seen.cards[0][:40], np.full(40, 402.0))
    cards = (np.r_[early[0], seen.cards[0]], np.r_[early[1], seen.cards[1]])
    found = worth(Observed(seen.orders, seen.snapshots, cards, TODAY))
    first, second = found.of("first", "active"), found.of("second", "active")
    assert found.middle is not None
    assert 402.0 < found.middle < 498.5
    assert (first.judged, first.lapsed) == (40, 0)
    assert (second.judged, second.lapsed) == (50, 50)
    assert found.of("whole", "active").judged == first.judged + second.judged


def test_cards_too_close_to_today_are_not_judged() -> None:
    seen = history(cards_on_leavers=True)
    found = worth(Observed(seen.orders, seen.snapshots, seen.cards, today=560.0))
    assert found.of("whole", "active").judged == 0
    assert sum(week.cards for week in found.weeks) == 50


def test_no_data_gives_no_figures() -> None:
    none = np.array([], dtype=np.int64), np.array([], dtype=np.float64)
    found = worth(Observed((*none, none[1]), (*none, none[1]), none, TODAY))
    assert (found.cards_a_week, found.caught, found.middle) == (0.0, None, None)
    assert {each.share for each in found.comparisons} == {None}


def test_few_cards_give_no_result() -> None:
    seen = history(cards_on_leavers=True)
    few = Observed(
        seen.orders, seen.snapshots, (seen.cards[0][: FEWEST - 1], seen.cards[1][1:30]), TODAY
    )
    assert worth(few).of("whole", "active").share is None


async def test_the_report_is_computed_from_stored_events(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await settings_of_cards(shop)
    card_day = NOW - timedelta(days=120)
    for n in range(40):
        who = await make_customer(shop, f"c{n}")
        await event(shop, who, card_day - timedelta(days=5))
        await snapshot(shop, who, card_day.date(), 30.0 + n)
        if n >= 35:
            await event(shop, who, card_day + timedelta(days=20))
        with clock.at(card_day):
            await opened(shop, picture(shop, who, f"c{n}"))
    with clock.at(NOW):
        found = await card_evaluation_report(shop)
    whole = found.of("whole", "active")
    assert (whole.judged, whole.lapsed) == (40, 35)
    assert whole.share == whole.random_share == pytest.approx(35 / 40)
    assert found.of("whole", "returning").judged == 0, "one order is no habit"
    assert [week.cards for week in found.weeks] == [40]


def test_uplift_is_reported_only_with_enough_people_and_an_interval() -> None:
    assert compared(30, 500, 200, 19, 5).difference is None
    found = compared(30, 500, 250, 100, 30)
    assert found.difference == pytest.approx(0.2)
    assert found.low is not None
    assert found.high is not None
    assert 0.05 < found.low < 0.2 < found.high < 0.35
    none = compared(30, 40, 0, 40, 0)
    assert none.low is not None
    assert none.low < 0 < (none.high or 0)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_wilson_s_interval_as_published(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-3)


async def test_the_learning_page_s_figures_are_counted(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await settings_of_cards(shop)
    made = []
    people = [await make_customer(shop, f"c{n}") for n in range(4)]
    for n, who in enumerate(people):
        made += await opened(shop, picture(shop, who, f"c{n}"))
    async with tenant(shop) as unit:
        assert len(await close_cards(unit, people[3], people[2])) == 1, "they are merged"
    await lifecycle.action(shop, made[0].id)
    await lifecycle.record_outcome(shop, made[0].id, "converted")
    await lifecycle.dismiss(shop, made[1].id, "Moved house")
    async with tenant(shop) as unit:
        await unit.execute(
            "UPDATE conversation_cards SET writer = 'model', prompt_version = 'opener-3', "
            "cost = 0.002, tokens_in = 900 WHERE id = $1",
            made[0].id,
        )
    found = await learned(shop)
    (cause,) = found.causes
    assert (cause.opened, cause.delivered, cause.false_alarms, cause.converted) == (4, 1, 1, 1)
    assert found.costs.per_card == found.costs.per_conversion == pytest.approx(0.002)
    assert [(v.version, v.delivered, v.good) for v in found.versions] == [("opener-3", 1, 1)]
    assert found.outcomes == 1
    assert found.situations[0].cause == "erosion"
    assert sum(style.best for style in found.situations[0].styles) == pytest.approx(1.0)
