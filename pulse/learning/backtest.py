"""Back-test: compare the score some time before each outcome with that outcome.

Uses strengths from a horizon (30, 60, 90 days) before the outcome was known, so that nothing after
that day can influence them. Reports when there are too few outcomes to judge.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from pulse.i18n.sentences import Number, Sentence, as_text, from_text
from pulse.learning.ranking_metrics import (
    Bin,
    Curve,
    Decile,
    auc,
    average_precision,
    calibration_bins,
    deciles,
    precision_recall_curve,
    roc_curve,
)
from pulse.scoring.calibration import Calibration, stay_probabilities
from pulse.scoring.metrics.event_features import Bools, Floats

LEAST_OUTCOMES = 20
"""Customers of each outcome below which figures are not reported (error above a tenth)."""
MOST_LISTED = 50


class AtEdge(msgspec.Struct, frozen=True):
    """The result of flagging everybody below one strength: leavers found, and false alarms."""

    edge: float
    called: int
    precision: float
    """Share of leavers among those flagged."""
    recall: float
    """Share of the leavers who were flagged."""


class Peer(msgspec.Struct, frozen=True):
    """Another model evaluated on the same customers."""

    name: str
    auc: float
    average_precision: float
    roc: Curve


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one horizon; figures are None and lists empty while `enough` is False."""

    days_before: int
    customers: int
    left: int
    enough: bool
    reason: str = ""
    """Why there are too few outcomes, as stored by `as_text`; `words` is the sentence."""
    auc: float | None = None
    auc_error: float | None = None
    """Standard error of the AUC (Hanley and McNeil 1982)."""
    average_precision: float | None = None
    roc: Curve | None = None
    precision_recall: Curve | None = None
    lift: tuple[Decile, ...] = ()
    calibration: tuple[Bin, ...] = ()
    """Empty for a scorecard without calibration."""
    at_edges: tuple[AtEdge, ...] = ()
    false_comfort: tuple[int, ...] = ()
    """Indexes of customers who left although strong, the strongest first."""
    false_alarms: tuple[int, ...] = ()
    """Indexes of customers who stayed although fragile, the weakest first."""
    peers: tuple[Peer, ...] = ()

    @property
    def words(self) -> str:
        """The reason as a sentence that can be translated."""
        return from_text(self.reason)


def backtest(
    strength: Floats,
    stayed: Bools,
    *,
    days_before: int,
    band_edges: Sequence[float],
    calibration: Calibration | None = None,
    peers: Mapping[str, Floats] | None = None,
) -> Backtest:
    """Compare strengths [N] (NaN: none that early) with outcomes [N] (True = stayed).

    peers: other models' scores for the same customers, higher = stronger.
    """
    scored = np.flatnonzero(~np.isnan(strength))
    said, outcome = strength[scored], stayed[scored]
    left, kept = int((~outcome).sum()), int(outcome.sum())
    if min(left, kept) < LEAST_OUTCOMES:
        return Backtest(
            days_before=days_before,
            customers=int(scored.size),
            left=left,
            enough=False,
            reason=as_text(_too_few(days_before, left, kept)),
        )
    weak, strong = said < band_edges[0], said >= band_edges[1]
    area = auc(outcome, said)
    return Backtest(
        days_before=days_before,
        customers=int(scored.size),
        left=left,
        enough=True,
        auc=area,
        auc_error=auc_error(area, kept, left),
        average_precision=average_precision(outcome, said),
        roc=roc_curve(outcome, said),
        precision_recall=precision_recall_curve(outcome, said),
        lift=deciles(outcome, said),
        calibration=()
        if calibration is None
        else calibration_bins(outcome, stay_probabilities(calibration, said)),
        at_edges=tuple(_at_edge(outcome, said, edge) for edge in band_edges),
        false_comfort=_listed(scored, strong & ~outcome, -said),
        false_alarms=_listed(scored, weak & outcome, said),
        peers=tuple(_peer(name, outcome, scores[scored]) for name, scores in (peers or {}).items()),
    )


def auc_error(area: float, stayed: int, left: int) -> float:
    """Standard error of an AUC from the numbers of both outcomes (Hanley and McNeil 1982)."""
    one, two = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (stayed - 1) * (one - area**2) + (left - 1) * (two - area**2)
    return float(np.sqrt(max(0.0, spread) / (stayed * left)))


def _too_few(days_before: int, left: int, kept: int) -> Sentence:
    figures = {"left": Number(left), "kept": Number(kept), "least": Number(LEAST_OUTCOMES)}
    if not days_before:  # judged without dates
        return Sentence(
            "Not enough data: {left} customers with a score left and {kept} stayed; at least "
            "{least} of each are needed.",
            **figures,
        )
    return Sentence(
        "Not enough data: {days} days before, {left} customers with a score went on to leave and "
        "{kept} to stay; at least {least} of each are needed.",
        days=Number(days_before),
        **figures,
    )


def _at_edge(stayed: Bools, strength: Floats, edge: float) -> AtEdge:
    called = strength < edge
    found = int((called & ~stayed).sum())
    return AtEdge(
        edge=edge,
        called=int(called.sum()),
        precision=found / max(1, int(called.sum())),
        recall=found / max(1, int((~stayed).sum())),
    )


def _listed(scored: np.ndarray, members: Bools, order: Floats) -> tuple[int, ...]:
    places = np.flatnonzero(members)
    best = places[np.argsort(order[places], kind="stable")][:MOST_LISTED]
    return tuple(scored[best].tolist())


def _peer(name: str, stayed: Bools, scores: Floats) -> Peer:
    return Peer(
        name, auc(stayed, scores), average_precision(stayed, scores), roc_curve(stayed, scores)
    )
