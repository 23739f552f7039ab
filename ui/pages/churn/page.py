"""Churn comparison: what a free model expects, beside identity strength, and where they differ."""

from pulse import clock
from pulse.auth.roles import Role
from pulse.jobs import analyses
from pulse.learning.churn import jobs, queries
from pulse.learning.churn.queries import Fitted
from pulse.learning.outcome_options import Choice, choices, in_words
from ui import kit
from ui.components.job_progress import StudyWatch
from ui.formatters import ago, clock_time, percent, plural
from ui.kit.dialogs import ask_choice
from ui.kit.text import box, text
from ui.pages.churn.churn_charts import by_tenth, goes_by
from ui.pages.churn.disagreements import ChurnSides
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view

FIRST, AGAIN = "Fit the model", "Fit again"
SUBTITLE = "A free model beside identity strength: who may leave, and where the two disagree"


@view("Churn comparison", icon="compare_arrows", route="/churn", order=40, section="Understand")
async def show(page: Page) -> None:
    """The newest model, its figures, and the customers both see differently."""
    sheet = _Sheet(page)
    await sheet.draw()
    page.live.on(("study_progress", "identity_update"), sheet.refresh)


class _Sheet:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.may = page.scope.role >= Role.csm
        self._sides: ChurnSides | None = None
        self._fitted: Fitted | None = None

    async def draw(self) -> None:
        self._fitted = await queries.newest(self.page.scope)
        title = kit.Title("Churn comparison", SUBTITLE)
        if self.may:
            with title.actions():
                self._button = kit.Button(FIRST, self._fit, kind="primary")
        self._watch = StudyWatch("churn", self._over)
        self._watch.draw()
        self._body = box("pl-stack pl-stack--wide")
        await self._show()
        await self._follow()

    async def refresh(self, batch: Batch) -> None:
        """How far a fitting is; and strengths that changed."""
        await self._watch.hear(batch)
        if self._sides and any(one.kind != "study_progress" for one in batch):
            await self._sides.refresh()

    async def _fit(self) -> None:
        offered = await self._outcomes()
        rules = [one.rule for one in offered]
        last = self._fitted.rule if self._fitted else jobs.preferred(offered)
        place: int | None = rules.index(last) if last in rules else 0
        if len(rules) > 1:
            with self.page.place:
                place = await ask_choice(
                    "Fit the churn model", "What leaving means", _counted(offered), "Fit",
                    value=place,
                )  # fmt: skip
        if place is not None:
            await jobs.enqueue_study(await self.page.acting(), rules[place] if rules else None)
            await self._follow()

    async def _outcomes(self) -> list[Choice]:
        """What can be learned from; reads the events, so only when somebody wants to know."""
        return [one for one in await choices(self.page.scope) if one.enough]

    async def _follow(self) -> None:
        self._watch.show(await analyses.newest(self.page.scope, "churn"))

    async def _over(self) -> None:
        await self._follow()
        fitted = await queries.newest(self.page.scope)
        if fitted != self._fitted:
            self._fitted = fitted
            await self._show()

    async def _show(self) -> None:
        self._body.clear()
        self._sides = None
        if self.may:
            self._button.set_label(AGAIN if self._fitted else FIRST)
        with self._body:
            if self._fitted is None:
                offered = await self._outcomes()
                with kit.panel():
                    self._nothing(offered)
            else:
                await self._all_of(self._fitted)

    def _nothing(self, offered: list[Choice]) -> None:
        if not offered:
            if self.may:
                self._button.enable(False)
            kit.empty(
                "Not enough outcomes yet",
                "A model learns from customers who left and customers who stayed: at least 50 of "
                "each, by an attribute that says so, or by events that stopped.",
                action="Import customers or events",
                href="/imports",
            )
            return
        likely = jobs.preferred(offered)
        known = next(one for one in offered if one.rule == likely)
        kit.empty(
            "No model has been fitted yet",
            f"{known.words}: this is known of {plural(known.left + known.stayed, 'customer')}, "
            f"{known.left:,} of whom left. Fitting takes about a minute and changes nobody's score."
            + ("" if self.may else " A CSM can ask for it."),
        )

    async def _all_of(self, fitted: Fitted) -> None:
        report = fitted.report
        when = clock_time(fitted.fitted_at, self.page.zone)
        by = f" by {fitted.asked_by}" if fitted.asked_by else ""
        text(
            f"Fitted {ago(fitted.fitted_at, clock.now())} ({when}){by} to: "
            f"{in_words(fitted.rule)}, as {plural(report.customers, 'customer')} showed it.",
            "pl-quiet pl-small",
            tag="p",
        )
        kit.Figures(_figures(fitted))
        with kit.columns():
            with kit.panel("What the model relies on", "points of chance, on average", span=6):
                kit.Chart(goes_by(report), height=300, label="What the model relies on")
                text(
                    "▲ more of it goes with leaving · ▼ more of it goes with staying",
                    "pl-small pl-quiet",
                    tag="p",
                )
            with kit.panel("Churn by decile", "on customers not seen in fitting", span=6):
                kit.Chart(by_tenth(report), height=300, label="Share that left, by decile")
                with text(_remark(fitted), "pl-small pl-quiet", tag="p"):
                    kit.link(" Scorecard", "/scorecard", "pl-link")
        self._sides = ChurnSides(self.page, fitted)
        await self._sides.draw()
        if report.left_out:
            words = " ".join(finding.text for finding in report.left_out)
            with kit.panel("Left out of the model"):
                text(words, "pl-quiet pl-small", tag="p")


def _counted(offered: list[Choice]) -> dict[int, str]:
    return {
        place: f"{one.words} ({one.left:,} of {one.left + one.stayed:,} left)"
        for place, one in enumerate(offered)
    }


def _figures(fitted: Fitted) -> list[kit.Figure]:
    report = fitted.report
    strength = report.strength
    seen = ", may have seen them" if report.strength_learned else ""
    return [
        kit.Figure("Churn model", _auc(report.model.auc), "ROC-AUC, unseen customers"),
        kit.Figure(
            "Identity strength",
            _auc(strength.auc if strength else None),
            f"ROC-AUC, scorecard v{report.strength_version}{seen}" if strength else "no scorecard",
        ),
        kit.Figure("Logistic regression", _auc(report.logistic.auc), "ROC-AUC, the floor"),
        kit.Figure(
            "Left", percent(report.left / report.customers), f"{report.left:,} customers then"
        ),
        kit.Figure(
            "They agree on",
            percent(report.agreement),
            f"of {plural(report.compared, 'customer')} now",
        ),
    ]


def _remark(fitted: Fitted) -> str:
    report = fitted.report
    if report.strength is None:
        return "There is no strength to compare with yet:"
    gap = report.model.auc - report.strength.auc
    if gap <= 0.01:
        return "Identity strength finds leavers as well as the free model does. How it is made:"
    return (
        f"The free model is {gap:.3f} of AUC ahead; a scorecard learned from outcomes may close "
        "that gap:"
    )


def _auc(area: float | None) -> str:
    return "–" if area is None else f"{area:.3f}"
