"""Does the learning loop learn? 10,000 cards with known, hidden response rates.

Regret is the expected reward lost against always choosing the best style of the cell (cause ×
context). Four choosers run on the same cards: ours, uniform choice, epsilon-greedy (10 %) per cell,
and always-best (regret 0 by definition). Outcomes arrive late, as in reality. There are two worlds:
one in which effects of styles carry over between cells, so that pooling helps, and one in which
every cell is independent, the hard case for pooling.
"""

import json
from collections import deque
from typing import Any, NamedTuple, Protocol

import numpy as np

from pulse.cards.bandit.bandit import REWARDS, Ledger, Trial, remembered

CAUSES = ("erosion", "stuck", "frustrated", "band_lost", "milestone", "silence", "renewal")
CAUSE_SHARES = (0.38, 0.14, 0.08, 0.12, 0.10, 0.12, 0.06)
CONTEXTS = ("none", "busy", "stuck", "exploring", "frustrated", "own_words")
CONTEXT_SHARES = (0.62, 0.12, 0.08, 0.08, 0.06, 0.04)
STYLES = ("warm", "direct", "helpful", "curious")
CARDS = 10_000
SMALL, SMALL_CARDS = 0.35, 2_000  # effects a third as large, on as many cards
SMALL_WORLDS = 8  # times as many worlds: six of them would leave a standard error of .1
LATE = 50  # cards written before the outcome of one is known
CONVERTED = 0.3  # share of those who respond


def rates(rng: np.random.Generator, carried: float, scale: float = 1.0) -> np.ndarray:
    """Hidden response rates [cause, context, style]; the share `carried` of the effects is common.

    scale: the size of the effects of the styles.
    """
    shape = (len(CAUSES), len(CONTEXTS), len(STYLES))
    level = rng.normal(-1.0, 0.5, (shape[0], shape[1], 1))
    shared = rng.normal(0, 0.5, (1, 1, shape[2])) + rng.normal(0, 0.4, (shape[0], 1, shape[2]))
    shared = shared + rng.normal(0, 0.4, (1, shape[1], shape[2]))
    own = rng.normal(0, 0.75, shape)
    return 1 / (1 + np.exp(-(level + scale * (carried * shared + (1 - carried) * own))))


class EpsilonGreedy:
    """Chooses the cell's best mean so far, and any style a tenth of the time; does not pool."""

    def __init__(self) -> None:
        shape = (len(CAUSES), len(CONTEXTS), len(STYLES))
        self.weight, self.reward = np.zeros(shape), np.zeros(shape)

    def choose(self, cause: int, context: int, rng: np.random.Generator) -> int:
        """An index into STYLES."""
        weight = self.weight[cause, context]
        if rng.random() < 0.1 or not weight.all():
            return int(rng.integers(len(STYLES)))
        return int(np.argmax(self.reward[cause, context] / weight))

    def learn(self, cause: int, context: int, style: int, outcome: str) -> None:
        """One more outcome."""
        self.weight[cause, context, style] += 1
        self.reward[cause, context, style] += REWARDS[outcome]


class Ours:
    """Chooses with the product's own bandit."""

    def __init__(self) -> None:
        self.ledger = Ledger(CAUSES, CONTEXTS, STYLES)

    def choose(self, cause: int, context: int, rng: np.random.Generator) -> int:
        """An index into STYLES."""
        return STYLES.index(self.ledger.choose(CAUSES[cause], CONTEXTS[context], rng).style)

    def learn(self, cause: int, context: int, style: int, outcome: str) -> None:
        """One more outcome."""
        self.ledger.forget()
        self.ledger.add(Trial(CAUSES[cause], CONTEXTS[context], STYLES[style], outcome))


class Uniform:
    """Chooses any style with equal chance."""

    def choose(self, cause: int, context: int, rng: np.random.Generator) -> int:
        """An index into STYLES."""
        return int(rng.integers(len(STYLES)))

    def learn(self, cause: int, context: int, style: int, outcome: str) -> None:
        """Does nothing."""


class FreeExploration:
    """A yardstick, no method: uses the best style so far and learns from another one for free.

    It is told what a random style would have achieved with the same card, and so pays nothing for
    trying. Cells are not told apart; trials are discounted as in the product.
    """

    def __init__(self) -> None:
        self.weight, self.reward = np.full(len(STYLES), 20.0), np.full(len(STYLES), 4.0)

    def choose(self, cause: int, context: int, rng: np.random.Generator) -> int:
        """An index into STYLES."""
        return int(np.argmax(self.reward / self.weight))

    def learn(self, cause: int, context: int, style: int, outcome: str) -> None:
        """One more outcome."""
        self.weight *= remembered(1)
        self.reward *= remembered(1)
        self.weight[style] += 1
        self.reward[style] += REWARDS[outcome]


class Chooser(Protocol):
    """A compared method: chooses a style and learns from outcomes."""

    def choose(self, cause: int, context: int, rng: np.random.Generator) -> int:
        """An index into STYLES."""
        ...

    def learn(self, cause: int, context: int, style: int, outcome: str) -> None:
        """One more outcome."""
        ...


