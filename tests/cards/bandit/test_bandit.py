"""The bandit learns: estimates, pooling, edits, and regret compared with other policies."""

import numpy as np
import pytest

from bench import learning as bench
from pulse.cards.bandit import bandit
from pulse.cards.bandit.bandit import REWARDS, Ledger, Trial, reward
from pulse.i18n.card_phrases import STYLES

pytestmark = pytest.mark.slow

CAUSES = ("erosion", "silence", "milestone")
CONTEXTS = ("none", "busy")


def ledger_of(seen: list[Trial]) -> Ledger:
    return Ledger.of([(trial, 1) for trial in seen], CAUSES, CONTEXTS, STYLES)


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def trials(cause: str, context: str, style: str, converted: int, ignored: int) -> list[Trial]:
    return [Trial(cause, context, style, "converted")] * converted + [
        Trial(cause, context, style, "ignored")
    ] * ignored


def believed(ledger: Ledger, cause: str, context: str) -> dict[str, float]:
    return {belief.style: belief.mean for belief in ledger.beliefs(cause, context)}


def shares(ledger: Ledger, cause: str, context: str, draws: int = 400) -> dict[str, float]:
    dice = rng()
    picked = [ledger.choose(cause, context, dice).style for _ in range(draws)]
    return {style: picked.count(style) / draws for style in STYLES}


@pytest.fixture
def cells_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with at least POOLED_BELOW trials."""
    monkeypatch.setattr(bandit, "POOLED_BELOW", 0)


def test_without_outcomes_every_style_is_as_likely() -> None:
    held = ledger_of([]).beliefs("erosion", "none")
    assert len({(round(belief.mean, 9), round(belief.sd, 9)) for belief in held}) == 1
    assert min(shares(ledger_of([]), "erosion", "none").values()) > 0.15


def test_what_works_is_chosen_more_often_but_not_always_while_counts_are_small() -> None:
    seen = [t for s in STYLES for t in trials("erosion", "none", s, 4 if s == "warm" else 1, 6)]
    found = shares(ledger_of(seen), "erosion", "none")
    assert found["warm"] == max(found.values()) > 0.5
    assert found["warm"] < 1.0


@pytest.mark.usefixtures("cells_told_apart")
def test_an_untried_cell_borrows_from_its_cause_and_context() -> None:
    seen = trials("erosion", "none", "curious", 30, 30) + trials("erosion", "none", "direct", 5, 55)
    ledger = ledger_of(seen)
    same_cause = believed(ledger, "erosion", "busy")
    same_context = believed(ledger, "silence", "none")
    assert same_cause["curious"] > same_cause["direct"]
    assert same_context["curious"] > same_context["direct"]


@pytest.mark.usefixtures("cells_told_apart")
def test_a_responsive_cell_does_not_raise_the_styles_tried_in_it() -> None:
    easy = [t for s in ("warm", "direct") for t in trials("milestone", "none", s, 80, 20)]
    hard = [t for s in ("helpful", "curious") for t in trials("silence", "none", s, 10, 90)]
    found = believed(ledger_of(easy + hard), "erosion", "none")
    raw = 0.8 - 0.1
    assert max(found.values()) - min(found.values()) < raw / 10


@pytest.mark.usefixtures("cells_told_apart")
def test_own_trials_of_a_cell_outweigh_borrowed_ones() -> None:
    elsewhere = trials("erosion", "none", "warm", 80, 20) + trials(
        "erosion", "none", "direct", 20, 80
    )
    here = trials("erosion", "busy", "warm", 2, 38) + trials("erosion", "busy", "direct", 30, 10)
    found = believed(ledger_of(elsewhere + here), "erosion", "busy")
    assert found["direct"] > found["warm"]


def test_converted_counts_more_than_responded_more_than_ignored() -> None:
    assert REWARDS["converted"] > REWARDS["responded"] > REWARDS["ignored"]


def test_a_fully_rewritten_opener_says_little_about_its_style() -> None:
    kept, rewritten = (
        reward(Trial("erosion", "none", "warm", "converted", share)) for share in (0.0, 1.0)
    )
    assert kept[0] > 3 * rewritten[0]
    assert kept[1] > rewritten[1]


def test_sending_an_unedited_opener_slightly_raises_its_style() -> None:
    as_it_was = reward(Trial("erosion", "none", "warm", "ignored", 0.0))
    half = reward(Trial("erosion", "none", "warm", "ignored", 0.5))
    assert as_it_was[1] > half[1] * as_it_was[0] / (2 * half[0]) > 0


def test_a_retired_style_no_longer_counts() -> None:
    ledger = ledger_of(trials("erosion", "none", "shouting", 50, 0))
    assert [belief.trials for belief in ledger.beliefs("erosion", "none")] == [0.0] * len(STYLES)


def test_the_stored_chance_is_the_probability_of_the_style() -> None:
    ledger = ledger_of(trials("erosion", "none", "warm", 200, 10))
    assert ledger.choose("erosion", "none", rng()).chance > 0.9


def test_adding_trials_singly_or_together_gives_the_same_estimate() -> None:
    seen = trials("erosion", "none", "warm", 3, 4) + trials("silence", "busy", "direct", 1, 5)
    slowly = ledger_of([])
    for trial in seen:
        slowly.add(trial)
    for cause, context in (("erosion", "none"), ("silence", "busy"), ("milestone", "none")):
        once, often = (
            [(b.mean, b.sd, b.trials) for b in ledger.beliefs(cause, context)]
            for ledger in (ledger_of(seen), slowly)
        )
        np.testing.assert_allclose(once, often, atol=1e-9)


def test_intervals_narrow_with_trials_and_cover_the_truth() -> None:
    few = ledger_of(trials("erosion", "none", "warm", 3, 7)).beliefs("erosion", "none")[0]
    many = ledger_of(trials("erosion", "none", "warm", 300, 700)).beliefs("erosion", "none")[0]
    assert many.sd < few.sd / 3
    assert many.interval[0] < 0.3 < many.interval[1]


def test_below_a_thousand_trials_a_style_is_one_arm() -> None:
    seen = trials("erosion", "none", "curious", 30, 30) + trials("erosion", "none", "direct", 5, 55)
    ledger = ledger_of(seen)
    assert ledger.is_pooled
    here, elsewhere = (
        believed(ledger, cause, context)
        for cause, context in (("erosion", "none"), ("milestone", "busy"))
    )
    gaps = [found["curious"] - found["direct"] for found in (here, elsewhere)]
    assert gaps[0] == pytest.approx(gaps[1], abs=1e-3)
    assert gaps[0] > 0.02


def test_older_trials_count_for_less() -> None:
    ledger = ledger_of(trials("erosion", "none", "warm", 300, 100))
    before = ledger.beliefs("erosion", "none")[0]
    ledger.forget(bandit.HALF_LIFE)
    after = ledger.beliefs("erosion", "none")[0]
    assert after.trials == pytest.approx(before.trials / 2)
    assert after.sd > before.sd


def test_small_effects_are_learned_and_relearned_after_a_flip() -> None:
    found = bench.small_effects(worlds=16)
    ours, alike = found["Ours"], found["Uniform"]
    assert ours.learned <= 0.66 * alike.learned
    assert ours.after_flip <= 0.72 * alike.after_flip
