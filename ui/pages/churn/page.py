"""Churn comparison: an unconstrained model beside identity strength, and their differences."""

from collections.abc import Sequence
from dataclasses import field

from nicegui import binding

from pulse import clock
from pulse.auth.roles import Permission
from pulse.jobs import analyses
from pulse.learning.churn import jobs, queries
from pulse.learning.churn.queries import Fitted
from pulse.learning.outcome_options import Choice, choices, in_words
from ui import kit
from ui.components.job_progress import JobProgress
from ui.formatters import ago, clock_time, number, percent, plural
from ui.kit.charts import Options
from ui.kit.dialogs import ask_choice
from ui.kit.kpi_strip import Figure
from ui.kit.text import box, text
from ui.pages.churn.churn_charts import decile_chart, importance_chart
from ui.pages.churn.disagreements import Disagreements
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.texts import gettext, marked

FIRST, AGAIN = marked(("Fit the model", "Fit again"))
SUBTITLE = marked(
    "A churn model compared with identity strength: who may leave, and where they differ"
)


@binding.bindable_dataclass
class ChurnState:
    """State of the page; elements are bound to it, `read` assigns it."""

    fit_label: str = FIRST
    can_fit: bool = True
    fitted: str = ""
    too_few: bool = False
    unfitted: str = ""
    figures: Sequence[Figure] = ()
    importance: Options = field(default_factory=dict)
    deciles: Options = field(default_factory=dict)
    remark: str = ""
    left_out: str = ""


@view("Churn comparison", icon="compare_arrows", route="/churn", order=40, section="Understand")
async def show(page: Page) -> None:
    """Show the newest model, its figures, and customers rated differently."""
    churn = _Churn(page)
    churn.draw()
    await churn.read()
    page.live.on(("study_progress", "identity_update"), churn.refresh)


class _Churn:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.may = page.scope.may(Permission.run_analyses)
        self.state = ChurnState()
        self._sides = Disagreements(page)
        self._watch = JobProgress("churn", self.read)
        self._fitted: Fitted | None = None
        self._was_read = False

    def draw(self) -> None:
        state = self.state
        title = kit.Title("Churn comparison", SUBTITLE)
        if self.may:
            with title.actions():
                button = kit.Button(FIRST, self._fit, kind="primary")
                button.bind_label_from(state, "fit_label").bind_enabled_from(state, "can_fit")
        self._watch.draw()
        with kit.panel() as nothing:
            self._draw_nothing()
        nothing.root.bind_visibility_from(state, "fitted", backward=lambda words: not words)
        with kit.stack("pl-stack--wide").bind_visibility_from(state, "fitted", backward=bool):
            text("", "pl-quiet pl-small", tag="p").bind_text_from(state, "fitted")
            self._sides.draw()
            kit.Figures().bind_figures_from(state, "figures")
            self._draw_charts()
            with kit.panel("Left out of the model") as left_out:
                text("", "pl-quiet pl-small", tag="p").bind_text_from(state, "left_out")
            left_out.root.bind_visibility_from(state, "left_out", backward=bool)

    def _draw_nothing(self) -> None:
        kit.empty(
            "Not enough outcomes yet",
            "A model learns from customers who left and customers who stayed: at least 50 of "
            "each, by an attribute that says so, or by events that stopped.",
            action="Import customers or events",
            href="/imports",
        ).bind_visibility_from(self.state, "too_few")
        with kit.empty("No model has been fitted yet").bind_visibility_from(
            self.state, "unfitted", backward=bool
        ):
            text("").bind_text_from(self.state, "unfitted")

    def _draw_charts(self) -> None:
        state = self.state
        with kit.columns():
            with kit.panel("What the model relies on", "points of chance, on average", span=6):
                chart = kit.Chart(height=300, label="What the model relies on")
                chart.bind_options_from(state, "importance")
                text(
                    gettext("▲ more of it goes with leaving · ▼ more of it goes with staying"),
                    "pl-small pl-quiet",
                    tag="p",
                )
            with kit.panel("Churn by decile", "on customers not seen in fitting", span=6):
                chart = kit.Chart(height=300, label="Share that left, by decile")
                chart.bind_options_from(state, "deciles")
                with box("pl-small pl-quiet", tag="p"):
                    text("").bind_text_from(state, "remark")
                    kit.link(gettext("Scorecard"), "/scorecard", "pl-link")

    async def refresh(self, batch: Batch) -> None:
        """Update the progress of training and changed strengths."""
        await self._watch.hear(batch)
        if any(one.kind != "study_progress" for one in batch):
            await self._sides.refresh()

    async def read(self) -> None:
        """Read the newest model and assign it to the state if it is another one."""
        await self._follow()
        fitted = await queries.newest(self.page.scope)
        if self._was_read and fitted == self._fitted:
            return
        self._fitted, self._was_read = fitted, True
        if fitted is None:
            self._show_nothing(await self._read_outcomes())
        else:
            self._show_model(fitted)
            await self._sides.show(fitted)

    async def _fit(self) -> None:
        offered = await self._read_outcomes()
        rules = [one.rule for one in offered]
        last = self._fitted.rule if self._fitted else jobs.preferred(offered)
        place: int | None = rules.index(last) if last in rules else 0
        if len(rules) > 1:
            with self.page.place:
                place = await ask_choice(
                    "Fit the churn model", "What leaving means", _outcome_labels(offered), "Fit",
                    value=place,
                )  # fmt: skip
        if place is not None:
            await jobs.enqueue_study(await self.page.acting(), rules[place] if rules else None)
            await self._follow()

    async def _read_outcomes(self) -> list[Choice]:
        """Count the data to learn from; reads the events, so only on request."""
        return [one for one in await choices(self.page.scope) if one.enough]

    async def _follow(self) -> None:
        await self._watch.follow(analyses.newest(self.page.scope, "churn"))

    def _show_nothing(self, offered: list[Choice]) -> None:
        state = self.state
        state.too_few = not offered
        state.can_fit = bool(offered)
        if offered:
            likely = jobs.preferred(offered)
            known = next(one for one in offered if one.rule == likely)
            words = gettext(
                "{words}: this is known of {customers}, {left} of whom left. Fitting takes about a "
                "minute and changes nobody's score."
            )
            if not self.may:
                words = gettext(
                    "{words}: this is known of {customers}, {left} of whom left. A CSM can ask for "
                    "the fitting; it takes about a minute and changes nobody's score."
                )
            state.unfitted = words.format(
                words=gettext(known.words),
                customers=plural(known.left + known.stayed, "customer"),
                left=number(known.left),
            )

    def _show_model(self, fitted: Fitted) -> None:
        state, report = self.state, fitted.report
        when = clock_time(fitted.fitted_at, self.page.zone)
        words = gettext("Fitted {ago} ({when}) to: {rule}, as {customers} showed it.")
        if fitted.asked_by:
            words = gettext("Fitted {ago} ({when}) by {who} to: {rule}, as {customers} showed it.")
        state.fit_label, state.can_fit = AGAIN, True
        state.too_few, state.unfitted = False, ""
        state.fitted = words.format(
            ago=ago(fitted.fitted_at, clock.now()),
            when=when,
            who=fitted.asked_by,
            rule=gettext(in_words(fitted.rule)),
            customers=plural(report.customers, "customer"),
        )
        state.figures = tuple(_figures(fitted))
        state.importance, state.deciles = importance_chart(report), decile_chart(report)
        state.remark = _remark(fitted)
        state.left_out = " ".join(gettext(finding.words) for finding in report.left_out)