def regret(chooser: Chooser, hidden: np.ndarray, seed: int, cards: int = CARDS) -> np.ndarray:
    """Cumulative regret after each card; the same seed gives the same cards to every chooser."""
    world, mind = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    worth = CONVERTED * REWARDS["converted"] + (1 - CONVERTED) * REWARDS["responded"]
    causes = world.choice(len(CAUSES), cards, p=CAUSE_SHARES)
    contexts = world.choice(len(CONTEXTS), cards, p=CONTEXT_SHARES)
    luck, second = world.random(cards), world.random(cards)
    given_away, waiting = np.zeros(cards), deque[tuple[int, int, int, str]]()
    for n, (i, j) in enumerate(zip(causes, contexts, strict=True)):
        style = chooser.choose(i, j, mind)
        given_away[n] = worth * (hidden[i, j].max() - hidden[i, j, style])
        if isinstance(chooser, FreeExploration):
            style = int(mind.integers(len(STYLES)))
        outcome = "ignored"
        if luck[n] < hidden[i, j, style]:
            outcome = "converted" if second[n] < CONVERTED else "responded"
        waiting.append((i, j, style, outcome))
        if len(waiting) > LATE:
            chooser.learn(*waiting.popleft())
    return np.cumsum(given_away)


def growth(summed: np.ndarray) -> float:
    """The exponent of regret ~ cards^x over the last nine tenths: 1 is linear, less is learning."""
    at = np.unique(np.geomspace(len(summed) // 10, len(summed) - 1, 30).astype(int))
    return float(np.polyfit(np.log(at), np.log(summed[at]), 1)[0])


def compared(carried: float, worlds: int, cards: int = CARDS) -> dict[str, list[np.ndarray]]:
    """Regret curves of every chooser in the same worlds."""
    curves: dict[str, list[np.ndarray]] = {}
    for seed in range(worlds):
        hidden = rates(np.random.default_rng(1000 + seed), carried)
        for name, chooser in (
            ("ours", Ours()),
            ("uniform", Uniform()),
            ("epsilon_greedy", EpsilonGreedy()),
        ):
            curves.setdefault(name, []).append(regret(chooser, hidden, seed, cards))
    return curves


class SmallEffects(NamedTuple):
    """Total regret over SMALL_CARDS cards, and over as many after preferences have reversed."""

    learned: float
    after_flip: float


def small_effects(worlds: int, cards: int = SMALL_CARDS) -> dict[str, SmallEffects]:
    """Where styles differ little, then with reversed preferences: ours, uniform and a yardstick."""
    found: dict[str, list[float]] = {}
    for seed in range(worlds):
        hidden = rates(np.random.default_rng(1000 + seed), 0.7, SMALL)
        for chooser in (Ours(), Uniform(), FreeExploration()):
            summed = found.setdefault(type(chooser).__name__, [0.0, 0.0])
            summed[0] += regret(chooser, hidden, seed, cards)[-1]
            summed[1] += regret(chooser, hidden[:, :, ::-1], seed + 500, cards)[-1]
    return {name: SmallEffects(*summed) for name, summed in found.items()}


def run(worlds: int = 6, cards: int = CARDS) -> dict[str, Any]:
    """The results; `ratio` is our regret over uniform's in the worlds with common effects."""
    details: dict[str, Any] = {"cards": cards, "worlds": worlds, "always_best": 0.0}
    for name, carried in (("carried", 0.7), ("each_cell_alone", 0.0)):
        curves = compared(carried, worlds, cards)
        ours, uniform = curves["ours"], curves["uniform"]
        details[name] = {
            each: {
                "regret": round(float(np.mean([curve[-1] for curve in made])), 1),
                "growth": round(float(np.mean([growth(curve) for curve in made])), 3),
            }
            for each, made in curves.items()
        } | {
            "worst_ratio_of_a_world": round(
                max(float(a[-1] / b[-1]) for a, b in zip(ours, uniform, strict=True)), 3
            )
        }
    details["small_effects"] = _small_effects(worlds * SMALL_WORLDS, min(cards, SMALL_CARDS))
    found = details["carried"]
    return {
        "bench": "learning",
        "ours": found["ours"]["regret"],
        "peer": found["uniform"]["regret"],
        "ratio": round(found["ours"]["regret"] / found["uniform"]["regret"], 3),
        "unit": f"expected reward given away over {cards:,} cards (peer: uniform choice)",
        "details": details,
    }


def _small_effects(worlds: int, cards: int) -> dict[str, Any]:
    """Regret over uniform's: ours, and of one who pays nothing for trying (`FreeExploration`)."""
    found = small_effects(worlds, cards)
    uniform, details = found.pop("Uniform"), {"cards": cards, "worlds": worlds}
    for name, prefix in (("Ours", ""), ("FreeExploration", "free_exploration_")):
        details |= {
            f"{prefix}ratio": round(float(found[name].learned / uniform.learned), 3),
            f"{prefix}ratio_after_flip": round(
                float(found[name].after_flip / uniform.after_flip), 3
            ),
        }
    return details


if __name__ == "__main__":
    print(json.dumps(run()))
