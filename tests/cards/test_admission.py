"""Admission: no duplicate cards, none too soon, and no more than the team can work."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pulse.cards.admission import Admission, Candidate, Past, admit, is_held_out
from pulse.cards.priority import Priority
from pulse.cards.settings import CardRules
from pulse.cards.triggers import CardContext, Trigger

NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)
NOBODY_HELD_OUT = CardRules(hold_out_share=0.0)


def candidate(
    number: int = 1, cause: str = "erosion", score: float = 10.0, **facts: object
) -> Candidate:
    context = CardContext(
        business_id=UUID(int=9),
        customer_id=UUID(int=number),
        external_id=str(number),
        as_of=NOW,
        **{"strength": 50.0, "change_7d": -1.0, "change_30d": -2.0, **facts},
    )
    asked = cause in ("stuck", "frustrated")
    return Candidate(context, Trigger(cause, "Because.", asked), Priority(score, ()))


def past(days_ago: float, *, still_open: bool = False, strength: float | None = 50.0) -> Past:
    return Past(NOW - timedelta(days=days_ago), still_open, strength)


def let_in(
    *candidates: Candidate,
    before: dict[tuple[UUID, str], Past] | None = None,
    rules: CardRules = NOBODY_HELD_OUT,
    opened_today: int = 0,
) -> Admission:
    return admit(candidates, before or {}, rules, NOW, rules.cards_per_day - opened_today)


def test_a_first_cause_opens_a_card() -> None:
    assert len(let_in(candidate()).admitted) == 1


def test_an_open_card_for_the_same_cause_stops_the_next() -> None:
    before = {(UUID(int=1), "stuck"): past(20, still_open=True)}
    found = let_in(candidate(cause="stuck"), before=before)
    assert found.admitted == []
    assert found.refused == {"open_already": 1}


def test_a_cause_is_paused_for_the_cooldown_after_a_closed_card() -> None:
    recently = {(UUID(int=1), "silence"): past(59)}
    assert let_in(candidate(cause="silence"), before=recently).refused == {"cooldown": 1}
    long_ago = {(UUID(int=1), "silence"): past(60)}
    assert len(let_in(candidate(cause="silence"), before=long_ago).admitted) == 1


def test_a_second_erosion_card_needs_a_continuing_fall() -> None:
    before = {(UUID(int=1), "erosion"): past(45, strength=52.0)}
    assert let_in(candidate(), before=before).refused == {"same_fall": 1}
    assert len(let_in(candidate(change_30d=-6.0), before=before).admitted) == 1
    assert len(let_in(candidate(strength=48.0), before=before).admitted) == 1


def test_unrequested_cards_are_at_least_two_weeks_apart() -> None:
    before = {(UUID(int=1), "milestone"): past(5)}
    assert let_in(candidate(), before=before).refused == {"customer_quiet": 1}
    assert len(let_in(candidate(cause="stuck"), before=before).admitted) == 1


def test_two_simultaneous_causes_make_the_more_urgent_card() -> None:
    found = let_in(candidate(cause="renewal", score=5), candidate(cause="erosion", score=20))
    assert [each.trigger.cause for each in found.admitted] == ["erosion"]
    assert found.refused == {"open_already": 1}


def test_a_new_cause_joins_an_open_card() -> None:
    before = {(UUID(int=1), "erosion"): past(20, still_open=True)}
    assert let_in(candidate(cause="stuck"), before=before).refused == {"open_already": 1}


def test_a_held_out_customer_gets_no_card_for_a_quarter() -> None:
    causes = ("erosion", "renewal", "overdue", "silence")
    held = [[is_held_out(candidate(n, cause), 0.3, NOW) for cause in causes] for n in range(300)]
    assert all(len(set(each)) == 1 for each in held)
    assert 60 < sum(each[0] for each in held) < 120


def test_the_daily_limit_prefers_urgent_cards_and_exempts_requests() -> None:
    rules = CardRules(hold_out_share=0.0, cards_per_day=3)
    many = [candidate(n, score=float(n)) for n in range(1, 6)] + [candidate(9, "stuck", 0.0)]
    found = let_in(*many, rules=rules, opened_today=1)
    assert [each.context.external_id for each in found.admitted] == ["5", "4", "9"]
    assert found.refused == {"rate_limit": 3}


def test_the_hold_out_is_about_its_share_and_the_same_every_time() -> None:
    rules = CardRules(hold_out_share=0.2, cards_per_day=10_000)
    many = [candidate(n) for n in range(2_000)]
    first, second = let_in(*many, rules=rules), let_in(*many, rules=rules)
    assert first.held_out == second.held_out
    assert 0.17 < len(first.held_out) / 2_000 < 0.23
    assert len(first.admitted) + len(first.held_out) == 2_000


def test_customers_who_ask_for_help_are_never_held_out() -> None:
    for number in range(200):
        assert not is_held_out(candidate(number, "stuck"), 1.0, NOW)
    assert is_held_out(candidate(1), 1.0, NOW)
    assert not is_held_out(candidate(1), 0.0, NOW)


def test_a_held_out_customer_has_the_same_cooldown() -> None:
    before = {(UUID(int=1), "silence"): past(10)}
    assert let_in(candidate(cause="silence"), before=before).refused == {"cooldown": 1}


def test_a_sudden_fall_is_exempt_from_the_daily_limit() -> None:
    rules = CardRules(hold_out_share=0.0, cards_per_day=1)
    sudden, new_here = candidate(1, change_7d=-14.0), candidate(2, change_7d=None)
    slow = candidate(3, change_7d=-3.0, change_last=-0.4)
    risen_and_fallen = candidate(4, change_7d=-3.0, change_last=-14.0)
    found = let_in(sudden, new_here, slow, risen_and_fallen, rules=rules, opened_today=1)
    assert {each.context.external_id for each in found.admitted} == {"1", "2", "4"}
    assert found.refused == {"rate_limit": 1}


def test_a_requested_card_does_not_block_a_later_fall() -> None:
    rules = CardRules(hold_out_share=0.0)
    fallen = candidate(1, change_7d=-14.0)
    asked_before = {(fallen.context.customer_id, "stuck"): past(1)}
    reached_before = {(fallen.context.customer_id, "milestone"): past(1)}
    assert let_in(fallen, before=asked_before, rules=rules).admitted == [fallen]
    assert let_in(fallen, before=reached_before, rules=rules).refused == {"customer_quiet": 1}
