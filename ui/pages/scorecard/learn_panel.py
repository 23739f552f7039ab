"""Learn a scorecard from outcomes: what there is to learn from, progress, and the draft it made."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from pulse.auth.roles import Role
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.learning import learning_job, outcome_options
from pulse.learning.outcome_options import Choice
from pulse.scoring import versions
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.components.job_progress import StudyWatch
from ui.formatters import number
from ui.kit.fields import text_area, tick
from ui.kit.text import box, text
from ui.pages.scorecard.learning_report import learning_report
from ui.runtime.live import Batch
from ui.runtime.page_context import Page

OpenVersion = Callable[[UUID], Awaitable[None]]


class LearnPanel:
    """One line an outcome; below it what the opened or the last learned version is worth."""

    def __init__(
        self, page: Page, opened: Callable[[], Published], open_version: OpenVersion
    ) -> None:
        self._page, self._opened, self._open = page, opened, open_version
        self._watch = StudyWatch("learn", self._over)
        self._buttons: list[kit.Button] = []
        self._place: ui.element | None = None
        self._sensitive = False
        self._why: ui.textarea | None = None

    async def draw(self) -> None:
        """The panel, and what was learned last."""
        offered = await outcome_options.choices(self._page.scope)
        with kit.panel("Learn from outcomes", "weights and curves from who left and who stayed"):
            text(
                "Pulse looks at customers whose outcome is known, finds the weights and curves "
                "that tell those who stayed from those who left, and keeps them as a draft. "
                "Nobody's score changes before you publish it.",
                "pl-quiet",
                tag="p",
            )
            if not offered:
                kit.empty(
                    "Nothing tells who has left yet",
                    "Import a list with a column such as “Churned”, or send dated events.",
                    action="Import a list",
                    href="/imports",
                )
            with box("pl-list"):
                for choice in offered:
                    self._offer(choice)
            self._sensitive_choice()
            self._watch.draw()
        self._place = box("pl-stack pl-stack--wide")
        await self.show()

    async def hear(self, batch: Batch) -> None:
        """Progress of a study, by anybody."""
        await self._watch.hear(batch)
        self._enable()

    def _offer(self, choice: Choice) -> None:
        with box("pl-item pl-person"):
            with box("pl-grow"):
                text(f"Left means: {choice.words.lower()}", "pl-strong-text", tag="div")
                counts = f"{number(choice.left)} left, {number(choice.stayed)} stayed"
                text(counts, "pl-small pl-quiet", tag="div")
            if not choice.enough:
                kit.Badge("too few outcomes", "warn")
            elif self._may:
                button = kit.Button("Learn", self._learning(choice), small=True, icon="school")
                button.props["aria-label"] = f"Learn from: {choice.words}"
                self._buttons.append(button)

    def _sensitive_choice(self) -> None:
        if not self._buttons:
            return
        if self._page.scope.role < Role.admin:
            text(
                "Sensitive columns (age, gender, marital status, origin, …) are left out.",
                "pl-small pl-quiet",
                tag="p",
            )
            return
        tick("Count sensitive columns too (age, gender, marital status, …)", False, self._count)
        self._reason = box()
        with self._reason:
            self._why = text_area("Why they may be counted (goes to the audit log)", rows=2)
        self._reason.set_visibility(False)

    def _count(self, on: bool) -> None:
        self._sensitive = on
        self._reason.set_visibility(on)

    def _learning(self, choice: Choice) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            scope = await self._page.acting()
            why = str(self._why.value or "") if self._why else ""
            await learning_job.enqueue_learning(
                scope, choice.rule, include_sensitive=self._sensitive, why=why
            )
            self._watch.show(await analyses.newest(scope, "learn"))
            self._enable()

        return act

    async def _over(self) -> None:
        """A study has ended: what it made is what is looked at now."""
        await self._report(await analyses.newest(self._page.scope, "learn"), fresh=True)

    async def show(self) -> None:
        """Read and show the report of the opened version, if it was learned, else the last one."""
        if self._place is not None:
            await self._report(await analyses.newest(self._page.scope, "learn"), fresh=False)

    async def _report(self, study: Study | None, *, fresh: bool) -> None:
        self._watch.show(study)
        self._enable()
        last = study.scorecard_id if study else None
        opened = self._opened()
        wanted = opened.id if opened.card.origin == "learned" and not (fresh and last) else last
        report = await learning_job.report_of(self._page.scope, wanted) if wanted else None
        if self._place is None or wanted is None or report is None:
            return
        version = await versions.version(self._page.scope, wanted)
        asked = f"requested by {study.asked_by}" if study and wanted == last else ""
        act = None if wanted == opened.id else ("Open this version", lambda: self._open(version.id))
        self._place.clear()
        with self._place:
            learning_report(version, report, asked=asked, act=act)

    def _enable(self) -> None:
        for button in self._buttons:
            button.enable(not self._watch.is_open)

    @property
    def _may(self) -> bool:
        return self._page.scope.role >= Role.manager
