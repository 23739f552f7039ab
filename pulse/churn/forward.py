"""Forward in time: learn from one date's outcomes, judge on a later date's, beside the peers."""

from collections.abc import Mapping, Sequence

from pulse.churn import logistic, model
from pulse.identity.backtest import Backtest, backtest
from pulse.identity.facts import Bools, Floats, Objects
from pulse.identity.fitting import fit
from pulse.identity.guards import left_out
from pulse.identity.metrics import MetricDefinition
from pulse.identity.scorecard import Scorecard, score

Measured = Mapping[str, Floats | Objects]


def forward(
    catalogue: Sequence[MetricDefinition],
    earlier: tuple[Measured, Bools],
    later: tuple[Measured, Bools],
    *,
    days_before: int,
    in_force: Scorecard | None = None,
) -> Backtest:
    """A scorecard learned from the earlier (metrics, stayed), judged on the later ones.

    With `in_force` that scorecard is judged instead of a learned one. The free LightGBM and the
    logistic regression are learned from the same earlier customers. Raises Invalid when the earlier
    date has too few outcomes.
    """
    seen, outcome = earlier
    fitted = fit(catalogue, seen, outcome)
    gone = left_out(fitted.report.findings)
    used = [definition for definition in catalogue if definition.key not in gone]
    card = in_force or fitted.scorecard
    return backtest(
        score(card, later[0]).strength,
        later[1],
        days_before=days_before,
        band_edges=card.band_edges,
        calibration=card.calibration,
        peers={
            "LightGBM": model.fit(used, seen, outcome).raw(later[0]),
            "Logistic regression": logistic.fit(used, seen, outcome).raw(later[0]),
        },
    )
