"""The figures on one card agree with today's strength or say of which day they are."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pulse.cards.evidence.card_context import CardContext
from pulse.cards.evidence.card_rows_sql import evidence
from pulse.cards.evidence.former_reasons import retold
from pulse.cards.settings import CardRules
from pulse.cards.triggers import due
from pulse.i18n.dated_sentences import is_dated
from pulse.i18n.sentences import restored, said_in
from pulse.i18n.sentences import stored as in_json
from tests.cards.test_ending import SECOND, late

RULES = CardRules()
OPENED = datetime(2026, 11, 3, tzinfo=UTC)
FALL = "Strength fell 40 from its 90-day high (89 → 49)."


def eroded(**changes: Any) -> CardContext:
    """A customer who fell from 89 to 49 by 3 November, and is no regular."""
    opened = {"strength": 49.0, "recent_high": 89.0, "active_days": 3, "chance": 0.6}
    found = late(**{**opened, **changes})
    assert found.usual_gap
    return found


def told(context: CardContext, reason: str | None = None, known: CardContext | None = None) -> str:
    """Return the reason of a card opened for a fall, as stored and read again."""
    first = known or opened_then()
    (cause,) = due(first, RULES)
    kept = restored(in_json(reason or cause.reason))
    return retold("erosion", kept, evidence(first), date(2026, 11, 1), context, RULES)


def opened_then() -> CardContext:
    return eroded(as_of=OPENED)


def test_a_fall_that_goes_on_is_told_in_todays_figures() -> None:
    assert told(opened_then()) == FALL
    recovered = eroded(strength=61.0, chance=0.2)
    assert due(recovered, RULES) == [], "likely to come back: no new card, but the fall stays"
    assert told(recovered) == "Strength fell 28 from its 90-day high (89 → 61)."


def test_a_fall_from_a_high_that_is_long_past_has_its_day() -> None:
    later = eroded(strength=61.0, recent_high=65.0)
    words = told(later)
    assert words == f"As of 3 November: {FALL}"
    assert is_dated(words)
    assert told(later, words) == words, "the day stays when the card is updated again"


def test_figures_of_an_earlier_scorecard_say_so() -> None:
    first = eroded(scorecard=SECOND, baseline=True, recent_high=None, strength=43.0)
    words = told(first)
    assert words == f"As of 3 November, by an earlier scorecard: {FALL}"
    renewed = eroded(scorecard=SECOND, recent_high=45.0, strength=41.0)
    assert told(renewed, words, known=first_by_second()) == words
    assert said_in("de", words) == (
        "Stand 3. November, nach einer früheren Scorecard: Stärke um 40 unter das Hoch der letzten "
        "90 Tage gesunken (89 → 49)."
    )


def first_by_second() -> CardContext:
    return eroded(scorecard=SECOND, as_of=datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("cause", "before", "after", "words"),
    [
        (
            "band_lost",
            {"band": "fragile", "band_before": "steady", "strength": 82.0, "recent_high": 89.0},
            {"band": "steady", "strength": 86.0, "recent_high": 89.0},
            "As of 3 November: The band went from steady to fragile: strength fell 7 from its "
            "90-day high (89 → 82).",
        ),
        (
            "silence",
            {"days_silent": 70.0, "recent_high": 82.0, "strength": 80.0},
            {"days_silent": 84.0, "recent_high": 82.0, "strength": 80.0, "chance": 0.1},
            "Nothing for 84 days, after a strong period (up to 82).",
        ),
    ],
)
def test_other_falls_agree_too(
    cause: str, before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    first = eroded(as_of=OPENED, **before)
    (found,) = due(first, RULES)
    assert found.cause == cause
    kept = restored(in_json(found.reason))
    now = eroded(**after)
    assert retold(cause, kept, evidence(first), OPENED.date(), now, RULES) == words


def test_a_card_of_an_earlier_release_has_the_day_it_was_opened() -> None:
    renewed = evidence(eroded(strength=61.0, as_of=datetime(2026, 11, 20, tzinfo=UTC)))
    (found,) = due(opened_then(), RULES)
    later = eroded(strength=62.0, recent_high=65.0)
    words = retold("erosion", found.reason, renewed, OPENED.date(), later, RULES)
    assert words == f"As of 3 November: {FALL}"
