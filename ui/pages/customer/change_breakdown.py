"""The parts of a change between two days, behaviour and scorecard separately."""

import math
from collections.abc import Sequence

import msgspec
from nicegui import binding

from pulse.auth.scope import Scope
from pulse.i18n.sentences import plural_sentence
from pulse.scoring.factors import WORTH_SAYING
from pulse.scoring.history.changes import Explanation, Part
from pulse.scoring.history.score_history import what_changed
from ui import kit
from ui.formatters import day, number, signed
from ui.kit.text import box, text
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

MOST_PARTS = 6
PERIODS = marked({"7": "7 days", "30": "30 days", "90": "90 days"})


@binding.bindable_dataclass
class ChangeState:
    """The change over the chosen period, as text and by part."""

    total: str = ""
    headline: str = ""
    advice: str = ""
    parts: Sequence[Part] = ()
    scorecard: str = ""


class ChangeBreakdown:
    """A choice of period and the parts of the change over it."""

    def __init__(self, scope: Scope, external_id: str) -> None:
        self._scope, self._external_id = scope, external_id
        self._days = "30"
        self._state = ChangeState()
        self._reads = ReadOrder()

    def draw(self) -> None:
        """Draw the known data; the rest is read later."""
        state = self._state
        with box("pl-row pl-row--between"):
            kit.Segments(PERIODS, self._days, self._choose, label="Since when")
            text("", "pl-strong-text").bind_text_from(state, "total")
        with box("pl-stack pl-gap-top"):
            with box("pl-empty").bind_visibility_from(state, "headline", backward=bool):
                text("", tag="strong").bind_text_from(state, "headline")
                text("").bind_text_from(state, "advice")
            parts = kit.Items(
                _draw_part, key=lambda p: (p.kind, p.feature, p.label), classes="pl-parts", tag="ul"
            )
            parts.bind_items_from(state, "parts")
            scorecard = kit.note("").bind_text_from(state, "scorecard")
            scorecard.bind_visibility_from(state, "scorecard", backward=bool)

    async def read(self) -> None:
        """Read the change over the chosen period and assign it to the state."""
        days, state = self._days, self._state
        read = self._reads.start(days)
        changed = await what_changed(self._scope, self._external_id, int(days))
        if not read.accept():
            return
        if changed is None:
            state.headline = gettext("Not known yet")
            state.advice = gettext("There is no score from {periods} ago.").format(
                periods=gettext(PERIODS[days])
            )
            state.total, state.parts, state.scorecard = "", (), ""
            return
        told = changed.explanation
        parts = lines_of(told)
        before, after = round(told.before, 1), round(told.after, 1)
        state.total = f"{number(before, 1)} → {number(after, 1)} ({signed(after - before, 1)})"
        state.headline = "" if parts else gettext("Nothing moved")
        state.advice = gettext("since {since}").format(since=day(changed.since))
        state.parts = parts
        points = told.of_kind("scorecard")
        state.scorecard = (
            gettext("{points} of it was a new scorecard, not something the customer did.").format(
                points=signed(points, 1)
            )
            if abs(points) >= 0.05
            else ""
        )

    async def _choose(self, days: str) -> None:
        self._days = days
        await self.read()


def lines_of(told: Explanation) -> tuple[Part, ...]:
    """Return the largest parts and one for all others, in tenths that sum to the shown change."""
    parts = told.worth_saying(MOST_PARTS)
    others = told.parts[len(parts) :]
    rest = math.fsum(part.points for part in others)
    if abs(rest) >= WORTH_SAYING:
        words = plural_sentence("{n} other", "{n} others", len(others))
        parts = (*parts, Part("behaviour", "", "", rest, None, None, words))
    change = round(10 * (round(told.after, 1) - round(told.before, 1)))
    tenths = [round(10 * part.points) for part in parts]
    missing = change - sum(tenths)
    step = 1 if missing > 0 else -1
    off = [step * (tenth - 10 * part.points) for tenth, part in zip(tenths, parts, strict=True)]
    nearest = sorted(range(len(parts)), key=lambda place: (off[place], -place))
    for place in nearest[: abs(missing)]:
        tenths[place] += step
    return tuple(
        msgspec.structs.replace(part, points=tenth / 10)
        for part, tenth in zip(parts, tenths, strict=True)
    )


def _draw_part(part: Part) -> None:
    with box("pl-part", tag="li"):
        text(gettext(part.text).rsplit(" (", 1)[0], "pl-grow")
        tone = "pl-good" if part.points > 0 else "pl-bad"
        text(signed(part.points, 1), f"pl-num pl-strong-text {tone}")
