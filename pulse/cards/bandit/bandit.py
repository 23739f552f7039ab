"""Which opener style wins where: Thompson sampling per cause × context, with pooling.

Every card is a trial of one style in one cell (cause × declared context). The reward of an arm
(cell and style) is believed to be a sum of random effects: the cell's own level, the style
everywhere, the style within the cause, the style within the context, and what this arm has for
itself. With a normal belief over all arms together, a trial anywhere moves every arm it shares an
effect with, by as much as the counts allow: small cells borrow, large cells stand alone.

Sources: Thompson (1933); Chapelle and Li, An Empirical Evaluation of Thompson Sampling (2011);
Gaussian updates as in Rasmussen and Williams, Gaussian Processes (2006), chapter 2.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

REWARDS = {"converted": 1.0, "responded": 0.6, "ignored": 0.0}
"""What an outcome is worth: an answer is the opener's doing, a conversion only partly."""

# The priors, as standard deviations of rewards (0–1) between what they are called after.
PRIOR_MEAN = 0.2  # before any outcome: about three openers in ten are answered
SD_LEVEL = 0.12  # cells differ a lot: a milestone is answered sooner than a reproach
SD_STYLE = 0.04  # some styles work better everywhere
SD_STYLE_IN_CAUSE = 0.05
SD_STYLE_IN_CONTEXT = 0.04
SD_ARM = 0.08  # what no other arm can tell
SD_REWARD = 0.35  # one trial's reward around its arm's mean
PRIOR_SD = (
    SD_LEVEL**2 + SD_STYLE**2 + SD_STYLE_IN_CAUSE**2 + SD_STYLE_IN_CONTEXT**2 + SD_ARM**2
) ** 0.5
"""All of it together: how far a mean may lie from PRIOR_MEAN before any outcome."""

SHARPEN = 3.0
"""Draws are made with this much less variance: with a finite horizon plain Thompson sampling
explores for too long (Chapelle and Li's alpha)."""
DRAWS = 256
Z90 = 1.645

EDIT_DISCOUNT = 0.8  # an opener rewritten whole says next to nothing about its style
EDIT_WEIGHT = 0.15  # sent as it was, or rewritten: a small vote of the CSM about the style

Floats = NDArray[np.float64]


class Trial(msgspec.Struct, frozen=True):
    """One finished card. edit_share: 0 sent as drafted … 1 rewritten whole; None not known."""

    cause: str
    context: str
    style: str
    outcome: str
    edit_share: float | None = None


class Belief(msgspec.Struct, frozen=True):
    """What is believed of one arm: mean reward, its uncertainty, and the trials behind it."""

    style: str
    mean: float
    sd: float
    trials: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval, within 0–1."""
        low, high = self.mean - Z90 * self.sd, self.mean + Z90 * self.sd
        return max(0.0, low), min(1.0, high)


class Choice(msgspec.Struct, frozen=True):
    """A drawn style and the chance it had, kept with the card so that choices can be audited."""

    style: str
    chance: float


def reward(trial: Trial) -> tuple[float, float]:
    """(weight, mean reward) of one trial: the outcome, discounted by edits, and the CSM's vote."""
    reward = REWARDS.get(trial.outcome, 0.0)
    if trial.edit_share is None:
        return 1.0, reward
    edited = min(1.0, max(0.0, trial.edit_share))
    weight = 1.0 - EDIT_DISCOUNT * edited
    total = weight + EDIT_WEIGHT
    return total, (weight * reward + EDIT_WEIGHT * (1.0 - edited)) / total


