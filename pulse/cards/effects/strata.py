"""Groups of customers (cause, strength, value) with the measured effect of a conversation.

Pure: the measurement (`estimation`, `ranking_gain`) is an immutable model, which the queue queries
by a customer's cause, strength and value.
"""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from pulse import logs
from pulse.cards.triggers import label_of

SECTION = "conversation_effects"
"""Section of the business's settings with the model in use."""
FEWEST = 20
"""Minimum number of units per side (with a card, held out) for a group's effect."""
FEWEST_ALL = 100
"""The same over all groups; below it no effect is used."""
GROUPS = 2  # minimum number of groups with FEWEST units per side: one group ranks nobody
ANY, UNKNOWN = -1, 3
"""Levels besides 0, 1 and 2 (lower, middle, upper third): not divided, and unknown."""


class Stratum(msgspec.Struct, frozen=True):
    """Customers of one cause and level of strength and value, counted over a year.

    let_in, held_out: units with a card, and held out at random; ..._back: how many of them came
    back. effect: share that a conversation brings back, shrunk towards the overall one, with its 95
    % interval; None below FEWEST on either side. helped: share (0–1) of those who would stay away
    that a conversation brings back; the overall one where the effect is unknown.
    """

    cause: str
    strength: int
    value: int
    let_in: int
    back: int
    held_out: int
    held_out_back: int
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    helped: float = 0.0

    @property
    def key(self) -> tuple[str, int, int]:
        """Key of the group."""
        return self.cause, self.strength, self.value

    @property
    def is_worse(self) -> bool:
        """Whether conversations seem harmful: the whole interval is below zero."""
        return self.high is not None and self.high < 0


class Gain(msgspec.Struct, frozen=True):
    """Additional effect of ranking by effect over the plain ranking, with its 95 % interval.

    Share of due customers, averaged over all lengths of the queue (`ranking_gain`).
    """

    mean: float
    low: float
    high: float


class EffectModel(msgspec.Struct, frozen=True, kw_only=True):
    """All groups, and how they may be used.

    days: the period within which they came back. strength_edges, value_edges: where the thirds
    begin; empty where not divided. effect: over all groups, None with too little data.
    """

    days: int
    strata: tuple[Stratum, ...] = ()
    strength_edges: tuple[float, ...] = ()
    value_edges: tuple[float, ...] = ()
    let_in: int = 0
    held_out: int = 0
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    helped: float = 0.0
    gain: Gain | None = None

    @property
    def told(self) -> list[Stratum]:
        """The groups whose effect is known."""
        return [one for one in self.strata if one.effect is not None]

    @property
    def is_enough(self) -> bool:
        """Whether there are FEWEST_ALL on either side, and GROUPS groups with a known effect."""
        return min(self.let_in, self.held_out) >= FEWEST_ALL and len(self.told) >= GROUPS

    @property
    def ranks(self) -> bool:
        """Whether the queue ranks by effects: enough is known, and it beats the plain ranking."""
        return self.is_enough and self.gain is not None and self.gain.low > 0

    @property
    def left_alone(self) -> list[Stratum]:
        """The groups whose cards are not opened automatically."""
        return [one for one in self.told if one.is_worse] if self.is_enough else []

    def stratum_of(self, cause: str, strength: float | None, value: float | None) -> Stratum | None:
        """Return the group of a customer; None if no such customer was counted."""
        key = (cause, level(strength, self.strength_edges), level(value, self.value_edges))
        return next((one for one in self.strata if one.key == key), None)

    def advice(self, cause: str, strength: float | None, value: float | None) -> Stratum | None:
        """Return the customer's group if it should be left alone; None: open the card."""
        found = self.stratum_of(cause, strength, value)
        return found if found is not None and found in self.left_alone else None

    def helped_in(self, cause: str, strength: float | None, value: float | None) -> float | None:
        """Return the share (0–1) of those who would stay away that a conversation brings back.

        None where the queue may not rank by it.
        """
        if not self.ranks:
            return None
        found = self.stratum_of(cause, strength, value)
        return self.helped if found is None else found.helped


def level(amount: float | None, edges: tuple[float, ...]) -> int:
    """Return 0, 1 or 2 for the lower, middle and upper third; ANY without edges, else UNKNOWN."""
    if not edges:
        return ANY
    if amount is None or math.isnan(amount):
        return UNKNOWN
    return sum(amount >= edge for edge in edges)


def effects_in(settings: Mapping[str, Any] | None) -> EffectModel | None:
    """Return the model in use from settings that were already read; None without one."""
    plain = dict(settings or {}).get(SECTION)
    if not plain:
        return None
    try:
        return msgspec.convert(plain, EffectModel)
    except msgspec.ValidationError as wrong:  # written by another release: measured again at night
        logs.event("conversation_effects_unreadable", level="warning", problem=str(wrong))
        return None


def explained(model: EffectModel, one: Stratum) -> str:
    """Explain in two sentences to the CSM why customers of this group get no card."""
    alike = ", ".join(filter(None, [label_of(one.cause), *_levels(model, one)]))
    counted = (
        f"{_share(one.back, one.let_in)} of {one.let_in} with a card came back within "
        f"{model.days} days, {_share(one.held_out_back, one.held_out)} of {one.held_out} left alone"
    )
    return (
        f"Leave alone: conversations seem to make it worse for customers like this ({alike}). "
        f"{counted}; effect {_points(one.effect)} points, 95 %: {_points(one.low)} to "
        f"{_points(one.high)}. No card opens by itself; you can ask for one."
    )


def _levels(model: EffectModel, one: Stratum) -> list[str]:
    return [
        _level_in_words("strength", one.strength, model.strength_edges),
        _level_in_words("value a year", one.value, model.value_edges),
    ]


def _level_in_words(name: str, place: int, edges: tuple[float, ...]) -> str:
    if place == ANY or not edges:
        return ""
    if place == UNKNOWN:
        return f"{name} not known"
    low, high = edges
    return (
        f"{name} below {low:,.0f}",
        f"{name} {low:,.0f} to {high:,.0f}",
        f"{name} from {high:,.0f}",
    )[place]


def _share(part: int, of: int) -> str:
    return f"{part / of:.0%}" if of else "–"


def _points(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:+.1f}"
