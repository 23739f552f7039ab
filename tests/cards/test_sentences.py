"""Sentences about orders in a card's reasons, from small histories shown here."""

import pytest

from pulse.cards.evidence.reasons import reasons
from pulse.cards.evidence.sentences import plain_figure, sentence
from pulse.cards.triggers import Factor, Trigger
from pulse.scoring.lifecycle.order_metrics import order_metrics
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import EventColumns, Facts, Past
from tests.cards.test_priority import with_

CATALOGUE = order_metrics(
    Rhythm(("order",), ("returned",), usual_gap=60.0, horizon=150.0), money="GBP"
)
ORDERS = [1, 31, 61, 91, 400, 430]
LINES = [*((0, day, "order", 50.0) for day in ORDERS), (0, 440, "returned", -25.0),
         (1, 700, "order", 9.0)]  # fmt: skip


def said(now: float, row: int = 0) -> dict[str, str]:
    who, at, kinds, amounts = zip(*LINES, strict=True)
    facts = Facts(2, events=EventColumns.of(who, at, kinds, amounts))
    values = measure(facts, CATALOGUE, now)
    past = Past(facts, now)
    return {
        one.key: sentence(one, float(values[one.key][row]), past, row, None) for one in CATALOGUE
    }


def test_a_customer_whose_only_order_was_cancelled_has_no_valid_order() -> None:
    facts = Facts(
        1, events=EventColumns.of([0, 0], [700, 706], ["order", "returned"], [270.0, -270.0])
    )
    values, past = measure(facts, CATALOGUE, 708.0), Past(facts, 708.0)
    told = {
        one.key: sentence(one, float(values[one.key][0]), past, 0, None)
        for one in CATALOGUE
        if one.key in ("orders", "often")
    }
    assert told == {
        "orders": "No valid order so far",
        "often": "No valid order in the last 12 months",
    }


def test_order_metrics_are_described_by_orders_and_dates() -> None:
    told = said(760.0)
    assert told["often"] == ("Ordered twice in the last 12 months, 3 times in the 12 months before")
    assert (
        told["lately"] == "Ordered not once in the last 3 months, not once in the 3 months before"
    )
    assert told["spend"] == "Spent £75 in the last 12 months, £150 in the 12 months before"
    assert told["orders"] == "Ordered 6 times in all"
    assert told["days_since_order"] == "Last order 330 days ago"
    assert told["lateness"] == (
        "Last order 330 days ago, before that 30 to 309 days between orders"
    )
    assert told["basket"] == "Spends £50 an order on average"
    assert told["span"] == "First and last order 429 days apart"
    assert told["returned"] == "Sent back 8% of what they bought"


def test_a_decayed_metric_has_a_plain_count() -> None:
    who, at, kinds, amounts = zip(*LINES, strict=True)
    past = Past(Facts(2, events=EventColumns.of(who, at, kinds, amounts)), 445.0)
    told = {one.key: plain_figure(one, 0.96, past, 0, None) for one in CATALOGUE}
    assert {key: words for key, words in told.items() if words} == {
        "lately": "twice in 3 months",
        "often": "3 times in 12 months",
        "spend": "£125 in 12 months",
        "lateness": "last order 15 days ago",
    }


def test_spending_older_than_the_period_is_not_told_as_nothing() -> None:
    who, at, kinds, amounts = zip(*LINES, strict=True)
    past = Past(Facts(2, events=EventColumns.of(who, at, kinds, amounts)), 900.0)
    spend = next(one for one in CATALOGUE if one.key == "spend")
    assert plain_figure(spend, 40.0, past, 0, None) == "", "the weighted amount says more: ≈ £40"
    assert plain_figure(spend, 0.2, past, 0, None) == "£0 in 12 months"


def test_a_customer_back_after_a_long_gap_is_not_described_as_late() -> None:
    told = said(431.0)  # a day after an order, a month after the end of a gap of 309 days
    assert told["lateness"] == "Back after 309 days without an order"
    assert told["days_since_order"] == "Last order 1 day ago"
    who, at, kinds, amounts = zip(*LINES, strict=True)
    past = Past(Facts(2, events=EventColumns.of(who, at, kinds, amounts)), 431.0)
    late = next(one for one in CATALOGUE if one.key == "lateness")
    assert plain_figure(late, 2.4, past, 0, None) == "back after 309 days"
    assert plain_figure(late, 0.9, past, 0, None) == "last order 1 day ago", (
        "no longer held against them"
    )


