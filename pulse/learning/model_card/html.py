"""A scorecard's model card: one HTML file about what the score means, does, and cannot do.

Self-contained (styles and plots inline, no script, no request), so that it can be sent, printed and
archived with the version it describes.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache, partial

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from pulse.i18n.identity_phrases import Words, words_for
from pulse.i18n.sentences import ENGLISH, Number, Sentence, marked, said_in
from pulse.learning.backtest import Backtest
from pulse.learning.model_card import plots
from pulse.learning.ranking_metrics import Curve as Drawn
from pulse.learning.training import Interval
from pulse.learning.trees.fitting import LearningReport
from pulse.scoring.calibration import stay_probability
from pulse.scoring.curves import Levels, Linear, Steps
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Scorecard
from pulse.tabular.guesses.sensitive import sensitive_kind

Say = Callable[[str], str]


class About(msgspec.Struct, frozen=True):
    """The subject of the card."""

    business: str
    version: int
    made_on: date
    note: str = ""


class Reasons(msgspec.Struct, frozen=True):
    """Why an admin included sensitive metrics, and metrics that look like leaks."""

    sensitive: str = ""
    leaks: str = ""


NO_REASONS = Reasons()


def model_card(
    about: About,
    card: Scorecard,
    catalogue: Iterable[MetricDefinition],
    learned: LearningReport | None = None,
    backtests: Sequence[Backtest] = (),
    worth: Interval | None = None,
    reasons: Reasons = NO_REASONS,
    language: str = ENGLISH,
) -> str:
    """The card as one HTML document in this language; all texts are escaped.

    worth: how well a learned card ranked customers it had not seen.
    """
    say, words = partial(said_in, language), words_for(language)
    title = Sentence(
        "Identity strength of {business}, version {version}",
        business=about.business,
        version=about.version,
    )
    definitions = {definition.key: definition for definition in catalogue}
    return _template().render(
        _=say,
        language=language,
        number=lambda value, digits=3: Number(value, digits).say(words),
        percent=partial(_percent, words),
        edge=lambda value: Number(value, 0 if value == int(value) else 1).say(words),
        title=say(title),
        about=about,
        card=card,
        learned=learned,
        worth=worth,
        stays=_stays(card),
        weights=_weights(card, definitions, say),
        backtests=[(found, _charts(found, say) if found.enough else []) for found in backtests],
        sensitive=_sensitive(card, definitions, learned),
        leaks=_leaks(card, definitions, learned),
        reasons=reasons,
    )


def _percent(words: Words, value: float, digits: int = 0) -> str:
    """0.384 → "38%", in German "38 %"."""
    gap = "" if words.language == ENGLISH else "\xa0"
    return f"{Number(100 * value, digits).say(words)}{gap}%"


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


def _weights(card: Scorecard, definitions: dict[str, MetricDefinition], say: Say) -> list[Weight]:
    """Metrics and pairs, the largest weight first."""
    rows = []
    for term in card.terms:
        signal = definitions[term.metric].signal if term.metric in definitions else ""
        words = _levels(term.curve) if isinstance(term.curve, Levels) else ""
        drawing = "" if isinstance(term.curve, Levels) else _drawn(term.curve)
        rows.append(Weight(_label(term.metric, definitions), signal, term.weight, words, drawing))
    for pair in card.pairs:
        both = Sentence(
            "{first} with {second}",
            first=_label(pair.first, definitions),
            second=_label(pair.second, definitions),
        )
        rows.append(Weight(say(both), marked("together"), pair.weight))
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


def _charts(found: Backtest, say: Say) -> list[tuple[str, str]]:
    """The (title, SVG) pairs of a back-test's charts."""
    assert found.roc is not None
    assert found.precision_recall is not None
    ours = say("This scorecard")
    roc = [(ours, _points(found.roc))]
    roc += [(say(peer.name), _points(peer.roc)) for peer in found.peers]
    tenths = [str(place + 1) for place in range(len(found.lift))]
    charts = [
        (say(marked("Finding customers who left")), plots.lines(
            roc, say(marked("stayers called unnecessarily")), say(marked("leavers found")),
            diagonal=True)),
        (say(marked("Precision and recall")), plots.lines(
            [(ours, _points(found.precision_recall))],
            say(marked("recall")), say(marked("precision")))),
        (say(marked("Lift, weakest tenth first")), plots.bars(
            [tenth.lift for tenth in found.lift], tenths, say(marked("tenth by strength")),
            say(marked("times the usual")))),
    ]  # fmt: skip
    if found.calibration:
        said = [(one.predicted, one.observed) for one in found.calibration]
        charts.append(
            (
                say(marked("Said and happened")),
                plots.lines(
                    [(say(marked("tenths of customers")), said)],
                    say(marked("said to stay")),
                    say(marked("stayed")),
                    diagonal=True,
                ),
            )
        )
    return charts


def _points(curve: Drawn) -> list[tuple[float, float]]:
    return list(zip(curve.x, curve.y, strict=True))


def _sensitive(
    card: Scorecard, definitions: dict[str, MetricDefinition], learned: LearningReport | None
) -> list[str]:
    """Labels of the sensitive metrics that have weight."""
    found = {one.metric for one in learned.findings if one.kind == "sensitive"} if learned else ()
    return [
        _label(metric, definitions)
        for metric in _weighing(card)
        if metric in found or sensitive_kind(metric)
    ]


def _leaks(
    card: Scorecard, definitions: dict[str, MetricDefinition], learned: LearningReport | None
) -> list[str]:
    """Labels of the metrics that have weight although they look like leaks."""
    found = {one.metric for one in learned.findings if one.kind == "leak"} if learned else ()
    return [_label(metric, definitions) for metric in _weighing(card) if metric in found]


def _weighing(card: Scorecard) -> list[str]:
    """The metrics that have weight, alone or in a pair."""
    weighing = {term.metric for term in card.terms if term.weight > 0}
    weighing |= {metric for pair in card.pairs for metric in (pair.first, pair.second)}
    return sorted(weighing)


def _label(metric: str, definitions: dict[str, MetricDefinition]) -> str:
    return definitions[metric].label if metric in definitions else metric
