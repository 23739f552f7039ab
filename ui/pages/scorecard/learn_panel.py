"""Learn a scorecard from outcomes: available data, progress, and the resulting draft."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from nicegui import binding, ui

from pulse.auth.roles import Permission
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.learning import learning_job, outcome_options
from pulse.learning.learning_job import Report
from pulse.learning.outcome_options import Choice
from pulse.scoring import versions
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.components.job_progress import JobProgress
from ui.formatters import number
from ui.kit.fields import text_area, tick
from ui.kit.text import box, text
from ui.pages.scorecard.learning_report import learning_report
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.texts import gettext, mid_sentence

OpenVersion = Callable[[UUID], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Learned:
    """A learned version with its report; `asked`: by whom, `is_open`: whether it is opened."""

    version: Published
    report: Report
    asked: str
    is_open: bool


@binding.bindable_dataclass
class LearnState:
    """State of the tab below the progress of the study."""

    reports: Sequence[_Learned] = ()
    sensitive: bool = False


class LearnPanel:
    """One line per outcome; below it the report of the opened or last learned version."""

    def __init__(
        self, page: Page, opened: Callable[[], Published], open_version: OpenVersion
    ) -> None:
        self._page, self._opened, self._open = page, opened, open_version
        self._watch = JobProgress("learn", self._over)
        self._state = LearnState()
        self._why: ui.textarea | None = None
        self._drawn = False

    async def draw(self) -> None:
        """Draw the panel and the last report."""
        offered = await outcome_options.choices(self._page.scope)
        with kit.panel("Learn from outcomes", "weights and curves from who left and who stayed"):
            text(
                gettext(
                    "Pulse looks at customers whose outcome is known, finds the weights and curves "
                    "that tell those who stayed from those who left, and keeps them as a draft. "
                    "Nobody's score changes before you publish it."
                ),
                "pl-quiet",
                tag="p",
            )
            if not offered:
                kit.empty(
                    "No outcome data yet",
                    "Import a list with a column such as “Churned”, or send dated events.",
                    action="Import a list",
                    href="/imports",
                )
            with box("pl-list"):
                for choice in offered:
                    self._offer(choice)
            if self._may and any(choice.enough for choice in offered):
                self._sensitive_choice()
            self._watch.draw()
        reports = kit.Items(
            self._draw_report, key=lambda one: one.version.id, classes="pl-stack pl-stack--wide"
        )
        reports.bind_items_from(self._state, "reports")
        self._drawn = True
        await self.read()

    async def hear(self, batch: Batch) -> None:
        """Handle progress of a study started by anybody."""
        if self._drawn:
            await self._watch.hear(batch)

    def _offer(self, choice: Choice) -> None:
        with box("pl-item pl-person"):
            with box("pl-grow"):
                text(
                    gettext("Left means: {words}").format(words=mid_sentence(choice.words)),
                    "pl-strong-text",
                    tag="div",
                )
                counts = gettext("{left} left, {stayed} stayed").format(
                    left=number(choice.left), stayed=number(choice.stayed)
                )
                text(counts, "pl-small pl-quiet", tag="div")
            if not choice.enough:
                kit.Badge(gettext("too few outcomes"), "warn")
            elif self._may:
                button = kit.Button("Learn", self._learning(choice), small=True, icon="school")
                button.props["aria-label"] = gettext("Learn from: {words}").format(
                    words=choice.words
                )
                button.bind_enabled_from(
                    self._watch.state, "is_open", backward=lambda is_open: not is_open
                )

    def _sensitive_choice(self) -> None:
        if not self._page.scope.may(Permission.manage_business):
            text(
                gettext("Sensitive columns (age, gender, marital status, origin, …) are left out."),
                "pl-small pl-quiet",
                tag="p",
            )
            return
        words = gettext("Count sensitive columns too (age, gender, marital status, …)")
        tick(words, False, self._count)
        with box().bind_visibility_from(self._state, "sensitive"):
            self._why = text_area("Why they may be counted (goes to the audit log)", rows=2)

    def _count(self, on: bool) -> None:
        self._state.sensitive = on

    def _learning(self, choice: Choice) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            scope = await self._page.acting()
            why = str(self._why.value or "") if self._why else ""
            await learning_job.enqueue_learning(
                scope,
                choice.rule,
                include_sensitive=self._state.sensitive,
                why=why,
                named_id=self._opened().named_id,
            )
            self._watch.follow(await analyses.newest(scope, "learn"))

        return act

    async def _over(self) -> None:
        """Open the result of a study that has ended."""
        await self._report(await analyses.newest(self._page.scope, "learn"), fresh=True)

    async def read(self) -> None:
        """Read the report of the opened version if it was learned, else the last one."""
        if self._drawn:
            await self._report(await analyses.newest(self._page.scope, "learn"), fresh=False)

    async def _report(self, study: Study | None, *, fresh: bool) -> None:
        self._watch.follow(study)
        last = study.scorecard_id if study else None
        opened = self._opened()
        wanted = opened.id if opened.card.origin == "learned" and not (fresh and last) else last
        report = await learning_job.report_of(self._page.scope, wanted) if wanted else None
        if wanted is None or report is None:
            return
        version = await versions.version(self._page.scope, wanted)
        asked = (
            gettext("requested by {asked_by}").format(asked_by=study.asked_by)
            if study and wanted == last
            else ""
        )
        self._state.reports = (_Learned(version, report, asked, wanted == opened.id),)

    def _draw_report(self, one: _Learned) -> None:
        act = (gettext("Open this version"), lambda: self._open(one.version.id))
        learning_report(one.version, one.report, asked=one.asked, act=None if one.is_open else act)

    @property
    def _may(self) -> bool:
        return self._page.scope.may(Permission.edit_scorecard)
