"""Compare the published scorecard with a newly learned challenger, forward in time.

Pure and slow; runs in its own process. Both score the same customers at a date after everything the
challenger has seen. Where an attribute says who left there is no later date, and the challenger is
evaluated in folds. It is offered only if it ranks better, is calibrated no worse (both beyond
chance), and keeps the invariants. The offered card is learned from all outcomes and damped, unless
the published card breaks the invariants: nothing of it is then mixed in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.i18n.sentences import Number, Sentence, as_text, plural_sentence
from pulse.learning import labels
from pulse.learning.folds import grouped
from pulse.learning.labels import ColumnRule, CustomerFeatures, Labelled, LabelRule
from pulse.learning.ranking_metrics import (
    auc,
    auc_difference_variance,
    calibration_difference,
    calibration_error,
)
from pulse.learning.review.blending import band_changes, damped
from pulse.learning.review.groups import Grouped, by_groups
from pulse.learning.review.switches import Switch, switches
from pulse.learning.trees.fitting import fit
from pulse.scoring.calibration import fit_calibration, stay_probabilities
from pulse.scoring.lifecycle.standing import Rhythm, standing
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import Bools, Facts, Floats, Objects, Past
from pulse.scoring.scorecard import Scorecard, held_against, score

LEAST = 200
"""Outcomes of each kind needed to learn a challenger."""
SURE = 1.96
WORSE_CALIBRATED = 0.005
"""Calibration error by which a challenger may be worse; too small to notice."""
FOLDS, SEED = 5, 0
LATER = (1, 30, 90)
"""Days of silence after which no strength may have risen."""
Both = tuple[Floats, Floats]


class Side(msgspec.Struct, frozen=True):
    """The results of one card on those customers."""

    auc: float
    ece: float
    """Mean difference between the predicted and the actual share of stayers, over tenths."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of the comparison."""

    customers: int
    left: int
    forward: bool
    """Whether both were judged at a later date than everything the challenger has seen."""
    as_of: float
    champion: Side
    challenger: Side
    low: float
    high: float
    """95 % interval of the challenger's AUC minus the champion's."""
    ece_low: float = 0.0
    """Lower end of the 95 % interval of the challenger's calibration error minus the champion's."""
    risers: int = 0
    """Customers whose strength would rise by doing nothing, with the offered card."""
    champion_risers: int = 0
    """The same with the published card; if there are any, the offered card has no share of it."""
    additivity: float = 0.0
    share: float = 1.0
    """The share of the newly learned card in the offered card; the rest is the published card."""
    changes: int = 0
    """The number of customers who would change band, and the number compared."""
    of: int = 0
    switches: tuple[Switch, ...] = ()
    against: tuple[str, ...] = ()
    """Why it is not offered, as texts for `from_text`; empty if it is."""

    @property
    def gain(self) -> float:
        """By how much the challenger ranks better (difference of AUC)."""
        return self.challenger.auc - self.champion.auc


@dataclass(frozen=True)
class Contest:
    """The input of the comparison; sent to the other process."""

    everybody: CustomerFeatures
    rule: LabelRule
    champion: Scorecard
    rhythm: Rhythm
    today: float


@dataclass(frozen=True)
class ContestResult:
    """The verdict, the offered card, its learning report, and the published card by groups."""

    verdict: Verdict
    card: Scorecard
    found: Labelled
    groups: tuple[Grouped, ...] = ()


def compete(told: Callable[[str, int, int], None], contest: Contest) -> ContestResult:
    """Learn a challenger, judge both, and make the card to offer. Raises Invalid below LEAST."""
    told("Comparing a challenger on outcomes it has not seen", 0, 3)
    asked, strengths, chances = _asked(contest)
    told("Learning the card on offer from all outcomes", 1, 3)
    facts = contest.everybody.facts
    found = labels.label_pooled(contest.everybody, contest.rule)
    learned = fit(found.catalogue, found.measured, found.stayed, groups=found.rows).scorecard
    now = measure(facts, found.catalogue, contest.today)
    stand = standing(Past(facts, contest.today), contest.rhythm)
    mine = contest.everybody.belonged(contest.today)
    in_band = stand.in_band & mine
    learned = held_against(learned, now, stand.in_rhythm & mine)
    own = {key: values[mine] for key, values in now.items()}
    rising = _risers(contest, found, contest.champion, mine)
    card, share = learned, 1.0
    if not rising:
        card, share = damped(contest.champion, learned, own, ~in_band[mine])
    if share < 1.0:
        card = _recalibrated(card, found)
    changed = band_changes(contest.champion, card, now, ~in_band)
    cards = (contest.champion, card)
    verdict = msgspec.structs.replace(
        _judged(contest, asked, strengths, chances),
        risers=_risers(contest, found, card, mine),
        champion_risers=rising,
        additivity=_additivity(card, now),
        share=share,
        changes=int(changed.sum()),
        of=int(in_band.sum()),
        switches=switches(contest.everybody, cards, now, changed),
    )
    told("Comparing groups of people", 2, 3)
    groups = by_groups(facts, contest.champion, now, in_band)
    return ContestResult(
        msgspec.structs.replace(verdict, against=_against(verdict)), card, found, groups
    )


