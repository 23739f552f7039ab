"""A back-test report: ranking quality, lift, warning time, and wrong predictions."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from pulse.learning.backtest import AtEdge, Backtest
from pulse.learning.churn.backtest_run import Suspect, Trial, Trials
from pulse.learning.outcome_options import in_words
from pulse.learning.ranking_metrics import Curve
from pulse.scoring.metrics.attribute_kinds import EPOCH
from ui import kit
from ui.components.customer_rows import address_of
from ui.formatters import day, number, percent
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.texts import gettext, marked, mid_sentence

OURS = marked("This scorecard")
MODELS = [
    kit.Column("name", "Model"),
    kit.Column("auc", "ROC-AUC", "number"),
    kit.Column("precision", "PR-AUC", "number"),
]
PEOPLE = [kit.Column("name", "Customer", "person"), kit.Column("said", "Predicted", "number")]

People = Mapping[UUID, tuple[str, str]]


def method(trials: Trials) -> str:
    """Return the method in one or two sentences."""
    meaning = gettext("Left means: {in_words}.").format(
        in_words=mid_sentence(in_words(trials.rule))
    )
    if trials.mode == "folds":
        how = gettext(
            "This outcome has no date, so nothing can be tested forward in time: every model is "
            "judged on fifths of the customers that it has not seen."
        )
    else:
        how = gettext(
            "Forward in time: scores as they stood so many days before the outcome began, beside "
            "models that knew only outcomes from before that day."
        )
    learned = gettext("A learned version is judged as it would have been learned then.")
    if trials.mode != "forward":
        learned = gettext(
            "A learned version is judged as it would have been learned without that fifth."
        )
    return " ".join((meaning, how, learned) if trials.learned else (meaning, how))


def trial_report(trial: Trial, people: People, *, learned: bool) -> None:
    """Draw one horizon; a learned version's bands are those of that time."""
    found = trial.found
    if not found.enough:
        kit.empty("Not enough data", found.words)
        return
    kit.Figures(_figures(trial))
    with kit.columns():
        with kit.panel("Finding customers who left", "ROC curve, %", span=6):
            kit.Chart(_roc(found), height=270, label="ROC curve of the scorecard and its peers")
        with kit.panel("Precision and recall", "%", span=6):
            kit.Chart(_precision_recall(found), height=270, label="Precision–recall curve")
        with kit.panel("Lift", "leavers per tenth against the usual", span=6):
            kit.Chart(_lift(found), height=240, label="Lift by tenth of strength")
        with kit.panel("Calibration", "predicted and observed, %", span=6):
            _calibration(found)
        with kit.panel("Beside other models", "same customers, same outcomes", flush=True, span=6):
            kit.Table(MODELS, _models(found), label="Models compared")
        note = gettext("the bands it would have had then") if learned else ""
        with kit.panel("At the edges of the bands", note, span=6), kit.stack():
            for edge in found.at_edges:
                text(_at_edge(edge), tag="p")
        _wrong(
            gettext("Missed: strong, but left"),
            gettext("strong, and left"),
            trial.false_comfort,
            people,
        )
        _wrong(gettext("False alarms"), gettext("fragile, and stayed"), trial.false_alarms, people)


def _figures(trial: Trial) -> list[kit.Figure]:
    found = trial.found
    assert found.auc is not None
    assert found.auc_error is not None
    best = max(found.peers, key=lambda peer: peer.auc, default=None)
    usual = found.left / max(1, found.customers)
    scored = (
        ""
        if trial.scored_on is None
        else gettext("scored {epoch}").format(epoch=day(EPOCH + timedelta(days=trial.scored_on)))
    )
    return [
        kit.Figure("Accuracy (ROC-AUC)", number(found.auc, 3), f"± {found.auc_error:.3f}"),
        kit.Figure(
            "Precision–recall area",
            number(found.average_precision, 3),
            gettext("chance {usual}").format(usual=number(usual, 3)),
        ),
        kit.Figure(
            "Best other model",
            number(best.auc, 3) if best else "–",
            best.name if best else "too few outcomes before",
        ),
        kit.Figure("Customers", number(found.customers), scored),
        kit.Figure("Left", number(found.left), percent(usual)),
    ]


def _roc(found: Backtest) -> kit.charts.Options:
    assert found.roc is not None
    series = {
        gettext(OURS): _points(found.roc),
        **{peer.name: _points(peer.roc) for peer in found.peers},
    }
    return kit.model_charts.curves(
        series,
        x_name=gettext("stayers called unnecessarily"),
        y_name=gettext("leavers found"),
        dashed={gettext(kit.model_charts.CHANCE): kit.model_charts.DIAGONAL},
    )


def _precision_recall(found: Backtest) -> kit.charts.Options:
    assert found.precision_recall is not None
    usual = found.left / max(1, found.customers)
    return kit.model_charts.curves(
        {gettext(OURS): _points(found.precision_recall)},
        x_name=gettext("leavers found (recall)"),
        y_name=gettext("calls that are right (precision)"),
        dashed={gettext(kit.model_charts.CHANCE): [(0.0, usual), (1.0, usual)]},
    )


def _lift(found: Backtest) -> kit.charts.Options:
    items = [(str(place + 1), tenth.lift) for place, tenth in enumerate(found.lift)]
    return kit.model_charts.columns(
        items,
        x_name=gettext("tenth by strength, weakest first"),
        y_name=gettext("× the usual"),
        line=1.0,
    )


def _calibration(found: Backtest) -> None:
    if not found.calibration:
        kit.empty(
            "No calibration",
            "A scorecard set by hand does not say how many stay. A learned one does.",
        )
        return
    said = [(one.predicted, one.observed) for one in found.calibration]
    options = kit.model_charts.curves(
        {gettext("Tenths of the customers"): said},
        x_name=gettext("said to stay"),
        y_name=gettext("stayed"),
        dashed={gettext("Said is what happened"): kit.model_charts.DIAGONAL},
    )
    kit.Chart(options, height=240, label="Calibration: said to stay against stayed")


def _models(found: Backtest) -> list[Row]:
    rows = [(gettext(OURS), found.auc, found.average_precision)]
    rows += [(peer.name, peer.auc, peer.average_precision) for peer in found.peers]
    return [
        {"id": name, "name": name, "auc": number(area, 3), "precision": number(precision, 3)}
        for name, area, precision in sorted(rows, key=lambda row: -(row[1] or 0))
    ]


def _at_edge(edge: AtEdge) -> str:
    return gettext(
        "Calling everybody below {edge} means {called} calls. They reach "
        "{recall} of those who left (recall); {precision} of the calls are right "
        "(precision)."
    ).format(
        edge=format(edge.edge, "g"),
        called=number(edge.called),
        recall=percent(edge.recall),
        precision=percent(edge.precision),
    )


def _wrong(heading: str, note: str, suspects: tuple[Suspect, ...], people: People) -> None:
    here = [one for one in suspects if one.customer_id in people]
    with kit.panel(heading, note, flush=True, span=6):
        if not here:
            kit.empty("Nobody", "")
            return
        with box("pl-tall"):
            kit.Table(PEOPLE, [_person(one, people) for one in here], label=heading)


def _person(one: Suspect, people: People) -> Row:
    external_id, name = people[one.customer_id]
    return {
        "id": external_id,
        "said": number(one.strength),
        **kit.cells.person(name or external_id, address_of(external_id)),
    }


def _points(curve: Curve) -> list[tuple[float, float]]:
    return list(zip(curve.x, curve.y, strict=True))
