"""Learn a scorecard from outcomes: available data, progress, and the resulting draft."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from nicegui import binding, ui

from pulse.auth.roles import Permission
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.learning import learning_job, outcome_options
from pulse.learning.data_checks import Finding
from pulse.learning.learning_job import LearningReport
from pulse.learning.outcome_options import Choice
from pulse.scoring import versions
from pulse.scoring.named.assignment import CustomersOf
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.components.job_progress import JobProgress
from ui.formatters import number
from ui.kit.fields import text_area, tick
from ui.kit.text import box, text
from ui.pages.scorecard.learning_report import learning_report
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, mid_sentence

OpenVersion = Callable[[UUID], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Learned:
    """A learned version with its report; `asked`: by whom, `is_open`: whether it is opened."""

    version: Published
    report: LearningReport
    asked: str
    is_open: bool


@binding.bindable_dataclass
class LearnState:
    """State of the tab below the progress of the study."""

    offered: Sequence[Choice] | None = None
    """Counted among the customers of the scorecard `counted`; None: not read yet."""
    counted: UUID | None = None
    reports: Sequence[_Learned] = ()
    sensitive: bool = False
    leaks: Sequence[Finding] = ()
    """What the report found to be leaks; an admin may keep them."""
    kept: frozenset[str] = frozenset()
    """The metrics to keep among them."""


class LearnPanel:
    """One line per outcome; below it the report of the opened or last learned version."""

    def __init__(
        self, page: Page, opened: Callable[[], Published], open_version: OpenVersion
    ) -> None:
        self._page, self._opened, self._open = page, opened, open_version
        self._watch = JobProgress("learn", self._over, self._whose)
        self._state = LearnState()
        self._counts, self._reports = ReadOrder(), ReadOrder()
        self._why: ui.textarea | None = None
        self._kept_why: ui.textarea | None = None
        self._drawn = False

    async def draw(self) -> None:
        """Draw the panel and the last report."""
        state = self._state
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
            offers = kit.Items(
                self._offer, key=lambda one: one.words, nothing=_no_outcomes, classes="pl-list"
            )
            offers.bind_items_from(state, "offered")
            if self._may:
                with box().bind_visibility_from(state, "offered", backward=_is_any_enough):
                    self._sensitive_choice()
            self._watch.draw()
        reports = kit.Items(
            self._draw_report, key=lambda one: one.version.id, classes="pl-stack pl-stack--wide"
        )
        reports.bind_items_from(state, "reports")
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
                    words=gettext(choice.words)
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
        self._leaks_choice()

    def _leaks_choice(self) -> None:
        """Offer to keep what the last report left out as leaks."""
        with box().bind_visibility_from(self._state, "leaks", backward=bool):
            text(
                gettext(
                    "Left out because they tell who left: keep one only if it is known before a "
                    "customer leaves. Otherwise the accuracy is too high, and the strength says "
                    "what has already happened."
                ),
                "pl-small pl-quiet",
                tag="p",
            )
            leaks = kit.Items(self._leak_choice, key=lambda one: one.metric)
            leaks.bind_items_from(self._state, "leaks")
            with box().bind_visibility_from(self._state, "kept", backward=bool):
                self._kept_why = text_area(
                    "Why they are known before a customer leaves (goes to the audit log)", rows=2
                )

    def _leak_choice(self, leak: Finding) -> None:
        words = gettext("Keep “{metric}”").format(metric=leak.label or leak.metric)

        def keep(on: bool) -> None:
            kept = self._state.kept - {leak.metric}
            self._state.kept = kept | {leak.metric} if on else kept

        tick(words, leak.metric in self._state.kept, keep)

    def _count(self, on: bool) -> None:
        self._state.sensitive = on

    def _learning(self, choice: Choice) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            why, kept_why = _written(self._why), _written(self._kept_why)
            sensitive, kept = self._state.sensitive, sorted(self._state.kept)
            whose = self._whose()
            scope = await self._page.acting()
            await learning_job.enqueue_learning(
                scope,
                choice.rule,
                include_sensitive=sensitive,
                why=why,
                kept=kept,
                kept_why=kept_why,
                named_id=whose,
            )
            await self._watch.follow(self._newest(whose))

        return act

    async def _over(self) -> None:
        """Open the result of a study that has ended."""
        await self._report(fresh=True)

    async def read(self) -> None:
        """Read the report of the opened version if it was learned, else the last one.

        Outcomes are counted again when another scorecard was chosen.
        """
        if not self._drawn:
            return
        state, whose = self._state, self._whose()
        read = self._counts.start(whose)
        if state.offered is None or state.counted != whose:
            offered = await outcome_options.choices(self._page.scope, CustomersOf(whose))
            if read.accept():
                state.counted, state.offered = whose, offered
        await self._report(fresh=False)

    def _whose(self) -> UUID | None:
        """The scorecard of the opened version; None: the default one."""
        return self._opened().named_id

    async def _newest(self, whose: UUID | None) -> Study | None:
        return await analyses.newest_of(self._page.scope, "learn", whose)

    async def _report(self, *, fresh: bool) -> None:
        opened = self._opened()
        read = self._reports.start(opened.id)
        study = await self._watch.follow(self._newest(opened.named_id))
        last = study.scorecard_id if study else None
        wanted = opened.id if opened.card.origin == "learned" and not (fresh and last) else last
        report = await learning_job.report_of(self._page.scope, wanted) if wanted else None
        version = await versions.version(self._page.scope, wanted) if wanted and report else None
        if not read.accept():
            return
        if version is None or report is None:
            self._state.reports, self._state.leaks = (), ()
            self._state.kept = frozenset()
            return
        asked = (
            gettext("requested by {asked_by}").format(asked_by=study.asked_by)
            if study and wanted == last
            else ""
        )
        self._state.reports = (_Learned(version, report, asked, wanted == opened.id),)
        findings = report.lesson.learned.findings
        self._state.leaks = tuple(one for one in findings if one.kind == "leak")
        self._state.kept &= {one.metric for one in self._state.leaks}

    def _draw_report(self, one: _Learned) -> None:
        act = (gettext("Open this version"), lambda: self._open(one.version.id))
        learning_report(one.version, one.report, asked=one.asked, act=None if one.is_open else act)

    @property
    def _may(self) -> bool:
        return self._page.scope.may(Permission.edit_scorecard)


def _written(field: ui.textarea | None) -> str:
    return str(field.value or "") if field else ""


def _is_any_enough(offered: Sequence[Choice] | None) -> bool:
    return any(one.enough for one in offered or ())


def _no_outcomes() -> None:
    kit.empty(
        "No outcome data yet",
        "Import a list with a column such as “Churned”, or send dated events.",
        action="Import a list",
        href="/imports",
    )
