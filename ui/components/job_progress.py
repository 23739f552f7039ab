"""A study while it runs: its progress in place, and in plain words why it could not be done."""

from collections.abc import Awaitable, Callable

from pulse.jobs.analyses import Kind, Study
from pulse.live.messages import Message
from ui import kit
from ui.runtime.live import Batch

OPEN = ("waiting", "running")


class StudyWatch:
    """Call `draw` where it is to stand; `over` is awaited when the study has ended."""

    def __init__(self, kind: Kind, over: Callable[[], Awaitable[None]]) -> None:
        self._kind, self._over = kind, over
        self._progress: kit.Progress | None = None
        self.is_open = False

    def draw(self) -> None:
        """Create keys place; nothing shows yet."""
        self._progress = kit.Progress("Progress of the computation")
        self._problem = kit.note("", "warn")
        self._problem.set_visibility(False)

    def show(self, study: Study | None) -> None:
        """Show this one as it stands."""
        if self._progress is None or study is None:
            return
        self.is_open = study.is_open
        self._problem.set_text(study.problem)
        self._problem.set_visibility(study.status == "failed")
        if study.is_open:
            self._progress.show(study.stage or "Waiting for its turn", study.done, study.total)
        else:
            self._progress.hide()

    async def hear(self, batch: Batch) -> None:
        """Follow the messages of a study of this kind."""
        mine = [one for one in batch if self._is_mine(one)]
        if self._progress is None or not mine:
            return
        told = mine[-1].payload
        self.is_open = told.get("status") in OPEN
        if self.is_open:
            stage = str(told.get("stage") or "Waiting for its turn")
            self._progress.show(stage, int(told.get("done", 0)), int(told.get("total", 0)))
        else:
            await self._over()

    def _is_mine(self, message: Message) -> bool:
        return message.kind == "study_progress" and message.payload.get("kind") == self._kind
