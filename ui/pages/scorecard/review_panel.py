"""The monthly review: the published scorecard against a challenger, and data drift."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from nicegui import binding

from pulse.auth.roles import Permission
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.learning.outcome_options import in_words
from pulse.learning.review import review_job
from pulse.learning.review.contest import Verdict
from pulse.learning.review.drift import Drift
from pulse.learning.review.groups import GAP, TELLS, Grouped
from pulse.learning.review.review_job import Review
from pulse.tabular.header_names import label_of
from ui import kit
from ui.components.job_progress import JobProgress
from ui.formatters import day, number, percent, signed
from ui.kit.badges import band_name
from ui.kit.table import Row
from ui.kit.text import text
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.texts import gettext, mid_sentence

BOTH = [
    kit.Column("name", "Scorecard"),
    kit.Column("auc", "ROC-AUC", "number"),
    kit.Column("ece", "Chances off by", "number"),
]
SWITCHES = [
    kit.Column("name", "Customer"),
    kit.Column("bands", "Band"),
    kit.Column("why", "Because of"),
    kit.Column("points", "Points", "number"),
]
DRIFT = [
    kit.Column("name", "Metric"),
    kit.Column("psi", "Stability index (PSI)", "number"),
    kit.Column("word", "Since a month ago"),
    kit.Column("known", "Known of", "number"),
]

GROUPS = [
    kit.Column("name", "Group"),
    kit.Column("customers", "Customers", "number"),
    kit.Column("mean", "Mean strength", "number"),
    kit.Column("fragile", "Fragile", "number"),
    kit.Column("proxy", "Predictable from the score's inputs (ROC-AUC)", "number"),
]


@dataclass(frozen=True, slots=True)
class _Shown:
    study: Study
    review: Review


@binding.bindable_dataclass
class ReviewState:
    """State of the tab below the progress of the review."""

    shown: Sequence[_Shown] = ()


class ReviewPanel:
    """Results of the last review, and a button to start one."""

    def __init__(self, page: Page, open_version: Callable[[UUID], Awaitable[None]]) -> None:
        self._page, self._open = page, open_version
        self._progress = JobProgress("review", self.read)
        self._state = ReviewState()
        self._drawn = False

    async def draw(self) -> None:
        """Draw the panel and the last review."""
        with kit.panel("Monthly review", "on the first of each month"):
            text(
                gettext(
                    "Pulse learns a challenger from the newest outcomes and compares it with the "
                    "scorecard in force on the same customers; it looks how far their data have "
                    "drifted. Nobody's score changes: a better challenger becomes a draft."
                ),
                "pl-quiet",
                tag="p",
            )
            if self._page.scope.may(Permission.edit_scorecard):
                button = kit.Button("Review now", self._ask, small=True, icon="fact_check")
                button.bind_enabled_from(
                    self._progress.state, "is_open", backward=lambda on: not on
                )
            self._progress.draw()
        found = kit.Items(
            self._draw_review, key=lambda one: one.study.id, classes="pl-stack pl-stack--wide"
        )
        found.bind_items_from(self._state, "shown")
        self._drawn = True
        await self.read()

    async def hear(self, batch: Batch) -> None:
        """Handle progress of a review started by anybody."""
        if self._drawn:
            await self._progress.hear(batch)

    async def read(self) -> None:
        """Read the last review."""
        last = await analyses.newest(self._page.scope, "review")
        self._progress.follow(last)
        review = await review_job.newest_review(self._page.scope)
        if last is not None and review is not None:
            self._state.shown = (_Shown(last, review),)

    async def _ask(self) -> None:
        await review_job.enqueue_review(await self._page.acting())
        self._progress.follow(await analyses.newest(self._page.scope, "review"))

    def _draw_review(self, shown: _Shown) -> None:
        review, study = shown.review, shown.study
        for alarm in review.alarms:
            kit.note(gettext(alarm), "warn")
        if review.verdict is None:
            kit.empty("No challenger this time", gettext(review.why_not))
        else:
            self._contest(study, review, review.verdict)
        _drift(review.drift)
        _groups(review.groups)

    def _contest(self, study: Study, review: Review, found: Verdict) -> None:
        draft = study.scorecard_id
        with kit.panel("Champion and challenger", _method(review, found)), kit.stack():
            kit.Table(BOTH, _sides(review, found), label="Champion and challenger")
            text(_difference(found), tag="p")
            for reason in found.against:
                text(reason, tag="p")
            if draft is not None:
                kit.Button("Open the challenger", lambda: self._open(draft), kind="primary")
        names = gettext("{changes} of {of} customers would change band").format(
            changes=number(found.changes), of=number(found.of)
        )
        with kit.panel("Who would change band", names, flush=True):
            kit.Table(SWITCHES, _switches(found), label="Customers who would change band")


def _method(review: Review, found: Verdict) -> str:
    meaning = mid_sentence(in_words(review.rule)) if review.rule else ""
    how = (
        gettext("at a later date than it learned from")
        if found.forward
        else gettext("fifth by fifth, unseen")
    )
    return gettext("left means {meaning}; {customers} customers, {how}").format(
        meaning=meaning, customers=number(found.customers), how=how
    )


def _sides(review: Review, found: Verdict) -> list[Row]:
    named = (
        (gettext("In force (v{version})").format(version=review.version), found.champion),
        (gettext("Challenger"), found.challenger),
    )
    return [
        {"id": name, "name": name, "auc": number(side.auc, 3), "ece": percent(side.ece, 1)}
        for name, side in named
    ]


def _difference(found: Verdict) -> str:
    gap = gettext("{gain}, between {low} and {high} with 95 % certainty").format(
        gain=format(found.gain, "+.3f"),
        low=format(found.low, "+.3f"),
        high=format(found.high, "+.3f"),
    )
    verdict = gettext("It is not offered") if found.against else gettext("It is offered as a draft")
    mixed = (
        ""
        if found.share == 1.0
        else gettext(
            " To change few bands at once, {share} of it is mixed with the scorecard in force."
        ).format(share=percent(found.share))
    )
    return gettext("The challenger's ROC-AUC differs by {gap}. {verdict}.{mixed}").format(
        gap=gap, verdict=verdict, mixed=mixed
    )


def _switches(found: Verdict) -> list[Row]:
    return [
        {
            "id": one.external_id,
            "name": one.name or one.external_id,
            "bands": f"{band_name(one.before)} → {band_name(one.after)}",
            "why": gettext(one.metric),
            "points": signed(one.points, 1),
        }
        for one in found.switches
    ]


def _groups(found: Sequence[Grouped]) -> None:
    """Draw, by sensitive attribute, its groups' results and whether inputs reveal them."""
    if not found:
        return
    with kit.panel("Groups of people", "by sensitive attributes", flush=True):
        rows: list[Row] = [
            {
                "id": f"{one.attribute} {group.name}",
                "name": f"{label_of(one.attribute)}: {group.name}",
                "customers": number(group.customers),
                "mean": number(group.mean, 1),
                "fragile": percent(group.fragile),
                "proxy": number(group.proxy, 2),
            }
            for one in found
            for group in one.groups
        ]
        kit.Table(GROUPS, rows, label="Scores by group")
    for one in found:
        if one.gap >= GAP:
            kit.note(
                gettext(
                    "The share of fragile customers differs by {gap} between the groups of "
                    "{label_of}."
                ).format(gap=percent(one.gap), label_of=label_of(one.attribute)),
                "warn",
            )
        if one.proxy >= TELLS:
            kit.note(
                gettext(
                    "What the score weighs gives {label_of} away (ROC-AUC {proxy}): it may "
                    "stand in for it."
                ).format(label_of=label_of(one.attribute), proxy=number(one.proxy, 2)),
                "warn",
            )


def _drift(found: Drift | None) -> None:
    if found is None:
        kit.empty("Drift is not known yet", "It takes a month of scores by the scorecard in force.")
        return
    with kit.panel(
        "Drift",
        gettext("{before} against {now}").format(before=day(found.before), now=day(found.now)),
        flush=True,
    ):
        rows: list[Row] = [
            {
                "id": one.name,
                "name": gettext(one.name),
                "psi": number(one.psi, 2),
                "word": gettext(one.word),
                "known": percent(one.known_now),
            }
            for one in found.found
        ]
        kit.Table(DRIFT, rows, label="Drift by metric")