def _judged(contest: Contest, asked: Labelled, strengths: Both, chances: Both) -> Verdict:
    """The results of both cards on those customers."""
    stayed = asked.stayed
    ours, theirs = (_side(stayed, *one) for one in zip(strengths, chances, strict=True))
    wide = SURE * float(np.sqrt(auc_difference_variance(stayed, strengths[1], strengths[0])))
    return Verdict(
        customers=len(stayed),
        left=int((~stayed).sum()),
        forward=not isinstance(contest.rule, ColumnRule),
        as_of=asked.as_of,
        champion=ours,
        challenger=theirs,
        low=theirs.auc - ours.auc - wide,
        high=theirs.auc - ours.auc + wide,
        ece_low=calibration_difference(stayed, *chances)[0],
    )


def _against(one: Verdict) -> tuple[str, ...]:
    """Why the challenger is not offered, in words, as stored by `as_text`."""
    said = []
    if one.low <= 0:
        low, high = Number(one.low, 3), Number(one.high, 3)
        said.append(
            Sentence("It does not rank better beyond chance ({low} to {high}).", low=low, high=high)
        )
    if one.challenger.ece > one.champion.ece + WORSE_CALIBRATED and one.ece_low > 0:
        said.append(
            Sentence(
                "Its chances to stay are further off ({theirs} against {ours}).",
                theirs=Number(one.challenger.ece, 3),
                ours=Number(one.champion.ece, 3),
            )
        )
    if one.risers:
        said.append(
            plural_sentence(
                "By it {n} customer would rise by doing nothing.",
                "By it {n} customers would rise by doing nothing.",
                one.risers,
            )
        )
    if one.additivity > 1e-9:
        said.append(Sentence("Its factors do not add up."))
    return tuple(as_text(each) for each in said)


def _asked(contest: Contest) -> tuple[Labelled, Both, Both]:
    """(Customers, champion's and challenger's strengths, both stay probabilities), each [N]."""
    if isinstance(contest.rule, ColumnRule):
        return _in_folds(contest)
    rule, latest = contest.rule, labels.latest_known(contest.everybody, contest.rule)
    asked = labels.label(contest.everybody, rule, latest)
    seen = labels.label_pooled(contest.everybody, rule, until=latest - rule.days)
    _refuse_few(asked.stayed)
    _refuse_few(seen.stayed)
    learned = fit(seen.catalogue, seen.measured, seen.stayed, groups=seen.rows).scorecard
    champion = contest.champion
    if champion.calibration is None:
        champion = _recalibrated(champion, seen)
    then = labels.add_flags_of(seen, asked)
    ours, theirs = score(champion, then).strength, score(learned, then).strength
    return asked, (ours, theirs), (_chances(champion, ours), _chances(learned, theirs))


def _in_folds(contest: Contest) -> tuple[Labelled, Both, Both]:
    asked = labels.label_pooled(contest.everybody, contest.rule)
    _refuse_few(asked.stayed)
    fold = grouped(asked.stayed, asked.rows, FOLDS, SEED)
    theirs, said, before = (np.empty(len(fold)) for _ in range(3))
    ours = score(contest.champion, asked.measured).strength
    for held in range(FOLDS):
        mine = fold == held
        seen = {key: values[~mine] for key, values in asked.measured.items()}
        unseen = {key: values[mine] for key, values in asked.measured.items()}
        card = fit(asked.catalogue, seen, asked.stayed[~mine]).scorecard
        theirs[mine] = score(card, unseen).strength
        said[mine] = _chances(card, theirs[mine])
        known = fit_calibration(asked.stayed[~mine], ours[~mine])
        before[mine] = stay_probabilities(known, ours[mine])
    return asked, (ours, theirs), (before, said)


def _recalibrated(card: Scorecard, seen: Labelled) -> Scorecard:
    """The card with its stay probability calibrated on those outcomes."""
    strength = score(card, seen.measured).strength
    return msgspec.structs.replace(card, calibration=fit_calibration(seen.stayed, strength))


def _chances(card: Scorecard, strength: Floats) -> Floats:
    if card.calibration is None:  # not calibrated: no outcomes to calibrate with
        return np.full(len(strength), 0.5)
    return stay_probabilities(card.calibration, strength)


def _side(stayed: Bools, strength: Floats, chance: Floats) -> Side:
    return Side(auc(stayed, strength), calibration_error(stayed, chance))


def _refuse_few(stayed: Bools) -> None:
    left, kept = int((~stayed).sum()), int(stayed.sum())
    if min(left, kept) < LEAST:
        raise Invalid(
            Sentence(
                "There are too few outcomes for a challenger: {left} left and {kept} stayed, "
                "at least {least} of each are needed.",
                left=left,
                kept=kept,
                least=LEAST,
            ),
            code="TOO_FEW_OUTCOMES",
        )


def _risers(contest: Contest, found: Labelled, card: Scorecard, mine: Bools) -> int:
    """The number of its customers whose strength would rise later although nothing happens."""
    facts: Facts = contest.everybody.facts
    last = max(contest.today, float(facts.events.at.max(initial=contest.today)))
    before = score(card, measure(facts, found.catalogue, last)).strength
    rose = np.zeros(facts.size, dtype=bool)
    for days in LATER:
        after = score(card, measure(facts, found.catalogue, last + days)).strength
        rose |= after > before + 1e-9
        before = after
    return int((rose & mine).sum())


def _additivity(card: Scorecard, now: Mapping[str, Floats | Objects]) -> float:
    scores = score(card, now)
    gap = scores.base + scores.contributions.sum(axis=1) - scores.strength
    return float(np.abs(gap).max(initial=0.0))
