"""Effects by group: none is reported where there is none, and real ones are found."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import numpy as np
import pytest

from pulse.cards.admission import Candidate, admit
from pulse.cards.effects.estimation import measure_effects, shrink
from pulse.cards.effects.ranking_gain import ranking_gain
from pulse.cards.effects.strata import EffectModel, Gain, effects_in, explained
from pulse.cards.priority import Scale, rank
from pulse.cards.settings import CardRules
from pulse.cards.triggers import CardContext, Trigger
from tests.cards.effects.worlds import nothing, some, world

NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)
DAYS = 30


def learned(seed: int, units: int, held: float, effect: object) -> EffectModel:
    """Do the nightly job: groups with their effects, and the gain of ranking by them."""
    seen = world(seed, units, held, effect)
    model = measure_effects(seen, DAYS)
    return msgspec.structs.replace(model, gain=ranking_gain(seen, DAYS))


def contexts() -> Iterator[CardContext]:
    """Return customers of every kind for whom a card is due."""
    for number in range(60):
        yield CardContext(
            business_id=UUID(int=9),
            customer_id=UUID(int=number + 1),
            external_id=str(number),
            as_of=NOW,
            strength=20.0 + number,
            recent_high=95.0,
            change_7d=-1.0,
            value=None if number % 7 == 0 else 50.0 * number,
            chance=None if number % 5 == 0 else 0.5,
        )


def queue(effects: EffectModel | None) -> tuple[list[tuple[str, object]], list[str]]:
    """Return who is admitted with which priority, and who is left alone."""
    scale = Scale(1_000.0, effects=effects)
    candidates = [
        Candidate(one, Trigger(cause, "Because."), rank(one, cause, scale))
        for one, cause in zip(contexts(), ("overdue", "erosion") * 30, strict=True)
    ]
    found = admit(candidates, {}, CardRules(hold_out_share=0.0), NOW, 1_000, effects)
    let_in = [(one.context.external_id, one.priority) for one in found.admitted]
    return let_in, [one.context.external_id for one in found.left_alone]


@pytest.mark.parametrize(("units", "held"), [(1_500, 0.3), (4_000, 0.1)])
def test_without_an_effect_almost_no_group_is_left_alone(units: int, held: float) -> None:
    runs = [measure_effects(world(seed, units, held, nothing), DAYS) for seed in range(150)]
    told = sum(len(model.told) for model in runs)
    alone = sum(len(model.left_alone) for model in runs)
    assert told >= 2 * 150
    assert alone <= 0.05 * told


def test_without_an_effect_the_ranking_rarely_shows_a_gain() -> None:
    gains = [ranking_gain(world(seed, 1_500, 0.3, nothing), DAYS) for seed in range(100)]
    assert sum(gain is not None and gain.low > 0 for gain in gains) <= 7  # 2.2 of 100 in 500


def test_where_effects_differ_the_ranking_gains_out_of_sample() -> None:
    runs = [learned(seed, 4_000, 0.2, some) for seed in range(10)]
    assert sum(model.ranks for model in runs) >= 9
    for model in runs:
        weak = model.stratum_of("overdue", 30.0, 500.0)
        assert weak is not None
        assert weak.effect is not None
        assert weak.effect > 0.05
    alone = [one.cause for model in runs for one in model.left_alone]
    assert alone.count("erosion") >= 10
    assert alone.count("erosion") >= 0.95 * len(alone)


def test_the_intervals_of_groups_cover_their_true_effects() -> None:
    covered = told = 0
    for seed in range(40):
        model = measure_effects(world(seed, 4_000, 0.2, some), DAYS)
        seen = world(1_000 + seed, 60_000, 0.2, some)
        effect = some(seen)
        for one in model.told:
            mine = seen.cause == one.cause
            mine &= _within(seen.strength, one.strength, model.strength_edges)
            mine &= _within(seen.value, one.value, model.value_edges)
            assert one.low is not None
            assert one.high is not None
            covered += one.low <= float(effect[mine].mean()) <= one.high
            told += 1
    assert covered >= 0.93 * told


def _within(amounts: np.ndarray, place: int, edges: tuple[float, ...]) -> np.ndarray:
    if not edges:
        return np.ones(len(amounts), dtype=bool)
    bounds = (-np.inf, *edges, np.inf)
    return (amounts >= bounds[place]) & (amounts < bounds[place + 1])


def test_similar_groups_are_shrunk_together_and_a_different_one_is_not() -> None:
    alike = shrink(np.array([0.05, -0.05, 0.02, -0.02]), np.full(4, 0.01))
    assert alike.effect == pytest.approx(np.zeros(4))
    apart = shrink(np.array([0.6, 0.0, 0.0, 0.0, 0.0, 0.0]), np.full(6, 0.001))
    assert apart.effect[0] > 0.5
    assert abs(apart.effect[1]) < 0.02


@pytest.mark.parametrize(("units", "held"), [(0, 0.3), (40, 0.3), (1_500, 0.05), (1_500, 0.0)])
def test_with_too_little_data_the_queue_is_unchanged(units: int, held: float) -> None:
    model = learned(3, units, held, some) if units else EffectModel(days=DAYS)
    assert not model.ranks
    assert model.left_alone == []
    assert queue(model) == queue(None)


def test_a_ranking_without_a_gain_is_not_used() -> None:
    model = learned(1, 4_000, 0.2, some)
    lost = msgspec.structs.replace(model, gain=Gain(0.01, -0.001, 0.021), strata=model.told[:2])
    helpful = [msgspec.structs.replace(one, low=-0.1, high=0.3) for one in lost.strata]
    lost = msgspec.structs.replace(lost, strata=tuple(helpful))
    assert not lost.ranks
    assert queue(lost) == queue(None)


def test_in_use_it_changes_the_queue_with_reasons() -> None:
    model = learned(1, 4_000, 0.2, some)
    assert model.ranks
    assert model == effects_in({"conversation_effects": msgspec.to_builtins(model)})
    let_in, alone = queue(model)
    assert alone
    assert {int(one) % 2 for one in alone} == {1}  # erosion only
    weak = next(one for one in contexts() if one.external_id == "6")
    told = [reason.text for reason in rank(weak, "overdue", Scale(1_000.0, effects=model)).reasons]
    assert any("helped by a conversation (measured on customers like this)" in one for one in told)
    assert dict(let_in)["6"] != dict(queue(None)[0])["6"]


def test_the_advice_states_counts_and_outcomes() -> None:
    model = learned(1, 4_000, 0.2, some)
    one = model.left_alone[0]
    words = explained(model, one)
    assert f"of {one.let_in} with a card came back within 30 days" in words
    assert "Strength is falling" in words
    assert "you can ask for one" in words


def test_a_model_of_another_release_is_not_used() -> None:
    assert effects_in({"conversation_effects": {"days": "many"}}) is None
    assert effects_in({}) is None
