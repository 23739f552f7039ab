"""When a card is due, for one customer at a time."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from pulse.cards import triggers
from pulse.cards.settings import CardRules, read
from pulse.cards.triggers import CardContext, DeclaredContext, Milestone, due

NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)
STEADY = CardContext(
    business_id=UUID(int=1),
    customer_id=UUID(int=2),
    external_id="17850",
    as_of=NOW,
    strength=62.0,
    recent_high=66.0,
    band="steady",
    band_before="steady",
)


def with_(**changes: object) -> CardContext:
    return msgspec.structs.replace(STEADY, **changes)


def causes(context: CardContext, rules: CardRules | None = None) -> list[str]:
    return [trigger.cause for trigger in due(context, rules)]


def test_a_steady_customer_has_no_cause() -> None:
    assert causes(STEADY) == []


def test_a_fall_of_more_than_ten_points_is_erosion_and_exactly_ten_is_not() -> None:
    assert causes(with_(recent_high=72.1)) == ["erosion"]
    assert causes(with_(recent_high=72.0)) == []


def test_who_cancelled_every_order_gets_a_card_only_by_asking() -> None:
    """A fully cancelled order is no order, so its end is no fall and no silence."""
    fallen = with_(recent_high=90.0, band_before="strong", days_silent=400.0, orders=0)
    reached = msgspec.structs.replace(fallen, milestones=(Milestone("years_1", "One year"),))
    assert causes(reached) == ["erosion", "milestone"]
    cancelled = msgspec.structs.replace(reached, cancelled_only=True)
    assert causes(cancelled) == []
    for state in ("stuck", "frustrated"):
        tapped = msgspec.structs.replace(cancelled, declared=DeclaredContext(state))
        assert causes(tapped) == [state]
    assert causes(msgspec.structs.replace(cancelled, wanted="Ann asked.")) == ["by_hand"]


def test_the_reason_names_the_figures() -> None:
    (found,) = due(with_(recent_high=76.0))
    assert found.reason == "Strength fell 14 from its 90-day high (76 → 62)."


def test_a_new_scorecards_change_is_no_erosion() -> None:
    assert causes(with_(recent_high=80.0, behaviour_change=-3.0)) == []
    assert causes(with_(recent_high=80.0, behaviour_change=4.0)) == []
    assert causes(with_(recent_high=80.0, behaviour_change=-12.0)) == ["erosion"]


@pytest.mark.parametrize("state", ["stuck", "frustrated"])
def test_a_declared_state_is_a_cause_until_it_expires(state: str) -> None:
    declared = DeclaredContext(state, expires_at=NOW + timedelta(days=1))
    assert causes(with_(declared=declared)) == [state]
    over = DeclaredContext(state, expires_at=NOW)
    assert causes(with_(declared=over)) == []


def test_a_customer_without_a_score_can_still_ask_for_help() -> None:
    unknown = with_(strength=None, recent_high=None, band=None, band_before=None)
    assert causes(msgspec.structs.replace(unknown, declared=DeclaredContext("stuck"))) == ["stuck"]


def test_one_fall_gives_one_cause_although_three_rules_apply() -> None:
    fallen = with_(strength=38.0, recent_high=75.0, band="fragile", band_before="strong")
    assert causes(msgspec.structs.replace(fallen, days_silent=90.0)) == ["erosion"]


def test_the_figures_of_a_fall_subtract() -> None:
    (found,) = due(with_(recent_high=43.4, strength=30.4))
    assert found.reason == "Strength fell 13 from its 90-day high (43 → 30)."


REGULAR = with_(
    usual_gap=25.0,
    habitual=True,
    active_days=8,
    orders=9,
    days_silent=60.0,
    last_order_on=date(2025, 3, 13),
)


def test_a_regular_is_overdue_at_one_and_a_half_usual_gaps() -> None:
    (found,) = due(REGULAR)
    assert found.cause == "overdue"
    assert found.reason == ("Last order 60 days ago; usually every 25 days (2.4 gaps).")
    replace = msgspec.structs.replace
    (blended,) = due(replace(REGULAR, habitual=False))
    assert "about one order in 25 days" in blended.reason, "not what they would call usual"
    assert causes(replace(REGULAR, days_silent=37.0)) == []
    slow = replace(REGULAR, usual_gap=52.0, days_silent=80.0, chance=0.4)
    assert causes(slow) == ["overdue"], "a shorter wait than two gaps"
    assert causes(replace(REGULAR, chance=0.2)) == [], "likely to come back by themselves"
    assert causes(replace(REGULAR, chance=0.2, days_silent=76.0)) == ["overdue"]
    assert causes(replace(REGULAR, chance=0.35)) == ["overdue"]
    assert causes(replace(REGULAR, longest_gap=60.0)) == [], "they came back after as many days"
    assert causes(replace(REGULAR, longest_gap=59.0)) == ["overdue"]
    assert causes(replace(REGULAR, active_days=3)) == []
    assert causes(replace(REGULAR, lifecycle="lapsed")) == []
    assert causes(replace(REGULAR, declared=DeclaredContext("busy"))) == []


def test_no_fall_within_the_own_rhythm_or_after_a_single_order() -> None:
    falling = msgspec.structs.replace(REGULAR, recent_high=90.0, strength=62.0, active_days=3)
    assert causes(falling) == ["erosion"]
    replace = msgspec.structs.replace
    assert causes(replace(falling, days_silent=24.0)) == []
    assert causes(replace(falling, active_days=1, usual_gap=40.0, days_silent=200.0)) == []
    assert causes(replace(falling, lifecycle="left")) == []
    assert causes(replace(falling, chance=0.3)) == []
    assert causes(replace(falling, chance=0.43)) == ["erosion"]
    assert causes(replace(falling, days_silent=95.0)) == [], "no habit: a campaign, no call"


def test_a_slow_regular_can_be_called_until_they_lapse() -> None:
    slow = msgspec.structs.replace(REGULAR, usual_gap=80.0, days_silent=121.0, chance=0.4)
    assert causes(slow) == ["overdue"]
    assert causes(msgspec.structs.replace(slow, days_silent=100.0)) == []
    assert causes(msgspec.structs.replace(slow, lifecycle="lapsed")) == []


def test_a_lost_band_counts_unless_the_fall_is_small() -> None:
    lost = with_(strength=66.0, recent_high=71.0, band="steady", band_before="strong")
    assert causes(lost) == ["band_lost"]
    assert causes(msgspec.structs.replace(lost, strength=69.5)) == []


def test_silence_is_judged_by_the_customers_own_habit() -> None:
    quiet = with_(days_silent=70.0, recent_high=72.0, strength=64.0)
    assert causes(quiet) == ["silence"]
    assert causes(msgspec.structs.replace(quiet, usual_gap=50.0)) == []
    assert causes(msgspec.structs.replace(quiet, recent_high=69.0)) == []


def test_silence_and_milestones_are_no_cause_for_busy_customers() -> None:
    busy = DeclaredContext("busy")
    quiet = with_(days_silent=70.0, recent_high=72.0, declared=busy)
    assert causes(quiet) == []
    assert causes(with_(milestones=(Milestone("orders_10", "Ten orders"),), declared=busy)) == []


def test_renewal_is_near_from_thirty_days_to_the_day_itself() -> None:
    assert causes(with_(renewal_on=date(2025, 6, 11))) == ["renewal"]
    assert causes(with_(renewal_on=date(2025, 5, 12))) == ["renewal"]
    assert causes(with_(renewal_on=date(2025, 6, 12))) == []
    assert causes(with_(renewal_on=date(2025, 5, 11))) == []


def test_a_milestone_is_a_cause_when_nothing_is_wrong() -> None:
    reached = (Milestone("orders_10", "Ten orders"),)
    assert causes(with_(milestones=reached)) == ["milestone"]
    assert causes(with_(milestones=reached, declared=DeclaredContext("stuck"))) == ["stuck"]
    assert causes(with_(milestones=reached, orders=2)) == [], "two orders are nothing to praise"
    assert causes(with_(milestones=reached, orders=3)) == ["milestone"]
    (streak,) = due(with_(milestones=(Milestone("streak_6", "6 months in a row"),), orders=9))
    assert streak.reason == "Just reached: 6 months in a row with an order."


def test_a_business_may_switch_a_cause_off_and_move_a_threshold() -> None:
    fallen = with_(recent_high=74.0)
    assert causes(fallen, CardRules(switched_off=("erosion",))) == []
    assert causes(fallen, CardRules(erosion_points=15.0)) == []


def test_a_package_adds_a_cause_with_one_decorator() -> None:
    @triggers.rule("birthday", "Has a birthday")
    def birthday(context: CardContext, rules: CardRules) -> str | None:
        return "It is their birthday." if context.external_id == "17850" else None

    try:
        assert causes(STEADY) == ["birthday"]
        assert triggers.label_of("birthday") == "Has a birthday"
    finally:
        del triggers.RULES["birthday"]


def test_unreadable_settings_give_the_defaults() -> None:
    assert read({"cards": {"cards_per_day": 5}}).cards_per_day == 5
    assert read({"cards": {"hold_out_share": 7}}) == CardRules()
    assert read(None) == CardRules()
