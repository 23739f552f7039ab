"""Order of the cards, and that the reasons sum to the rank exactly."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pulse.cards.evidence.reasons import moved, reasons
from pulse.cards.priority import Scale, rank
from pulse.cards.triggers import CardContext, DeclaredContext, Factor, Trigger

NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)
FALLEN = CardContext(
    business_id=UUID(int=1),
    customer_id=UUID(int=2),
    external_id="17850",
    as_of=NOW,
    strength=50.0,
    recent_high=65.0,
    band="steady",
)


def with_(**changes: object) -> CardContext:
    return msgspec.structs.replace(FALLEN, **changes)


def score(context: CardContext, cause: str = "erosion", **more: object) -> float:
    return rank(context, cause, **more).score


def test_frustrated_and_stuck_raise_and_busy_lowers() -> None:
    plain = score(FALLEN)
    assert score(with_(declared=DeclaredContext("frustrated"))) > plain
    assert score(with_(declared=DeclaredContext("stuck"))) > plain
    assert score(with_(declared=DeclaredContext("busy"))) < plain


def test_an_expired_state_no_longer_counts() -> None:
    over = DeclaredContext("busy", expires_at=NOW - timedelta(seconds=1))
    assert score(with_(declared=over)) == score(FALLEN)


def test_a_busy_customer_ranks_below_one_without_problems() -> None:
    busy = with_(declared=DeclaredContext("busy"), recent_high=95.0)
    assert score(busy) < score(with_(recent_high=50.0), "milestone")


def test_a_call_for_help_outranks_the_largest_silent_drop_of_the_same_customer() -> None:
    asked = with_(recent_high=50.0, declared=DeclaredContext("stuck"))
    assert score(asked, "stuck") + 10 > score(with_(recent_high=60.5))


def test_drop_level_value_renewal_and_waiting_raise_the_rank() -> None:
    assert score(with_(recent_high=75.0)) > score(FALLEN)
    assert score(with_(strength=30.0, recent_high=45.0)) > score(FALLEN)
    high = Scale(value_high=1000.0)
    assert score(with_(value=900.0), scale=high) > score(with_(value=90.0), scale=high)
    assert score(with_(renewal_on=date(2025, 5, 20))) > score(with_(renewal_on=date(2025, 6, 20)))
    assert score(FALLEN, opened_at=NOW - timedelta(days=4)) == score(FALLEN) + 4


def test_lapsed_customers_rank_below_those_who_can_be_kept() -> None:
    long_ago = with_(last_order_on=date(2025, 1, 12), days_silent=120.0)
    assert score(long_ago) < score(with_(last_order_on=date(2025, 4, 2), days_silent=40.0))
    assert score(long_ago, "stuck") == score(FALLEN, "stuck")
    regular = msgspec.structs.replace(long_ago, active_days=8, usual_gap=70.0)
    assert score(regular) == score(FALLEN), "by their own rhythm they have not lapsed"
    assert score(msgspec.structs.replace(regular, lifecycle="lapsed"), "renewal") < score(
        regular, "renewal"
    )


@given(
    strength=st.floats(0, 100),
    high=st.floats(0, 100),
    value=st.floats(0, 1e6),
    state=st.sampled_from(["busy", "stuck", "exploring", "frustrated", "own_words"]),
    days=st.integers(0, 90),
)
def test_the_reasons_always_add_up_to_the_rank(
    strength: float, high: float, value: float, state: str, days: int
) -> None:
    context = with_(
        strength=strength, recent_high=high, value=value, declared=DeclaredContext(state)
    )
    found = rank(context, "erosion", Scale(500.0), opened_at=NOW - timedelta(days=days))
    assert abs(found.score - sum(reason.points for reason in found.reasons)) < 1e-6
    assert all(reason.text for reason in found.reasons)


def test_a_busy_reason_states_until_when() -> None:
    declared = DeclaredContext("busy", expires_at=NOW + timedelta(days=3))
    texts = [reason.text for reason in rank(with_(declared=declared), "erosion").reasons]
    assert "They say they are busy: let them be for now (until 15 May)" in texts


FACTORS = (
    Factor("orders_90d", "Orders in 90 days", "engagement", 1.0, -2.0, -8.2),
    Factor("tenure", "Months with us", "tenure", 14.0, 5.0, 0.3),
    Factor("returns", "Returned parcels", "satisfaction", 3.0, -1.0, -3.6, "3 parcels"),
)


def test_reasons_name_what_moved_most_and_quote_the_customer() -> None:
    context = with_(factors=FACTORS, declared=DeclaredContext("stuck", note="the invoice is odd"))
    told = reasons(context, Trigger("erosion", "Strength fell 15 points."))
    assert told == (
        "Strength fell 15 points.",
        "In their own words: “the invoice is odd”",
        "They say: stuck.",
        "Orders in 90 days: −8 points in 30 days (now 1).",
        "Returned parcels: −4 points in 30 days (now 3 parcels).",
    )


def test_money_at_stake_ranks_and_explains_its_parts() -> None:
    habit = with_(value=10_217.0, chance=0.62, value_at_risk=6_334.5)
    found = rank(habit, "overdue", Scale(2_000.0, currency="GBP"))
    texts = {reason.code: reason.text for reason in found.reasons}
    assert texts["stake"] == (
        "£6,334 a year at risk: £10,217 a year x 62% chance to lapse; a conversation helps in "
        "20% of cases (assumed)"
    )
    assert "level" not in texts
    scale = Scale(2_000.0)
    assert score(habit, scale=scale) > score(
        with_(value=900.0, chance=0.62, value_at_risk=558.0), scale=scale
    )
    unlikely = with_(value=10_217.0, chance=0.1, value_at_risk=1_021.7)
    assert score(habit, scale=scale) > score(unlikely, scale=scale)
    lapsed = with_(value=10_217.0, chance=0.62, lifecycle="lapsed")
    assert "stake" not in {reason.code for reason in rank(lapsed, "stuck").reasons}


def test_stuck_with_own_words_stays_stuck_and_ranks_higher() -> None:
    stuck = with_(declared=DeclaredContext("stuck"))
    explained = with_(declared=DeclaredContext("stuck", note="I cannot find the boxes"))
    assert score(explained, "stuck") > score(stuck, "stuck") + 5


def test_without_movement_the_weakest_factors_explain() -> None:
    still = (Factor("a", "A", "loyalty", None, -3.0), Factor("b", "B", "loyalty", 2.5, 1.0))
    assert [factor.feature for factor in moved(still)] == ["a"]
    (_, told) = reasons(with_(factors=still), Trigger("silence", "Quiet."))
    assert told == "A: 3 points below average (now not known)."


def test_good_news_never_ranks_above_an_overdue_customer() -> None:
    rich = with_(value=90_000.0, chance=0.9, value_at_risk=81_000.0, strength=99.0)
    late = with_(value=200.0, chance=0.1, value_at_risk=20.0)
    assert score(rich, "milestone") < score(late, "overdue")
    assert score(with_(strength=80.0), "milestone") < score(with_(strength=69.0), "erosion")
