"""Rates by group: whether the score treats groups of people differently.

For every sensitive attribute that the business stores. The scorecard need not use it: another
metric such as the place of living may stand in for it, which the proxy figure shows.
"""

from collections import Counter
from collections.abc import Mapping

import msgspec
import numpy as np

from pulse.learning.folds import stratified
from pulse.learning.ranking_metrics import auc
from pulse.scoring.bands import places_of
from pulse.scoring.metrics.attribute_kinds import numbers
from pulse.scoring.metrics.event_features import Bools, Facts, Floats, Objects
from pulse.scoring.scorecard import Scorecard, score
from pulse.tabular.guesses.sensitive import sensitive_kind, sensitive_values

LEAST = 50
"""Customers below which a group is not shown, because its shares would be chance."""
MOST_GROUPS = 6
MOST_READ = 20_000
FOLDS, SEED = 3, 0
TELLS = 0.65
"""Proxy AUC from which the score's inputs reveal a group."""
GAP = 0.10
"""Difference in the share of fragile customers that is reported."""


class Group(msgspec.Struct, frozen=True):
    """One group of people."""

    name: str
    customers: int
    mean: float
    """Mean strength."""
    fragile: float
    """Share in the fragile band."""
    proxy: float
    """ROC-AUC (0.5 = not at all) with which the score's inputs separate this group from all
    others."""


class Grouped(msgspec.Struct, frozen=True):
    """One sensitive attribute and its groups."""

    attribute: str
    kind: str
    groups: tuple[Group, ...]

    @property
    def gap(self) -> float:
        """The largest difference in the share of fragile customers between its groups."""
        shares = [group.fragile for group in self.groups]
        return max(shares) - min(shares)

    @property
    def proxy(self) -> float:
        """The proxy figure of the group that the factors identify best."""
        return max(group.proxy for group in self.groups)


def by_groups(
    facts: Facts, card: Scorecard, now: Mapping[str, Floats | Objects], active: Bools
) -> tuple[Grouped, ...]:
    """The sensitive attributes of active [N] customers with their groups; pure, slow."""
    rows = np.flatnonzero(active)[:MOST_READ]
    if not rows.size:
        return ()
    scores = score(card, {key: values[rows] for key, values in now.items()})
    fragile = places_of(scores.strength, card.band_edges) == 0
    found = []
    for name, values in facts.attributes.items():
        kind = sensitive_kind(name) or sensitive_values(set(map(str, values[rows])) - {"None"})
        said = _groups(values[rows]) if kind else None
        if kind is None or said is None:
            continue
        groups = [
            Group(
                group,
                int(mine.sum()),
                float(scores.strength[mine].mean()),
                float(fragile[mine].mean()),
                _proxy(scores.contributions, mine),
            )
            for group, mine in said.items()
        ]
        found.append(Grouped(name, kind, tuple(groups)))
    return tuple(sorted(found, key=lambda one: -one.gap))


def _groups(values: Objects) -> dict[str, Bools] | None:
    """Name → [n] membership; numbers below and above their median; None without two groups."""
    read = numbers(values)
    known = ~np.isnan(read)
    if known.sum() >= 2 * LEAST and np.unique(read[known]).size > MOST_GROUPS:
        middle = float(np.median(read[known]))
        found = {f"up to {middle:g}": read <= middle, f"above {middle:g}": read > middle}
    else:
        said = [None if value is None else str(value).strip() or None for value in values]
        names = [name for name, _ in Counter(filter(None, said)).most_common(MOST_GROUPS)]
        found = {str(name): np.array([one == name for one in said]) for name in names}
    enough = {name: mine for name, mine in found.items() if mine.sum() >= LEAST}
    return enough if len(enough) > 1 else None


def _proxy(points: Floats, mine: Bools) -> float:
    """Held-out ROC-AUC of a logistic regression from the factors to the group."""
    from sklearn.linear_model import LogisticRegression

    if min(mine.sum(), (~mine).sum()) < LEAST:
        return 0.5
    spread = points.std(axis=0)
    x = (points - points.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    fold, said = stratified(mine, FOLDS, SEED), np.empty(len(mine))
    for held in range(FOLDS):
        seen = fold != held
        model = LogisticRegression(max_iter=500).fit(x[seen], mine[seen])
        said[~seen] = model.decision_function(x[~seen])
    return float(np.mean([auc(mine[fold == held], said[fold == held]) for held in range(FOLDS)]))
