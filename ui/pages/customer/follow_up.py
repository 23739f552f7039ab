"""The next follow-up with a customer: date and purpose; planned, done or cancelled."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from nicegui import binding

from pulse import clock
from pulse.customers import follow_ups
from pulse.errors import Invalid
from ui import kit
from ui.formatters import ahead, day
from ui.kit.dialogs import ask, dialog, foot
from ui.kit.fields import text_field
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.texts import gettext

USUAL_DAYS = 7


def touch_words(known: dict[str, Any]) -> str:
    """Return 'in 5 days: call about the renewal'; past days are marked."""
    due_on: date | None = known["touch_on"]
    if due_on is None:
        return gettext("not planned")
    late = due_on < clock.today()
    when = (
        gettext("overdue since {due_on}").format(due_on=day(due_on))
        if late
        else ahead(due_on, clock.now())
    )
    return ": ".join(filter(None, [when, known["touch_purpose"]]))


@binding.bindable_dataclass
class FollowUpState:
    """Whether a follow-up is planned."""

    planned: bool = False


class FollowUpButtons:
    """Plan, reschedule and close the next follow-up; `known`: the customer's record."""

    def __init__(self, page: Page, known: dict[str, Any]) -> None:
        self._page = page
        self._state = FollowUpState()
        self.update(known)

    def update(self, known: dict[str, Any]) -> None:
        """Take over the current record."""
        self._known = known
        self._state.planned = known["touch_on"] is not None

    def draw(self) -> None:
        """Draw the applicable buttons."""
        state = self._state
        with kit.row().bind_visibility_from(state, "planned", backward=lambda planned: not planned):
            kit.Button("Plan a follow-up …", self._plan, icon="event", kind="quiet", small=True)
        with kit.row().bind_visibility_from(state, "planned"):
            kit.Button("Mark done", self._closing(done=True), icon="check", small=True)
            kit.Button("Reschedule …", self._plan, kind="quiet", small=True)
            kit.Button("Cancel follow-up", self._closing(done=False), kind="quiet", small=True)

    @property
    def _id(self) -> UUID:
        found: UUID = self._known["id"]
        return found

    async def _plan(self) -> None:
        with self._page.place:
            asked = await ask_touch(self._known["touch_on"], self._known["touch_purpose"] or "")
        if asked is not None:
            await follow_ups.plan_follow_up(await self._page.acting(), self._id, *asked)

    def _closing(self, *, done: bool) -> Callable[[], Any]:
        async def close() -> None:
            await follow_ups.close_follow_up(await self._page.acting(), self._id, done=done)

        return close


async def ask_touch(due_on: date | None, purpose: str) -> tuple[date, str] | None:
    """Ask for a day and a purpose, Enter submits; None when cancelled. Invalid without a day."""
    shown = due_on or clock.today() + timedelta(days=USUAL_DAYS)
    with dialog("Next follow-up") as made, box("pl-stack"):
        when = text_field("Day", shown.isoformat(), kind="date").props("autofocus")
        what = text_field("What for", purpose, placeholder="call about the renewal")
        text(gettext("Today counts it when the day has come."), "pl-small pl-quiet", tag="p")

        def said() -> tuple[str, str]:
            return str(when.value or ""), str(what.value or "")

        what.on("keydown.enter", lambda: made.submit(said()))
        foot(made, "Plan", said)
    answer = await ask(made)
    if answer is None:
        return None
    try:
        return date.fromisoformat(answer[0]), answer[1]
    except ValueError as wrong:
        raise Invalid("Say on which day.", field="due_on") from wrong
