"""Customers who would change band with another scorecard, and the main metric behind it."""

from collections.abc import Mapping

import msgspec
import numpy as np

from pulse.learning.labels import CustomerFeatures
from pulse.scoring.bands import band_of
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.scoring.scorecard import Scorecard, Scores, score

TOLD = 10


class Switch(msgspec.Struct, frozen=True):
    """A customer who would change band, and the metric with the largest change."""

    external_id: str
    name: str
    before: str
    after: str
    metric: str
    points: float


def switches(
    everybody: CustomerFeatures,
    cards: tuple[Scorecard, Scorecard],
    now: Mapping[str, Floats | Objects],
    changed: Bools,
) -> tuple[Switch, ...]:
    """The largest changes among those of `changed` [N], from the first card to the second."""
    old, new = (score(card, now) for card in cards)
    moved = np.where(changed, np.abs(new.strength - old.strength), -1.0)
    found = []
    for row in np.argsort(-moved, kind="stable")[:TOLD].tolist():
        if moved[row] >= 0:
            points = _moves(cards, (old, new), row)
            metric = max(points, key=lambda name: abs(points[name]))
            found.append(
                Switch(
                    everybody.external_ids[row],
                    everybody.names[row],
                    band_of(float(old.strength[row]), cards[0].band_edges),
                    band_of(float(new.strength[row]), cards[1].band_edges),
                    metric,
                    points[metric],
                )
            )
    return tuple(found)


def _moves(
    cards: tuple[Scorecard, Scorecard], scores: tuple[Scores, Scores], row: int
) -> dict[str, float]:
    """Metric → points with the second card minus points with the first."""
    moves: dict[str, float] = {}
    for card, made, sign in zip(cards, scores, (-1.0, 1.0), strict=True):
        for metric, points in zip(card.metrics, made.contributions[row].tolist(), strict=True):
            moves[metric] = moves.get(metric, 0.0) + sign * points
    return moves