def _outcome_labels(offered: list[Choice]) -> dict[int, str]:
    return {
        place: gettext("{words} ({left} of {all} left)").format(
            words=gettext(one.words), left=number(one.left), all=number(one.left + one.stayed)
        )
        for place, one in enumerate(offered)
    }


def _figures(fitted: Fitted) -> list[Figure]:
    report = fitted.report
    strength = report.strength
    judged = gettext("ROC-AUC, scorecard v{version}")
    if report.strength_learned:
        judged = gettext("ROC-AUC, scorecard v{version}, may have seen them")
    return [
        Figure("Churn model", _auc(report.model.auc), "ROC-AUC, unseen customers"),
        Figure(
            "Identity strength",
            _auc(strength.auc if strength else None),
            judged.format(version=report.strength_version) if strength else "no scorecard",
        ),
        Figure("Logistic regression", _auc(report.logistic.auc), "ROC-AUC, baseline"),
        Figure(
            "Left",
            percent(report.left / report.customers),
            gettext("{left} customers then").format(left=number(report.left)),
        ),
        Figure(
            "They agree on",
            percent(fitted.agreement),
            gettext("of {customers} now").format(
                customers=plural(fitted.compared, "current customer")
            ),
        ),
    ]


def _remark(fitted: Fitted) -> str:
    report = fitted.report
    if report.strength is None:
        return gettext("There is no strength to compare with yet:")
    gap = report.model.auc - report.strength.auc
    if gap <= 0.01:
        return gettext(
            "Identity strength finds leavers as well as the free model does. How it is made:"
        )
    return gettext(
        "The free model is {gap} of AUC ahead; a scorecard learned from outcomes "
        "may close that gap:"
    ).format(gap=number(gap, 3))


def _auc(area: float | None) -> str:
    return "–" if area is None else f"{area:.3f}"
