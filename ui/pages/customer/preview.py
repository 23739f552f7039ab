"""The widget's content as text for the CSM: the same words, nothing more."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nicegui import binding

from pulse.contexts.state_reading import WidgetState
from pulse.scoring.queries import Identity
from ui import kit
from ui.components.customer_rows import band_badge
from ui.components.preview_frame import not_shown
from ui.formatters import percent
from ui.kit.text import box, text
from ui.texts import gettext, marked

ALMOST = 0.99
"""The most that is shown of a milestone not reached yet."""


class Line(NamedTuple):
    """One line: its text and style."""

    words: str
    classes: str = "pl-small"


@binding.bindable_dataclass
class WidgetWordsState:
    """The widget's content: score with band, and the lines below it."""

    hidden: bool = False
    strength: str = ""
    scored_by: str = ""
    band: tuple[str, str] = ("", "")
    lines: Sequence[Line] = ()


class WidgetWords:
    """The widget's content as text, in the widget's language."""

    def __init__(self) -> None:
        self._state = WidgetWordsState()

    def draw(self) -> None:
        """Draw the known data; the rest is read later."""
        state = self._state
        with box("pl-preview pl-stack"):
            kit.note(
                "They have hidden their score: the widget shows milestones and contexts only."
            ).bind_visibility_from(state, "hidden")
            with kit.row().bind_visibility_from(state, "strength", backward=bool):
                text("", "pl-figure__value").bind_text_from(state, "strength")
                kit.Badge().bind_badge_from(state, "band")
                which = text("", "pl-small pl-quiet").bind_text_from(state, "scored_by")
                which.bind_visibility_from(state, "scored_by", backward=bool)
            lines = kit.Items(_draw_line, key=lambda one: one, classes="pl-stack")
            lines.bind_items_from(
                state, "lines", backward=lambda lines: tuple(dict.fromkeys(lines))
            )

    def update(self, seen: WidgetState, scorecard: str | None) -> None:
        """Assign the widget's current content to the state.

        scorecard: the scorecard's name where there are several, which the widget does not show.
        """
        state, identity = self._state, seen.identity
        state.hidden = seen.preferences.score_hidden
        shown = not state.hidden and identity.identity_strength is not None
        state.strength = f"{identity.identity_strength:.0f}" if shown else ""
        state.scored_by = not_shown(scorecard) if shown else ""
        state.band = _band(identity) if shown else ("", "")
        state.lines = (() if state.hidden else tuple(_of_identity(seen))) + tuple(_milestones(seen))


def _band(identity: Identity) -> tuple[str, str]:
    """Return the widget's word for the band and its style; none for lapsed and left customers."""
    words = BANDS.get(identity.band or identity.lifecycle or "", "")
    return (gettext(words), band_badge(identity.band, identity.lifecycle)[1]) if words else ("", "")


BANDS = marked(
    {"fragile": "Growing", "steady": "Steady", "strong": "Strong", "onboarding": "Just begun"}
)
"""What the widget calls a band, and the time before the first one."""


def _draw_line(line: Line) -> None:
    text(line.words, line.classes, tag="p")


def _of_identity(seen: WidgetState) -> Iterator[Line]:
    if seen.identity.identity_strength is None:
        yield Line(gettext("“We are getting to know you”"), "pl-strong-text")
        return
    for reason in seen.because:
        yield Line(gettext(GOOD.get(seen.identity.band or "", GOING_WELL)).format(text=reason.text))
    for step in seen.strengthen:
        yield Line(gettext("Would strengthen: {text}").format(text=step.text), "pl-small pl-quiet")


GOOD = marked({"strong": "Strong because: {text}", "steady": "Steady because: {text}"})
GOING_WELL = marked("Going well: {text}")
"""What the widget says before a reason, by band; the second one without one or for fragile."""


def _milestones(seen: WidgetState) -> Iterator[Line]:
    following = seen.milestones.next
    if following:
        done = percent(min(following.progress, ALMOST))
        yield Line(
            gettext("Next: {title}, {remaining} ({done} done)").format(
                title=following.title, remaining=following.remaining, done=done
            )
        )
    if seen.milestones.reached:
        reached = ", ".join(one.title for one in seen.milestones.reached[:4])
        yield Line(gettext("Reached: {reached}").format(reached=reached), "pl-small pl-quiet")
