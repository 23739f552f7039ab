"""A card ends by a fact about the customer; thresholds and scorecards end nothing."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from pulse.cards.evidence.card_context import CardContext, is_comparable
from pulse.cards.evidence.card_rows_sql import evidence
from pulse.cards.evidence.ending import ended, recoveries
from pulse.cards.settings import CardRules
from pulse.cards.triggers import due

FIRST, SECOND = UUID(int=1), UUID(int=2)
RULES = CardRules()


def late(**changes: Any) -> CardContext:
    """A regular, 2.4 usual gaps late, likely to stay away."""
    facts = {
        "strength": 40.0,
        "recent_high": 60.0,
        "days_silent": 48.0,
        "usual_gap": 20.0,
        "last_order_on": date(2026, 10, 12),
        "orders": 12,
        "active_days": 12,
        "chance": 0.5,
        "scorecard": FIRST,
        **changes,
    }
    return CardContext(
        business_id=UUID(int=3),
        customer_id=UUID(int=4),
        external_id="16729",
        **{"as_of": datetime(2026, 11, 29, tzinfo=UTC), **facts},
    )


def stored(cause: str, context: CardContext) -> dict[str, Any]:
    """Return the evidence of a card opened for this cause."""
    return evidence(context, recoveries([cause], {}, context, RULES))


@pytest.mark.parametrize(
    ("cause", "changes", "said"),
    [
        ("overdue", {"chance": 0.1}, None),
        ("overdue", {"scorecard": SECOND, "baseline": True, "strength": 90.0}, None),
        ("overdue", {"usual_gap": 60.0}, None),
        ("overdue", {"last_order_on": date(2026, 11, 20)}, "ordered on 20 November."),
        ("overdue", {"lifecycle": "lapsed"}, "the customer has lapsed meanwhile."),
        ("overdue", {"cancelled_only": True}, "every order was cancelled."),
        ("milestone", {"lifecycle": "left"}, "the customer has left meanwhile."),
        ("stuck", {"lifecycle": "left"}, None),
        ("erosion", {"strength": 49.0}, None),
        ("erosion", {"strength": 50.0}, "strength is 50 again."),
        ("erosion", {"strength": 55.0, "scorecard": SECOND}, None),
        ("erosion", {"active_days": 2, "days_silent": 95.0}, "silent for 95 days."),
        ("band_lost", {"strength": 56.9}, None),
        ("band_lost", {"strength": 57.0}, "strength is 57 again."),
    ],
)
def test_only_a_fact_ends_a_cause(cause: str, changes: dict[str, Any], said: str | None) -> None:
    why = ended(cause, stored(cause, late()), late(**changes), RULES)
    assert said in str(why) if said else why is None


@pytest.mark.parametrize("cause", ["erosion", "silence"])
def test_the_first_order_ends_a_card_also_on_its_own_day(cause: str) -> None:
    opened = stored(cause, late(last_order_on=None, orders=0, active_days=0))
    ordered = late(last_order_on=date(2026, 11, 29), days_silent=0.4, orders=1, active_days=1)
    why = ended(cause, opened, ordered, RULES)
    assert str(why) == "No longer due: ordered on 29 November."
    by_a_program = {"as_of": opened["as_of"]}  # which may have known the order
    assert ended(cause, by_a_program, ordered, RULES) is None


@pytest.mark.parametrize(
    ("renewal_on", "said"),
    [
        (date(2026, 12, 20), None),
        (date(2027, 12, 20), "the renewal was moved to 20 December 2027."),
        (date(2026, 11, 28), "the renewal date has passed."),
        (None, "there is no renewal date any more."),
    ],
)
def test_a_renewal_ends_by_its_date(renewal_on: date | None, said: str | None) -> None:
    opened = stored("renewal", late(renewal_on=date(2026, 12, 20)))
    why = ended("renewal", opened, late(renewal_on=renewal_on), RULES)
    assert str(why) == f"No longer due: {said}" if said else why is None


def test_a_renewal_that_a_card_of_a_program_does_not_know_was_not_moved() -> None:
    assert ended("renewal", {}, late(renewal_on=date(2027, 12, 20)), RULES) is None


def test_a_switched_off_cause_ends_and_says_so() -> None:
    why = ended("overdue", stored("overdue", late()), late(), CardRules(switched_off=("overdue",)))
    assert "switched off in Settings" in str(why)


def test_a_paused_cause_is_not_due() -> None:
    assert [one.cause for one in due(late(), RULES)] == ["overdue"]
    assert due(late(), RULES, ("overdue", "erosion")) == []


def test_another_scorecard_asks_for_as_many_points() -> None:
    opened = stored("erosion", late())  # fell from 60 to 40, made up at 50
    assert opened["recovery"] == {"erosion": 50.0}
    first = late(strength=70.0, recent_high=None, scorecard=SECOND, baseline=True)
    rebased = evidence(first, recoveries(["erosion"], opened, first, RULES))
    assert rebased["recovery"] == {"erosion": 80.0}
    for strength, over in ((72.0, False), (79.0, False), (80.0, True)):
        later = late(strength=strength, recent_high=70.0, scorecard=SECOND)
        assert (ended("erosion", rebased, later, RULES) is not None) is over
        assert recoveries(["erosion"], rebased, later, RULES) == {"erosion": 80.0}


def test_a_recovery_stored_as_one_number_counts_for_each_fall() -> None:
    former = {**evidence(late(), {}), "recovery": 50.0}
    for cause in ("erosion", "band_lost"):
        assert ended(cause, former, late(strength=49.0), RULES) is None
        assert ended(cause, former, late(strength=50.0), RULES) is not None
    assert ended("erosion", {**former, "recovery": "soon"}, late(strength=50.0), RULES) is None


def test_each_cause_of_a_card_ends_by_its_own_recovery() -> None:
    causes = ["stuck", "erosion", "band_lost", "silence"]
    opened = evidence(late(), recoveries(causes, {}, late(), RULES))
    assert opened["recovery"] == {"erosion": 50.0, "band_lost": 57.0}
    over = {cause for cause in causes if ended(cause, opened, late(strength=52.0), RULES)}
    assert over == {"erosion"}
    over = {cause for cause in causes if ended(cause, opened, late(strength=58.0), RULES)}
    assert over == {"erosion", "band_lost"}


@pytest.mark.parametrize(
    ("known", "scorecard", "same"),
    [
        (FIRST, FIRST, True),
        (FIRST, SECOND, False),
        (None, SECOND, True),  # evidence of a program
        (FIRST, None, True),  # a replay of one version
    ],
)
def test_strengths_are_comparable_unless_two_versions_made_them(
    known: UUID | None, scorecard: UUID | None, same: bool
) -> None:
    found = {"scorecard": str(known)} if known else {}
    assert is_comparable(found, scorecard) is same
