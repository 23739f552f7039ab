"""Disputed facts: the fact, the customer's words, and the answer they will read."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import binding

from pulse import clock
from pulse.contexts.disputes import LONGEST_ANSWER, Dispute
from pulse.right_of_reply.service import answer_dispute, disputes_of
from ui import kit
from ui.formatters import ago
from ui.kit.fields import text_area, tick
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext

ANSWERED_SHOWN = 3


@binding.bindable_dataclass
class DisputesState:
    """State of the panel: open disputes, then the newest answered ones."""

    disputes: Sequence[Dispute] = ()


class DisputesPanel:
    """Open disputes with an answer field, the newest answered ones below; hidden without any."""

    def __init__(self, page: Page, external_id: str, *, may: bool) -> None:
        self._page, self._id, self._may = page, external_id, may
        self._state = DisputesState()
        self._reads = ReadOrder()

    def draw(self) -> None:
        """Draw the known data; the rest is read later. An answer being typed is kept."""
        disputes = kit.Items(self._draw_one, key=lambda one: one.id, classes="pl-stack")
        disputes.bind_items_from(self._state, "disputes")

    async def read(self) -> None:
        """Read the disputes and assign them to the state."""
        read = self._reads.start()
        known = await disputes_of(self._page.scope, self._id)
        if not read.accept():
            return
        answered = [one for one in known if not one.is_open][:ANSWERED_SHOWN]
        self._state.disputes = (*(one for one in known if one.is_open), *answered)

    def _draw_one(self, one: Dispute) -> None:
        if one.is_open:
            self._open(one)
            return
        with box():
            text(f"{one.told}: {one.note or gettext('not right')}", "pl-small", tag="p").props(
                "dir=auto"
            )
            said = gettext("data corrected") if one.corrected else gettext("left as it is")
            text(
                gettext("Answered ({said}): {answer}").format(said=said, answer=one.answer),
                "pl-small pl-quiet",
                tag="p",
            )

    def _open(self, one: Dispute) -> None:
        with box("pl-note pl-stack").props("role=group") as group:
            group.props["aria-label"] = gettext("Disputed fact")
            when = ago(one.asked_at, clock.now())
            text(
                gettext("The customer says this is not right ({when}):").format(when=when),
                "pl-strong-text",
                tag="p",
            )
            text(one.told, tag="p")
            if one.note:
                text(f"“{one.note}”", tag="p").props("dir=auto")
            text(gettext("The value is not used until you answer."), "pl-small pl-quiet", tag="p")
            if not self._may:
                return
            answer = text_area("Answer, read in the widget", rows=2)
            answer.props(f"maxlength={LONGEST_ANSWER}")
            corrected = tick("The data has been corrected", False, lambda _: None)
            kit.Button(
                "Send answer",
                self._sending(one, lambda: (answer.value or "", bool(corrected.value))),
                kind="primary",
                small=True,
            )

    def _sending(
        self, one: Dispute, read: Callable[[], tuple[str, bool]]
    ) -> Callable[[], Awaitable[None]]:
        async def send() -> None:
            said, corrected = read()
            await answer_dispute(await self._page.acting(), one.id, said, corrected=corrected)
            await self.read()

        return send
