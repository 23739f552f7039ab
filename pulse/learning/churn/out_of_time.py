"""Out-of-time test: learn from outcomes before a date, evaluate on later ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pulse.learning.backtest import Backtest, backtest
from pulse.learning.churn import logistic, model
from pulse.learning.trees.fitting import fit, usable
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.scoring.scorecard import Scorecard, score

Measured = Mapping[str, Floats | Objects]
LEARNED, FREE, FLOOR = "Learned scorecard", "LightGBM", "Logistic regression"


@dataclass(frozen=True)
class Rankings:
    """Scores of a scorecard and its peers for the same N customers; higher is stronger."""

    card: Scorecard
    """The judged scorecard."""
    strength: Floats
    """[N] points."""
    peers: Mapping[str, Floats]
    """Each [N]."""

    def judged(self, stayed: Bools, days_before: int) -> Backtest:
        """The back-test of these scores against outcomes ([N], True = stayed)."""
        return backtest(
            self.strength,
            stayed,
            days_before=days_before,
            band_edges=self.card.band_edges,
            calibration=self.card.calibration,
            peers=self.peers,
        )


def forward(
    catalogue: Sequence[MetricDefinition],
    earlier: tuple[Measured, Bools],
    later: tuple[Measured, Bools],
    *,
    days_before: int,
    published_card: Scorecard | None = None,
) -> Backtest:
    """A back-test of a scorecard learned from the earlier (metrics, stayed) on the later ones.

    Raises Invalid when the earlier date has too few outcomes.
    """
    said = say(catalogue, earlier, later[0], published_card=published_card)
    return said.judged(later[1], days_before)


def say(
    catalogue: Sequence[MetricDefinition],
    earlier: tuple[Measured, Bools],
    later: Measured,
    *,
    published_card: Scorecard | None = None,
    include_sensitive: bool = False,
    kept: Collection[str] = (),
) -> Rankings:
    """The scores for later customers by models learned from the earlier (metrics, stayed).

    published_card: judge this scorecard; the learned one is then among its peers. The unconstrained
    LightGBM and the logistic regression are learned from the same earlier customers and columns.
    kept: metrics to learn from although they look like leaks.
    """
    seen, outcome = earlier
    fitted = fit(catalogue, seen, outcome, include_sensitive=include_sensitive, kept=kept)
    used = usable(catalogue, fitted.report.findings)
    learned = score(fitted.scorecard, later).strength
    free = {
        FREE: model.fit(used, seen, outcome).raw(later),
        FLOOR: logistic.fit(used, seen, outcome).raw(later),
    }
    if published_card is None:
        return Rankings(fitted.scorecard, learned, free)
    return Rankings(
        published_card, score(published_card, later).strength, {LEARNED: learned, **free}
    )
