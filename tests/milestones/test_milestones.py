"""Milestones are reached on the correct date; the next one shows correct progress."""

import numpy as np
import pytest

from pulse.milestones.default_rules import default_rules, signal_shares
from pulse.milestones.rules import CustomerFigures, MilestoneRule, evaluate
from pulse.scoring.curves import Linear
from pulse.scoring.metrics.event_features import EventColumns, Facts, Past, Slice
from pulse.scoring.metrics.streaks import AVERAGE_MONTH, streaks
from pulse.scoring.scorecard import Scorecard, Term
from tests.scoring.samples import CATALOGUE

EVERY_30 = {"event": "order", "period_days": 30, "periods": 3}
RULES = (
    MilestoneRule("year", "One year", "Thank you", "tenure", {"days": 365}, "days"),
    MilestoneRule(
        "three", "3 orders", "…", "event_count", {"event": "order", "count": 3}, "orders"
    ),
    MilestoneRule("row", "3 in a row", "…", "streak", EVERY_30, "months"),
    MilestoneRule("strong", "Strong", "…", "band", {"band": "strong"}, "points"),
    MilestoneRule("loyal", "Loyal", "…", "signal", {"signal": "loyalty", "share": 0.8}, "%"),
)


def standing(as_of=1_000.0, strength=(50.0, 75.0), loyalty=(0.2, 0.9)):
    facts = Facts(
        2,
        first_seen=np.array([700.0, 500.0]),
        events=EventColumns.of(
            [0, 0, 1, 1, 1, 1],
            [905.0, 965.0, 600.0, 635.0, 665.0, 999.0],
            ["order"] * 6,
        ),
    )
    return CustomerFigures(Past(facts, as_of), np.array(strength), {"loyalty": np.array(loyalty)})


def test_dates_are_those_of_the_event_not_of_the_check():
    reached = {one.key: one.reached_at for one in evaluate(RULES, standing()).reached_by(1)}
    assert reached == {"year": 865, "three": 665, "row": 665, "strong": 1_000, "loyal": 1_000}


def test_nothing_is_reached_before_its_time():
    early = evaluate(RULES, standing(as_of=650.0, strength=(np.nan, 30.0), loyalty=(np.nan, 0)))
    assert early.reached_by(0) == []
    assert early.reached_by(1) == []


def test_the_next_milestone_is_the_closest_and_shows_what_is_missing():
    closest = evaluate(RULES, standing()).next_of(0)
    assert (closest.key, closest.remaining) == ("year", "65 more days")
    assert closest.progress == pytest.approx(300 / 365)
    without_years = evaluate(RULES[1:], standing(strength=(10.0, 10.0))).next_of(0)
    assert (without_years.key, without_years.remaining) == ("three", "1 more order")


def test_a_broken_streak_starts_again():
    progress = evaluate(RULES[2:3], standing()).progress[0]
    assert progress.value[0] == 1  # 905 and 965 lie two periods apart


def test_a_band_is_reached_at_the_strength_that_is_shown():
    reached = evaluate(RULES[3:4], standing(strength=(69.6, 69.4)))
    assert [one.key for one in reached.reached_by(0)] == ["strong"], "it is shown as 70"
    assert reached.reached_by(1) == []
    assert reached.next_of(1).remaining == "1 more point"


@pytest.mark.parametrize(("last", "months"), [("2026-08-06", 5), ("2026-09-30", 6)])
def test_months_in_a_row_are_those_of_the_calendar(last, months):
    days = ["2026-04-01", "2026-05-22", "2026-06-24", "2026-07-09", "2026-08-06", last]
    at = np.array(days, dtype="datetime64[D]").astype(float)
    events = Slice(1, np.zeros(at.size, dtype=np.int32), at + 0.4, np.ones(at.size))
    found = streaks(events, AVERAGE_MONTH, at[-1] + 31, target=6)
    assert (found.longest[0], found.current[0]) == (months, months)
    assert np.isnan(found.at[0]) == (months < 6)


def test_with_all_milestones_reached_there_is_no_next():
    assert evaluate(RULES, standing()).next_of(1) is None


def test_default_rules_follow_the_catalogue_and_are_positive():
    rules = {rule.key: rule for rule in default_rules(CATALOGUE)}
    assert rules["count_1"].title == "Your first order"
    assert rules["count_10"].parameters == {"event": "order", "count": 10}
    assert "signal_value" not in rules
    assert len(rules) == len(default_rules(CATALOGUE))
    assert evaluate(tuple(rules.values()), standing()).reached_by(1)


def test_a_business_without_events_still_has_milestones():
    keys = {rule.key for rule in default_rules([])}
    assert "tenure_365" in keys
    assert not any(key.startswith("count") for key in keys)


def test_a_signal_share_is_the_customers_part_of_its_points():
    card = Scorecard(
        (
            Term("plan", 60, Linear((0, 1), (0, 1)), 0.5),
            Term("orders", 40, Linear((0, 1), (0, 1)), 0.5),
        )
    )
    shares = signal_shares(card, CATALOGUE, np.array([[30.0, -20.0], [-30.0, 0.0]]))
    assert shares["loyalty"].tolist() == [1, 0]
    assert shares["engagement"].tolist() == [0, 0.5]


def test_an_order_that_was_cancelled_as_a_whole_is_not_celebrated():
    first = MilestoneRule(
        "one", "First order", "…", "event_count",
        {"event": "order", "less": ["cancellation"], "count": 1}, "orders",
    )  # fmt: skip
    facts = Facts(
        2,
        events=EventColumns.of(
            [0, 0, 1, 1], [900.0, 905.0, 900.0, 905.0],
            ["order", "cancellation"] * 2, [50.0, -50.0, 50.0, -20.0],
        ),
    )  # fmt: skip
    here = CustomerFigures(Past(facts, 1_000.0), np.array([50.0, 50.0]), {})
    assert evaluate([first], here).progress[0].reached.tolist() == [False, True]


def test_customers_older_than_the_history_have_no_anniversary():
    said = standing()
    later = CustomerFigures(said.past, said.strength, said.signal_shares, begins=650.0)
    assert evaluate(RULES[:1], said).progress[0].reached.tolist() == [False, True]
    assert evaluate(RULES[:1], later).progress[0].reached.tolist() == [False, False]


def test_a_cancelled_order_does_not_count_and_what_was_reached_is_not_next():
    facts = Facts(
        1,
        first_seen=np.array([500.0]),
        events=EventColumns.of(
            [0] * 4,
            [600.0, 650.0, 700.0, 705.0],
            ["order", "order", "order", "cancellation"],
            [10.0, 20.0, 30.0, -30.0],
        ),
    )
    parameters = {"event": "order", "count": 3, "less": ["cancellation"]}
    rules = (MilestoneRule("three", "3 orders", "…", "event_count", parameters, "orders"), RULES[3])
    found = evaluate(rules, CustomerFigures(Past(facts, 1_000.0), np.array([60.0]), {}))
    assert found.reached_by(0) == []
    assert found.undone_by(0) == {"three"}
    assert found.next_of(0).key == "strong"  # 60 of 70 points; 2 of 3 orders
    assert found.next_of(0, without={"strong"}).remaining == "1 more order"


def test_openers_mention_only_what_the_customer_experienced():
    told = {rule.kind for rule in default_rules(CATALOGUE) if rule.notable}
    assert told == {"tenure", "event_count", "streak"}, "no band and no signal"
