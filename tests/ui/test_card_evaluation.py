"""The sentence about the cards' evaluation agrees with the figures."""

from typing import Any

import pytest

from pulse.cards.evaluation.evaluation import AMONG, PERIODS, CardEvaluation, Comparison
from ui.pages.learning.card_evaluation import _figures, told

FIGURES: dict[str, Any] = {
    "share": 0.45,
    "low": 0.40,
    "high": 0.50,
    "random_share": 0.28,
    "lowest_share": 0.53,
    "money": 447.0,
    "random_money": 317.0,
    "lowest_money": 207.0,
}


def worth(**changed: Any) -> CardEvaluation:
    figures = {**FIGURES, **changed}
    every = [
        Comparison(period, among, 300, 135, **figures) for period in PERIODS for among in AMONG
    ]
    return CardEvaluation(90, 155.0, [], 38.8, 0, 3000, 750, 20_000.0, every)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "45 % of the cards for regulars came before a real lapse, more often than chance"),
        ({}, "names leavers more often (53 %), but customers who spend less: £207"),
        ({"random_share": 0.42}, "no more than by chance (42 %)"),
        ({"lowest_share": 0.40}, "names leavers less often (40 %), and customers who spend less"),
        ({"lowest_share": 0.452}, "names leavers as often (45 %), but customers who spend less"),
        ({"lowest_money": 500.0}, "more often (53 %), and customers who spend more: £500"),
    ],
)
def test_the_sentence_follows_the_figures(changed: dict[str, float], words: str) -> None:
    assert words in told(worth(**changed), "GBP")


def test_too_few_cards_give_no_result() -> None:
    nothing = dict.fromkeys(FIGURES)
    assert told(worth(**nothing), "GBP").startswith("Too few cards")


def test_lapses_with_a_card_can_be_counted_again() -> None:
    figure = next(one for one in _figures(worth()) if one.label == "Lapses with a card")
    assert (figure.value, figure.delta) == ("25 %", "750 of 3,000, of all customers")