class Ledger:
    """The joint belief over all arms of the given causes, contexts and styles."""

    def __init__(
        self, causes: Sequence[str], contexts: Sequence[str], styles: Sequence[str]
    ) -> None:
        self.styles = tuple(styles)
        self._cells = {
            (cause, context): n * len(styles)
            for n, (cause, context) in enumerate((a, b) for a in causes for b in contexts)
        }
        arms = (len(causes), len(contexts), len(styles))
        places = np.indices(arms).reshape(3, -1)
        self._covariance = _prior(*places)
        self._mean = np.full(places.shape[1], PRIOR_MEAN)
        self.weight = np.zeros(places.shape[1])

    @classmethod
    def of(
        cls,
        counted: Iterable[tuple[Trial, int]],
        causes: Sequence[str],
        contexts: Sequence[str],
        styles: Sequence[str],
    ) -> "Ledger":
        """The belief after (trial, how many alike); arms no longer offered are left out."""
        made = cls(causes, contexts, styles)
        sums: dict[int, tuple[float, float]] = {}
        for trial, times in counted:
            arm = made._arm(trial)
            if arm is not None:
                weight, gain = reward(trial)
                before = sums.get(arm, (0.0, 0.0))
                sums[arm] = before[0] + times * weight, before[1] + times * weight * gain
        for arm, (weight, total) in sums.items():
            made._learn(arm, weight, total / weight)
        return made

    def add(self, trial: Trial) -> None:
        """Learn from one more trial."""
        arm = self._arm(trial)
        if arm is not None:
            self._learn(arm, *reward(trial))

    def beliefs(self, cause: str, context: str) -> list[Belief]:
        """What is believed of each style in a cell; KeyError for a cell nobody named."""
        cell = self._cell(cause, context)
        spread = np.sqrt(np.diag(self._covariance)[cell])
        found = zip(self.styles, self._mean[cell], spread, self.weight[cell], strict=True)
        return [Belief(style, float(m), float(sd), float(n)) for style, m, sd, n in found]

    def choose(self, cause: str, context: str, rng: np.random.Generator) -> Choice:
        """Draw a style: each about as often as it is likely to be the best."""
        winners = self._winners(cause, context, rng)
        picked = int(winners[0])
        return Choice(self.styles[picked], float(np.mean(winners == picked)))

    def best_shares(self, cause: str, context: str, rng: np.random.Generator) -> dict[str, float]:
        """How likely each style is the best of the cell, by unsharpened draws."""
        winners = self._winners(cause, context, rng, sharpen=1.0, draws=4000)
        return {style: float(np.mean(winners == n)) for n, style in enumerate(self.styles)}

    def _winners(
        self,
        cause: str,
        context: str,
        rng: np.random.Generator,
        sharpen: float = SHARPEN,
        draws: int = DRAWS,
    ) -> NDArray[np.int64]:
        cell = self._cell(cause, context)
        spread = self._covariance[cell, cell] / sharpen
        drawn = rng.multivariate_normal(self._mean[cell], spread, draws, method="cholesky")
        return np.asarray(drawn.argmax(axis=1), dtype=np.int64)

    def _cell(self, cause: str, context: str) -> slice:
        first = self._cells[cause, context]
        return slice(first, first + len(self.styles))

    def _arm(self, trial: Trial) -> int | None:
        first = self._cells.get((trial.cause, trial.context))
        if first is None or trial.style not in self.styles:
            return None
        return first + self.styles.index(trial.style)

    def _learn(self, arm: int, weight: float, reward: float) -> None:
        """One Gaussian update: `weight` trials of this arm with this mean reward."""
        column = self._covariance[:, arm]
        gain = column / (column[arm] + SD_REWARD**2 / weight)
        self._mean = self._mean + gain * (reward - self._mean[arm])
        self._covariance = self._covariance - np.outer(gain, column)
        self.weight[arm] += weight


def _prior(cause: Floats, context: Floats, style: Floats) -> Floats:
    """Covariance between arms: the variances of the effects two arms share, summed up."""

    def same(values: Floats) -> Floats:
        return np.equal.outer(values, values).astype(np.float64)

    one_cell = same(cause) * same(context)
    one_style = same(style)
    return (
        SD_LEVEL**2 * one_cell
        + one_style * (SD_STYLE**2 + SD_ARM**2 * one_cell)
        + one_style * (SD_STYLE_IN_CAUSE**2 * same(cause) + SD_STYLE_IN_CONTEXT**2 * same(context))
    )
