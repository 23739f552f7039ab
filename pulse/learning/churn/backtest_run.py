"""Back-test one scorecard version on a business's outcomes; pure, slow, in its own process.

With dated outcomes it goes forward in time: scores from 30, 60 and 90 days before the outcome began
to show, next to models trained only on outcomes known by then. Without dates it uses five folds of
customers that the models have not seen. A learned version is relearned from the data of that time
(or without that fold), because it has seen today's outcomes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence, as_text
from pulse.learning.backtest import Backtest, backtest
from pulse.learning.churn.cross_validation import FOLDS, SEED, rows_of
from pulse.learning.churn.out_of_time import Rankings, say
from pulse.learning.folds import stratified
from pulse.learning.labels import (
    CustomerFeatures,
    EventsRule,
    Labelled,
    LabelRule,
    label,
    latest_known,
)
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.scorecard import Scorecard, score

HORIZONS = (30, 60, 90)
"""Days before the outcome at which the score is computed."""

Told = Callable[[str, int, int], None]


class Suspect(msgspec.Struct, frozen=True):
    """A customer for whom the score was wrong, and what it was."""

    customer_id: UUID
    strength: float


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one horizon, with the customers of its missed leavers and false alarms."""

    found: Backtest
    scored_on: float | None
    """Days since epoch: the date of the judged scores; None without dates."""
    false_comfort: tuple[Suspect, ...] = ()
    false_alarms: tuple[Suspect, ...] = ()


class Trials(msgspec.Struct, frozen=True, kw_only=True):
    """A complete back-test, as stored."""

    rule: LabelRule
    version: int
    mode: Literal["forward", "folds"]
    learned: bool
    """Whether the version was learned, and is therefore relearned for the test."""
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class Material:
    """The input of a back-test; sent to the other process."""

    everybody: CustomerFeatures
    rule: LabelRule
    card: Scorecard
    version: int

    @property
    def learned(self) -> bool:
        """Whether the version was learned from outcomes."""
        return self.card.origin == "learned"

    @property
    def kept(self) -> tuple[str, ...]:
        """The metrics of a learned version: those an admin kept would be left out as leaks."""
        return self.card.metrics if self.learned else ()

    @property
    def catalogue(self) -> list[MetricDefinition]:
        """The metrics of a learned version; for a hand-set one, all metrics there are."""
        metrics = set(self.card.metrics)
        known = self.everybody.catalogue
        return [one for one in known if one.key in metrics] if self.learned else list(known)


def run_backtest(told: Told, material: Material) -> Trials:
    """Run the back-test; raises Invalid when no outcome is known."""
    by_date = isinstance(material.rule, EventsRule)
    return Trials(
        rule=material.rule,
        version=material.version,
        mode="forward" if by_date else "folds",
        learned=material.learned,
        trials=_forward(told, material) if by_date else (_folds(told, material),),
    )


def _forward(told: Told, material: Material) -> tuple[Trial, ...]:
    trials = []
    for place, days in enumerate(HORIZONS):
        told(Sentence("What it said {days} days before", days=days), place, len(HORIZONS))
        trials.append(_before(material, days))
    return tuple(trials)


def _before(material: Material, days: int) -> Trial:
    rule = material.rule
    assert isinstance(rule, EventsRule)
    began = latest_known(material.everybody, rule)
    later = label(material.everybody, rule, began, days)
    try:
        earlier = label(material.everybody, rule, began - days - rule.days, days)
        said = say(
            material.catalogue,
            (earlier.measured, earlier.stayed),
            later.measured,
            published_card=None if material.learned else material.card,
            include_sensitive=material.learned,
            kept=material.kept,
        )
    except Invalid as too_few:
        if material.learned:
            reason = Sentence(
                "Not enough data {days} days before: {why}", days=days, why=too_few.message
            )
            found = Backtest(
                days_before=days,
                customers=len(later.rows),
                left=int((~later.stayed).sum()),
                enough=False,
                reason=as_text(reason),
            )
            return Trial(found=found, scored_on=later.as_of)
        said = Rankings(material.card, score(material.card, later.measured).strength, {})
    return _trial(said.judged(later.stayed, days), later, said.strength, later.as_of)


def _folds(told: Told, material: Material) -> Trial:
    """Without dates: each fold is judged by models that have not seen it."""
    found = label(
        material.everybody, material.rule, latest_known(material.everybody, material.rule)
    )
    size = len(found.rows)
    strength = np.full(size, np.nan)
    peers: dict[str, Floats] = {}
    fold = stratified(found.stayed, FOLDS, SEED)
    for held in range(FOLDS):
        told("Judging fifths it has not seen", held, FOLDS)
        mine = fold == held
        said = say(
            material.catalogue,
            (rows_of(found.measured, ~mine), found.stayed[~mine]),
            rows_of(found.measured, mine),
            published_card=None if material.learned else material.card,
            include_sensitive=material.learned,
            kept=material.kept,
        )
        strength[mine] = said.strength
        for name, scores in said.peers.items():
            peers.setdefault(name, np.full(size, np.nan))[mine] = scores
    judged = backtest(
        strength,
        found.stayed,
        days_before=0,
        band_edges=material.card.band_edges,
        calibration=material.card.calibration,
        peers=peers,
    )
    return _trial(judged, found, strength, None)


def _trial(found: Backtest, later: Labelled, strength: Floats, scored_on: float | None) -> Trial:
    def named(places: Sequence[int]) -> tuple[Suspect, ...]:
        ids = later.everybody.ids
        return tuple(Suspect(ids[later.rows[one]], float(strength[one])) for one in places)

    return Trial(
        found=found,
        scored_on=scored_on,
        false_comfort=named(found.false_comfort),
        false_alarms=named(found.false_alarms),
    )
