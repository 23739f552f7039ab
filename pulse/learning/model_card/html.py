"""A scorecard's model card: one HTML file about what the score means, does, and cannot do.

Self-contained (styles and plots inline, no script, no request), so that it can be sent, printed and
archived with the version it describes.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from pulse.learning.backtest import Backtest
from pulse.learning.model_card import plots
from pulse.learning.ranking_metrics import Curve as Drawn
from pulse.learning.sensitive import sensitive_kind
from pulse.learning.training import Interval
from pulse.learning.trees.fitting import LearningReport
from pulse.scoring.calibration import stay_probability
from pulse.scoring.curves import Levels, Linear, Steps
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Scorecard


class About(msgspec.Struct, frozen=True):
    """The subject of the card."""

    business: str
    version: int
    made_on: date
    note: str = ""


def model_card(
    about: About,
    card: Scorecard,
    catalogue: Iterable[MetricDefinition],
    learned: LearningReport | None = None,
    backtests: Sequence[Backtest] = (),
    worth: Interval | None = None,
) -> str:
    """The card as one HTML document; all texts are escaped.

    worth: how well a learned card ranked customers it had not seen.
    """
    definitions = {definition.key: definition for definition in catalogue}
    return _template().render(
        title=f"Identity strength of {about.business}, version {about.version}",
        about=about,
        card=card,
        learned=learned,
        worth=worth,
        stays=_stays(card),
        weights=_weights(card, definitions),
        backtests=[(found, _charts(found) if found.enough else []) for found in backtests],
        sensitive=_sensitive(card, definitions),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pulse.learning.model_card"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("model_card.html")


def _stays(card: Scorecard) -> list[tuple[int, float]]:
    """The share of customers who stayed (0–1) at three strengths, of a calibrated card."""
    if card.calibration is None:
        return []
    return [(strength, stay_probability(card.calibration, strength)) for strength in (20, 50, 80)]


class Weight(msgspec.Struct, frozen=True):
    """A row of the table of weights. drawing: SVG of the curve; words: its levels instead."""

    label: str
    signal: str
    weight: float
    words: str = ""
    drawing: str = ""


def _weights(card: Scorecard, definitions: dict[str, MetricDefinition]) -> list[Weight]:
    """Metrics and pairs, the largest weight first."""

    def named(metric: str) -> str:
        return definitions[metric].label if metric in definitions else metric

    rows = []
    for term in card.terms:
        signal = definitions[term.metric].signal if term.metric in definitions else ""
        words = _levels(term.curve) if isinstance(term.curve, Levels) else ""
        drawing = "" if isinstance(term.curve, Levels) else _drawn(term.curve)
        rows.append(Weight(named(term.metric), signal, term.weight, words, drawing))
    for pair in card.pairs:
        both = f"{named(pair.first)} with {named(pair.second)}"
        rows.append(Weight(both, "together", pair.weight))
    return sorted(rows, key=lambda row: -row.weight)


def _levels(curve: Levels) -> str:
    best = sorted(zip(curve.ys, curve.levels, strict=True), reverse=True)
    named = [f"{level} {worth:.2f}" for worth, level in best[:4]]
    return ", ".join(named) + (" …" if len(best) > 4 else "")


def _drawn(curve: Linear | Steps) -> str:
    if isinstance(curve, Linear):
        return plots.spark(list(zip(curve.xs, curve.ys, strict=True)))
    points: list[tuple[float, float]] = []
    for place, worth in enumerate(curve.ys):
        start = curve.edges[max(0, place - 1)] if curve.edges else 0.0
        end = curve.edges[min(place, len(curve.edges) - 1)] if curve.edges else 1.0
        points += [(start, worth), (end, worth)]
    return plots.spark(points)


def _charts(found: Backtest) -> list[tuple[str, str]]:
    """The (title, SVG) pairs of a back-test's charts."""
    assert found.roc is not None
    assert found.precision_recall is not None
    roc = [("This scorecard", _points(found.roc))]
    roc += [(peer.name, _points(peer.roc)) for peer in found.peers]
    tenths = [str(place + 1) for place in range(len(found.lift))]
    charts = [
        ("Finding customers who left", plots.lines(
            roc, "stayers called unnecessarily", "leavers found", diagonal=True)),
        ("Precision and recall", plots.lines(
            [("This scorecard", _points(found.precision_recall))],
            "recall", "precision")),
        ("Lift, weakest tenth first", plots.bars(
            [tenth.lift for tenth in found.lift], tenths, "tenth by strength", "times the usual")),
    ]  # fmt: skip
    if found.calibration:
        said = [(one.predicted, one.observed) for one in found.calibration]
        charts.append(
            (
                "Said and happened",
                plots.lines(
                    [("tenths of customers", said)], "said to stay", "stayed", diagonal=True
                ),
            )
        )
    return charts


def _points(curve: Drawn) -> list[tuple[float, float]]:
    return list(zip(curve.x, curve.y, strict=True))


def _sensitive(card: Scorecard, definitions: dict[str, MetricDefinition]) -> list[str]:
    """Labels of the sensitive metrics that have weight."""
    weighing = {term.metric for term in card.terms if term.weight > 0}
    weighing |= {metric for pair in card.pairs for metric in (pair.first, pair.second)}
    return [
        definitions[metric].label if metric in definitions else metric
        for metric in sorted(weighing)
        if sensitive_kind(metric)
    ]
