"""Back-test of a scorecard version: choose the outcome, run it, look at each horizon."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from pulse import clock
from pulse.auth.roles import Role
from pulse.jobs import analyses
from pulse.learning import outcome_options
from pulse.learning.churn import backtest_jobs
from pulse.learning.churn.backtest_jobs import Kept
from pulse.learning.churn.backtest_run import Trial, Trials
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.components.job_progress import StudyWatch
from ui.formatters import ago
from ui.kit.fields import select_field
from ui.kit.text import box, text
from ui.pages.scorecard.backtest_report import method, trial_report
from ui.runtime.live import Batch
from ui.runtime.page_context import Page


class BacktestPanel:
    """What the opened version said before each outcome; the last one done, with its date."""

    def __init__(self, page: Page, opened: Callable[[], Published]) -> None:
        self._page, self._opened = page, opened
        self._watch = StudyWatch("backtest", self.show)
        self._place: ui.element | None = None
        self._run: kit.Button | None = None
        self._rules: dict[str, outcome_options.Choice] = {}
        self._chosen = ""

    async def draw(self) -> None:
        """The controls and the last report."""
        offered = await outcome_options.choices(self._page.scope)
        self._rules = {one.words: one for one in offered}
        if not offered:
            kit.empty(
                "Not enough data",
                "Nothing tells who has left: no column such as “Churned”, no dated events.",
                action="Import a list",
                href="/imports",
            )
            return
        first = outcome_options.preferred(offered)
        self._chosen = first.words if first else ""
        with kit.row():
            select_field(
                "What leaving means", {w: f"Left means: {w.lower()}" for w in self._rules},
                self._chosen, self._choose, width=320,
            )  # fmt: skip
            if self._page.scope.role >= Role.manager:
                self._run = kit.Button("Run the back-test", self._start, icon="play_arrow")
            self._when = text("", "pl-small pl-quiet")
            self._stale = kit.Badge()
        self._watch.draw()
        self._place = box("pl-stack pl-stack--wide")
        self._watch.show(await analyses.newest(self._page.scope, "backtest"))
        await self.show()

    async def hear(self, batch: Batch) -> None:
        """Progress of a back-test, by anybody."""
        await self._watch.hear(batch)
        self._enable()

    async def show(self) -> None:
        """Read and show the last back-test of the opened version, once the tab was opened."""
        if self._place is None:
            return
        study = await analyses.newest(self._page.scope, "backtest")
        self._watch.show(study)
        self._enable()
        version = self._opened()
        kept = await backtest_jobs.newest(self._page.scope, version.id)
        self._place.clear()
        with self._place:
            if kept is None:
                self._when.set_text("")
                kit.empty(
                    f"Version {version.version} has not been back-tested yet",
                    "Run it to see what the score said before customers left.",
                )
            else:
                await self._report(kept)

    async def _report(self, kept: Kept) -> None:
        asked = ago(kept.study.finished_at, clock.now())
        self._when.set_text(f"Version {kept.trials.version}, {asked}, by {kept.study.asked_by}")
        self._stale.show("stale: run it again" if kept.stale else "", "warn")
        text(method(kept.trials), "pl-quiet", tag="p")
        people = await backtest_jobs.people(self._page.scope, _everybody(kept.trials.trials))
        sheets = [
            (f"d{trial.found.days_before}", _title(trial), _drawing(trial, people, kept.trials))
            for trial in kept.trials.trials
        ]
        if len(sheets) > 1:
            await kit.Tabs(sheets).open()
        else:
            await sheets[0][2]()

    def _choose(self, words: str) -> None:
        self._chosen = words

    def _enable(self) -> None:
        if self._run:
            self._run.enable(not self._watch.is_open)

    async def _start(self) -> None:
        scope = await self._page.acting()
        await backtest_jobs.enqueue_backtest(
            scope, self._rules[self._chosen].rule, self._opened().id
        )
        self._watch.show(await analyses.newest(scope, "backtest"))
        self._enable()


def _title(trial: Trial) -> str:
    return f"{trial.found.days_before} days before"


def _everybody(trials: tuple[Trial, ...]) -> list[UUID]:
    wrong = [one for trial in trials for one in (*trial.false_comfort, *trial.false_alarms)]
    return [one.customer_id for one in wrong]


def _drawing(
    trial: Trial, people: dict[UUID, tuple[str, str]], trials: Trials
) -> Callable[[], Awaitable[None]]:
    async def draw() -> None:
        trial_report(trial, people, learned=trials.learned)

    return draw
