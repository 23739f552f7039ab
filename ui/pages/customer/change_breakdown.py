"""What changed: the parts of a change between two days, behaviour and scorecard kept apart."""

from pulse.auth.scope import Scope
from pulse.scoring.history.score_history import Changed, what_changed
from ui import kit
from ui.formatters import day, signed
from ui.kit.text import box, text

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days"}


class Movement:
    """A choice of period and the parts of the change over it."""

    def __init__(self, scope: Scope, external_id: str) -> None:
        self._scope, self._external_id = scope, external_id
        self._days = "30"
        with box("pl-row pl-row--between"):
            kit.Segments(PERIODS, self._days, self._choose, label="Since when")
            self._sum = text("", "pl-strong-text")
        self._list = box("pl-stack pl-gap-top")

    async def draw(self) -> None:
        """Read and show the period that is chosen."""
        changed = await what_changed(self._scope, self._external_id, int(self._days))
        self._list.clear()
        with self._list:
            if changed is None:
                kit.empty("Not known yet", f"There is no score from {PERIODS[self._days]} ago.")
                self._sum.set_text("")
            else:
                self._show(changed)

    async def _choose(self, days: str) -> None:
        self._days = days
        await self.draw()

    def _show(self, changed: Changed) -> None:
        told = changed.explanation
        self._sum.set_text(f"{told.before:.0f} → {told.after:.0f} ({signed(told.change, 1)})")
        parts = told.worth_saying(6)
        if not parts:
            kit.empty("Nothing moved", f"since {day(changed.since)}")
        with box("pl-parts", tag="ul"):
            for part in parts:
                _part(part.text, part.points)
        if abs(told.of_kind("scorecard")) >= 0.05:
            kit.note(
                f"{signed(told.of_kind('scorecard'), 1)} of it was a new scorecard, "
                "not something the customer did."
            )


def _part(words: str, points: float) -> None:
    with box("pl-part", tag="li"):
        text(words.rsplit(" (", 1)[0], "pl-grow")
        tone = "pl-good" if points > 0 else "pl-bad"
        text(signed(points, 1), f"pl-num pl-strong-text {tone}")
