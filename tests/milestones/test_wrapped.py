"""The look back contains only positive events."""

from datetime import UTC, date, datetime

from pulse.milestones.wrapped import (
    CountedEvent,
    LookBack,
    Period,
    countable_event_nouns,
    period_ending,
    wrapped,
)
from tests.scoring.samples import CATALOGUE

SPRING = Period("quarter", date(2026, 3, 1), date(2026, 5, 31))


def deed(month, day, noun="orders"):
    return CountedEvent(datetime(2026, month, day, 9, tzinfo=UTC), noun)


def kinds(facts, period=SPRING):
    return [slide.kind for slide in wrapped(facts, period)]


def test_a_good_quarter_has_all_slides():
    facts = LookBack(
        "Lantern",
        date(2025, 5, 31),
        [deed(3, 4), deed(4, 1), deed(4, 9), deed(4, 9, "visits"), deed(7, 1)],
        [(date(2026, 3, 1), 50.0), (date(2026, 4, 20), 81.0), (date(2026, 5, 30), 62.0)],
        {"loyalty": 6.0, "value": 20.0},
        [(date(2026, 4, 1), "3 orders"), (date(2024, 1, 1), "1 order")],
    )
    told = {slide.kind: slide for slide in wrapped(facts, SPRING)}
    assert told["opening"].text == "March – May 2026"
    assert told["tenure"].figure == "365 days"
    assert told["activity"].figure == "3 orders"
    assert told["activity"].text == "And 1 visit."
    assert told["best_month"].figure == "April"
    assert told["active_days"].figure == "3 days"
    assert told["rise"].figure == "+12"
    assert told["best_moment"].text == "Your highest score, on 20 April."
    assert told["opening"].figure == "3 orders"
    assert told["known_for"].figure == "Always back"
    assert told["milestones"].text == "3 orders."
    assert list(told)[-1] == "thanks"


def test_a_bad_quarter_has_no_negative_slides():
    facts = LookBack(
        "Lantern",
        None,
        [],
        [(date(2026, 3, 1), 80.0)],
        {"loyalty": -9.0},
        [],
    )
    assert kinds(facts) == ["opening", "thanks"]


def test_a_falling_score_is_not_shown_as_a_rise():
    facts = LookBack("Lantern", None, (), [(date(2026, 3, 1), 80.0), (date(2026, 5, 1), 60.0)])
    assert "rise" not in kinds(facts)


def test_a_hidden_score_is_not_mentioned():
    facts = LookBack("Lantern", None, [deed(3, 1)])
    assert not {"rise", "best_moment"} & set(kinds(facts))


def test_periods_end_today():
    year = period_ending("year", date(2026, 2, 28))
    assert (year.end - year.start).days == 364
    assert year.holds(date(2026, 2, 28))
    assert not year.holds(date(2026, 3, 1))


def test_counted_events_are_visible_and_positive():
    assert countable_event_nouns(CATALOGUE) == {"order": "orders"}
