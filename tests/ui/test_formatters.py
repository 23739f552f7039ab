from datetime import UTC, datetime, timedelta

import pytest

from ui import formatters

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (41_230, "£41.2k"),
        (999, "£999"),
        (9_999, "£9,999"),
        (10_000, "£10k"),
        (1_250_000, "£1.2m"),
        (-103, "−£103"),
        (None, "–"),
        (999_499, "£999.5k"),
        (999_950, "£1m"),
    ],
)
def test_money_can_be_abbreviated(amount, words):
    assert formatters.money(amount, "GBP") == words


def test_money_can_be_shown_in_full():
    assert formatters.money(41_230, "EUR", short=False) == "€41,230"
    assert formatters.money(5, "SEK", short=False) == "SEK 5"


@pytest.mark.parametrize(("change", "words"), [(3.4, "+3"), (-12, "−12"), (0.2, "0"), (None, "")])
def test_a_change_always_has_its_sign(change, words):
    assert formatters.signed(change) == words


def test_a_change_is_written_with_its_period():
    said = [formatters.signed_in(change, 30) for change in (-12.4, 0.4, None)]
    assert said == ["−12 in 30 days", "±0 in 30 days", ""]


def test_a_direction_is_never_shown_by_colour_alone():
    assert formatters.arrow(0.84, 1) == "▲ 0.8"
    assert formatters.arrow(-3) == "▼ 3"
    assert formatters.arrow(0.01, 1) == "± 0.0"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=25), "yesterday"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=40), "21 May"),
        (timedelta(days=400), "26 May 2025"),
    ],
)
def test_how_long_ago(passed, words):
    assert formatters.ago(NOW - passed, NOW) == words


def test_how_long_until():
    assert formatters.ahead(NOW + timedelta(hours=2), NOW) == "today"
    assert formatters.ahead((NOW + timedelta(days=1)).date(), NOW) == "tomorrow"
    assert formatters.ahead(NOW + timedelta(days=33), NOW) == "in 33 days"
    assert formatters.ahead(None, NOW) == "–"


def test_times_are_shown_in_the_business_s_zone():
    zone = formatters.zone_of("Europe/London")
    assert formatters.clock_time(NOW, zone) == "30 Jun 2026, 16:00"
    assert str(formatters.zone_of("Nowhere/Land")) == "UTC"