def test_who_is_late_again_after_a_long_gap_is_not_called_back() -> None:
    days = [1, 10, 18, 112, 119]
    facts = Facts(1, events=EventColumns.of([0] * 5, days, ["order"] * 5, [9.0] * 5))
    late = next(one for one in CATALOGUE if one.key == "lateness")
    soon, again = Past(facts, 130.0), Past(facts, 185.0)
    assert plain_figure(late, 2.3, soon, 0, None) == "back after 94 days"
    assert sentence(late, 2.3, soon, 0, None) == "Back after 94 days without an order"
    assert plain_figure(late, 2.3, again, 0, None) == "earlier pause of 94 days"
    told = sentence(late, 2.3, again, 0, None)
    assert told == "Last order 66 days ago, after a pause of 94 days"


def test_a_usual_gap_is_named_for_a_habit_only() -> None:
    days = [1, 61, 121, 181]
    facts = Facts(1, events=EventColumns.of([0] * 4, days, ["order"] * 4, [9.0] * 4))
    late = next(one for one in CATALOGUE if one.key == "lateness")
    past = Past(facts, 190.0)
    habit = plain_figure(late, 0.9, past, 0, 60.0)
    assert habit == "15% of the usual gap today", "What changed tells the value with absences"
    same = plain_figure(late, 0.15, past, 0, 60.0)
    assert same == "", "as late as today: the value itself says it"
    assert sentence(late, 0.15, past, 0, 60.0) == "Last order 9 days ago, usually one every 60 days"
    assert plain_figure(late, 0.15, past, 0, None) == "last order 9 days ago"
    later = Past(facts, 253.0)
    assert plain_figure(late, 1.2, later, 0, None) == "", "1.2 × the average gap, as it is said"
    assert plain_figure(late, 1.3, later, 0, None) == "1.2 × the average gap today"
    told = sentence(late, 0.15, past, 0, None)
    assert told == "Last order 9 days ago, before that one every 60 days"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([700], "Last order 60 days ago"),
        ([690, 700], "Last order 60 days ago"),
        ([690.1, 690.2, 700], "Last order 60 days ago"),
        ([500, 502, 504, 700], "Last order 60 days ago, before that 2 to 196 days between orders"),
    ],
)
def test_without_a_usual_gap_the_days_are_counted(days: list, words: str) -> None:
    facts = Facts(
        1, events=EventColumns.of([0] * len(days), days, ["order"] * len(days), [9.0] * len(days))
    )
    late = next(one for one in CATALOGUE if one.key == "lateness")
    assert "usual" not in late.label
    assert plain_figure(late, 1.0, Past(facts, 760.0), 0, None) == "last order 60 days ago"
    assert sentence(late, 1.0, Past(facts, 760.0), 0, None) == words


def test_a_lateness_without_orders_is_told_as_nothing() -> None:
    late = next(one for one in CATALOGUE if one.key == "lateness")
    past = Past(Facts(1), 760.0)  # the import with the orders was undone since the score
    assert plain_figure(late, 1.2, past, 0, None) == ""
    assert sentence(late, 1.2, past, 0, None) == ""


def test_the_year_before_is_mentioned_only_with_enough_history() -> None:
    assert said(440.0)["often"] == "Ordered 3 times in the last 12 months"
    assert said(760.0, row=1)["days_since_order"] == "Last order 60 days ago"
    assert said(760.0, row=1)["span"] == "All orders on one day"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (-2.0, "(−4 points in 30 days: Often −2.0, Lately −2.0)."),
        (0.0, "(6 points below average)."),
    ],
)
def test_factors_with_the_same_sentence_are_one_reason(change: float, words: str) -> None:
    twice = tuple(
        Factor(key, key, "loyalty", 1.0, -3.0, change, "1", "Ordered once in the last 12 months")
        for key in ("Often", "Lately")
    )
    _, told = reasons(with_(factors=twice), Trigger("erosion", "Strength fell 15 points."))
    assert told == f"Ordered once in the last 12 months {words}"


def test_reasons_do_not_repeat_the_cause_and_praise_has_no_negatives() -> None:
    late = Factor("late", "Late", "loyalty", 1.0, -9.0, -9.0, "", "Last order 64 days ago")
    once = Factor("often", "Often", "loyalty", 1.0, -1.2, -1.2, "", "Ordered once in all")
    cause = "Last order 64 days ago; usually every 27 days (2.4 gaps)."
    told = reasons(with_(factors=(late, once)), Trigger("overdue", cause))
    assert told == (cause, "Ordered once in all (−1 point in 30 days).")
    praise = Trigger("milestone", "Just reached: 25 orders.")
    assert reasons(with_(factors=(late, once)), praise) == ("Just reached: 25 orders.",)
