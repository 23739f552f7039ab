"""Back-test of a scorecard version: choose the outcome, run it, look at each horizon."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from nicegui import binding, ui

from pulse import clock
from pulse.auth.roles import Permission
from pulse.jobs import analyses
from pulse.learning import outcome_options
from pulse.learning.churn import backtest_jobs
from pulse.learning.churn.backtest_jobs import StoredBacktest
from pulse.learning.churn.backtest_run import Trial, Trials
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.components.job_progress import JobProgress
from ui.formatters import ago
from ui.kit.fields import Select
from ui.kit.text import text
from ui.pages.scorecard.backtest_report import People, method, trial_report
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, mid_sentence


class _Result(NamedTuple):
    """The last back-test of one version, with the customers it names."""

    version: int
    kept: StoredBacktest | None
    people: People


@binding.bindable_dataclass
class BacktestState:
    """State of the tab below the progress of the study."""

    when: str = ""
    stale: tuple[str, str] = ("", "")
    results: Sequence[_Result] = ()


class BacktestPanel:
    """The last back-test of the opened version, with its date."""

    def __init__(self, page: Page, opened: Callable[[], Published]) -> None:
        self._page, self._opened = page, opened
        self._watch = JobProgress("backtest", self.read)
        self._state = BacktestState()
        self._reads = ReadOrder()
        self._rules: dict[str, outcome_options.Choice] = {}
        self._chosen = ""
        self._drawn = False

    async def draw(self) -> None:
        """Draw the form and the last report."""
        offered = await outcome_options.choices(self._page.scope)
        self._rules = {one.words: one for one in offered}
        if not offered:
            kit.empty(
                "Not enough data",
                "No outcome data: no column such as “Churned”, no dated events.",
                action="Import a list",
                href="/imports",
            )
            return
        first = outcome_options.preferred(offered)
        self._chosen = first.words if first else ""
        with kit.row():
            Select(
                "What leaving means",
                {
                    w: gettext("Left means: {rule}").format(rule=mid_sentence(w))
                    for w in self._rules
                },
                self._chosen,
                self._choose,
                width=320,
            )
            if self._page.scope.may(Permission.edit_scorecard):
                run = kit.Button("Run the back-test", self._start, icon="play_arrow")
                run.bind_enabled_from(
                    self._watch.state, "is_open", backward=lambda is_open: not is_open
                )
            text("", "pl-small pl-quiet").bind_text_from(self._state, "when")
            kit.Badge().bind_badge_from(self._state, "stale")
        self._watch.draw()
        results = kit.Items(
            self._draw_result, key=lambda one: one.version, classes="pl-stack pl-stack--wide"
        )
        results.bind_items_from(self._state, "results")
        self._drawn = True
        await self.read()

    async def hear(self, batch: Batch) -> None:
        """Handle progress of a back-test started by anybody."""
        if self._drawn:
            await self._watch.hear(batch)

    async def read(self) -> None:
        """Read the opened version's last back-test, once the tab was opened."""
        if not self._drawn:
            return
        scope, version, state = self._page.scope, self._opened(), self._state
        read = self._reads.start(version.id)
        await self._watch.follow(analyses.newest(scope, "backtest"))
        kept = await backtest_jobs.newest(scope, version.id)
        people: People = {}
        if kept is not None:
            people = await backtest_jobs.people(scope, _everybody(kept.trials.trials))
        if not read.accept():
            return
        state.when, state.stale = "", ("", "")
        if kept is not None:
            asked = ago(kept.study.finished_at, clock.now())
            state.when = gettext("Version {version}, {asked}, by {asked_by}").format(
                version=kept.trials.version, asked=asked, asked_by=kept.study.asked_by
            )
            state.stale = (gettext("stale: run it again") if kept.stale else "", "warn")
        state.results = (_Result(version.version, kept, people),)

    def _draw_result(self, result: _Result) -> None:
        kept = result.kept
        if kept is None:
            kit.empty(
                gettext("Version {version} has not been back-tested yet").format(
                    version=result.version
                ),
                "Run it to see what the score said before customers left.",
            )
            return
        text(method(kept.trials), "pl-quiet", tag="p")
        sheets = [
            (
                f"d{trial.found.days_before}",
                _title(trial),
                _drawing(trial, result.people, kept.trials),
            )
            for trial in kept.trials.trials
        ]
        if len(sheets) > 1:
            ui.timer(0, kit.Tabs(sheets).open, once=True)
        else:
            ui.timer(0, sheets[0][2], once=True)

    def _choose(self, words: str) -> None:
        self._chosen = words

    async def _start(self) -> None:
        rule, version = self._rules[self._chosen].rule, self._opened()
        scope = await self._page.acting()
        await backtest_jobs.enqueue_backtest(scope, rule, version.id)
        await self._watch.follow(analyses.newest(scope, "backtest"))


def _title(trial: Trial) -> str:
    return gettext("{days_before} days before").format(days_before=trial.found.days_before)


def _everybody(trials: tuple[Trial, ...]) -> list[UUID]:
    wrong = [one for trial in trials for one in (*trial.false_comfort, *trial.false_alarms)]
    return [one.customer_id for one in wrong]


def _drawing(trial: Trial, people: People, trials: Trials) -> Callable[[], Awaitable[None]]:
    async def draw() -> None:
        trial_report(trial, people, learned=trials.learned)

    return draw
