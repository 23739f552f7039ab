"""The quality of a learned scorecard version in plain words."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from pulse.learning.data_checks import Finding
from pulse.learning.learning_job import LearningReport
from pulse.learning.outcome_options import in_words
from pulse.learning.training import Interval
from pulse.scoring.calibration import stay_probability
from pulse.scoring.metrics.attribute_kinds import EPOCH
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.formatters import day, number, percent
from ui.kit.text import box, text
from ui.texts import gettext, marked, mid_sentence, ngettext

GOOD, FAIR = 0.8, 0.7
"""ROC-AUC from which a ranking is called good, and fair; lower is weak."""
CALLED = marked({0: "weak", 1: "fair", 2: "good"})
MARKS = (20, 50, 80)  # strengths for which the calibration is stated


def learning_report(
    version: Published,
    report: LearningReport,
    *,
    asked: str = "",
    act: tuple[str, Callable[[], Awaitable[None]]] | None = None,
) -> None:
    """Draw the report of one version; `act` is a button beside its heading."""
    kit.Figures(_figures(version, report))
    with kit.columns():
        with (
            kit.panel(
                gettext("Version {version}, learned").format(version=version.version), asked, span=7
            ),
            kit.stack(),
        ):
            for sentence in _sentences(version, report):
                text(sentence, tag="p")
            if act:
                kit.Button(act[0], act[1], kind="primary")
        with kit.panel("Accuracy by fold", "ROC-AUC on customers it had not seen", span=5):
            kit.Chart(_by_fifths(report), height=190, label="ROC-AUC of each fold")
    _findings(report)


def _figures(version: Published, report: LearningReport) -> list[kit.Figure]:
    lesson = report.lesson
    overall = lesson.overall
    learned = lesson.learned
    weighed = sum(1 for term in version.card.terms if term.weight > 0)
    pairs = (
        gettext("and {pairs} pairs").format(pairs=len(version.card.pairs))
        if version.card.pairs
        else ""
    )
    return [
        kit.Figure(
            "Accuracy (ROC-AUC)",
            number(overall.auc, 3),
            gettext("{low} to {high}").format(
                low=number(overall.low, 3), high=number(overall.high, 3)
            ),
        ),
        kit.Figure("Cases", number(learned.customers), "customers at past dates, outcome known"),
        kit.Figure(
            "Left",
            number(learned.customers - learned.stayed),
            percent(1 - learned.stayed / max(1, learned.customers)),
        ),
        kit.Figure("Metrics that weigh", number(weighed), pairs),
    ]


def _sentences(version: Published, report: LearningReport) -> list[str]:
    overall, card = report.lesson.overall, version.card
    said = [
        gettext("Left means: {in_words}. The metrics stood as of {epoch}.").format(
            in_words=mid_sentence(in_words(report.rule)),
            epoch=day(EPOCH + timedelta(days=report.as_of)),
        ),
        gettext(
            "Of one customer who left and one who stayed, it gives the one who "
            "stayed the higher strength in {auc} of 100 cases: {called}. Chance "
            "gives 50."
        ).format(auc=number(overall.auc * 100), called=called(overall)),
    ]
    if card.calibration is not None:
        marks = [
            gettext("{stay_probability} at {mark} points").format(
                stay_probability=percent(stay_probability(card.calibration, mark)), mark=mark
            )
            for mark in MARKS
        ]
        said.append(gettext("Share of customers who stay: {join}.").format(join=", ".join(marks)))
    said += _exceptions(report)
    if report.undeclared:
        said.append(
            gettext(
                "It also weighs what was no metric before; these have joined the "
                "catalogue, unseen by customers: {join}."
            ).format(join=", ".join(report.undeclared))
        )
    said.append(gettext("Every score is its base plus its factors, exactly."))
    return said


def _exceptions(report: LearningReport) -> list[str]:
    """What it weighs only because an admin said so, with the reasons."""
    said = []
    if report.sensitive:
        said.append(
            gettext("It weighs sensitive columns: {join}. Reason: {why}").format(
                join=", ".join(report.sensitive), why=report.why
            )
        )
    if report.leaks:
        said.append(
            gettext(
                "It weighs metrics that look like leaks: {join}. Known only after the customer "
                "left? If so, the accuracy is too high, and the strength says what has already "
                "happened instead of what is to be expected. Reason for keeping them: {why}"
            ).format(join=", ".join(report.leaks), why=report.leaks_why)
        )
    return said


def called(found: Interval) -> str:
    """Return the word for an accuracy, in the reader's language."""
    return gettext(CALLED[(found.auc >= GOOD) + (found.auc >= FAIR)])


def _by_fifths(report: LearningReport) -> kit.charts.Options:
    folds = report.lesson.folds
    return kit.model_charts.ranges(
        [(f"{place + 1}", one.auc, one.low, one.high) for place, one in enumerate(folds)]
    )


def _findings(report: LearningReport) -> None:
    findings = report.lesson.learned.findings
    if not findings:
        return
    with kit.panel(
        "Findings about the data",
        ngettext("{n} remark", "{n} remarks", len(findings)).format(n=len(findings)),
        flush=True,
    ):
        for finding in findings:
            _finding(finding)


def _finding(finding: Finding) -> None:
    with box("pl-item pl-person"):
        text(gettext(finding.words), "pl-grow", tag="p")
        if finding.left_out:
            kit.Badge(gettext("left out"), "warn")
        else:
            kit.Badge(gettext("look at it"), "accent")
