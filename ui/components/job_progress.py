"""Progress of a running study, and a plain explanation when it failed."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import binding

from pulse.i18n.sentences import from_text
from pulse.jobs.analyses import Kind, Study
from pulse.live.messages import Message
from ui import kit
from ui.kit.feedback import Step
from ui.runtime.live import RESYNC, Batch
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

OPEN = ("waiting", "running")
WAITING = marked("Waiting for its turn")


@binding.bindable_dataclass
class JobState:
    """Whether a study runs, its progress, and the failure of the last one."""

    is_open: bool = False
    step: Step | None = None
    problem: str = ""


class JobProgress:
    """Follows the studies of one kind; `over` is awaited when one has ended, or may have.

    With `whose` only those of the scorecard that it names (None: the default one).
    """

    def __init__(
        self,
        kind: Kind,
        over: Callable[[], Awaitable[None]],
        whose: Callable[[], UUID | None] | None = None,
    ) -> None:
        self._kind, self._over, self._whose = kind, over, whose
        self.state = JobState()
        self._reads = ReadOrder()

    def draw(self) -> None:
        """Draw progress and failure; both are hidden while there is none."""
        kit.Progress("Progress of the computation").bind_step_from(self.state, "step")
        problem = kit.note("", "warn").bind_text_from(self.state, "problem")
        problem.bind_visibility_from(self.state, "problem", backward=bool)

    @property
    def is_open(self) -> bool:
        """Return whether a study of this kind waits or runs."""
        return self.state.is_open

    async def follow(self, newest: Awaitable[Study | None]) -> Study | None:
        """Read the newest study and show its state, unless a newer state is known; return it."""
        read = self._reads.start(self._scorecard)
        study = await newest
        if read.accept():
            self._show(study)
        return study

    def _show(self, study: Study | None) -> None:
        state = self.state
        if study is None:
            state.is_open, state.problem, state.step = False, "", None
            return
        state.is_open = study.is_open
        state.problem = gettext(study.problem) if study.status == "failed" else ""
        open_step = Step(gettext(from_text(study.stage) or WAITING), study.done, study.total)
        state.step = open_step if study.is_open else None

    async def hear(self, batch: Batch) -> None:
        """Handle the messages of a study of this kind.

        After a gap in the stream the end of a running study may have been missed: `over` reads it.
        """
        mine = [one for one in batch if self._is_mine(one)]
        if not mine:
            if self.state.is_open and any(one.kind == RESYNC for one in batch):
                await self._over()
            return
        self._reads.start(self._scorecard).accept()  # running reads began before this message
        told = mine[-1].payload
        self.state.is_open = told.get("status") in OPEN
        if self.state.is_open:
            self.state.problem = ""  # of the study before
            stage = gettext(from_text(str(told.get("stage") or WAITING)))
            self.state.step = Step(stage, int(told.get("done", 0)), int(told.get("total", 0)))
        else:
            await self._over()

    def _is_mine(self, message: Message) -> bool:
        told = message.payload
        if message.kind != "study_progress" or told.get("kind") != self._kind:
            return False
        return self._whose is None or str(told.get("named_id") or "") == str(self._scorecard or "")

    @property
    def _scorecard(self) -> UUID | None:
        return self._whose() if self._whose else None
