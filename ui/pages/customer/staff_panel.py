"""What staff keep about a customer by hand: owner, segment, tags, own pulse, notes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.auth.roles import Role
from pulse.auth.staff import Person
from pulse.customers import staff_actions
from ui import kit
from ui.formatters import UNKNOWN, ago, ahead, day, money
from ui.kit.dialogs import ask_text
from ui.kit.fields import select_field, text_area
from ui.kit.text import box, text
from ui.pages.customer.follow_up import NextTouch, touch_words
from ui.runtime.page_context import Page

PULSES = {"": "–", "1": "1 at risk", "2": "2", "3": "3", "4": "4", "5": "5 healthy"}


class CarePanel:
    """Facts and what can be changed about them; viewers see them only."""

    def __init__(self, page: Page, staff: list[Person], known: dict[str, Any]) -> None:
        self._page, self._staff, self.known = page, staff, known
        self._may = page.scope.role >= Role.csm
        self._root = box("pl-stack pl-stack--wide")
        self.draw(known)

    @property
    def _id(self) -> UUID:
        found: UUID = self.known["id"]
        return found

    def draw(self, known: dict[str, Any]) -> None:
        """Show the record as it stands now."""
        self.known = known
        self._root.clear()
        with self._root:
            self._facts()
            if self._may:
                NextTouch(self._page, known)
                self._owner()
            self._tags()
            if self._may:
                self._pulse()

    def _facts(self) -> None:
        known, now = self.known, clock.now()
        facts = {
            "Owner": known["owner"] or "nobody",
            "Value a year": money(known["value"], self._page.currency, short=False),
            "Renewal": f"{day(known['renewal_on'])}, {ahead(known['renewal_on'], now)}"
            if known["renewal_on"]
            else UNKNOWN,
            "Next follow-up": touch_words(known),
            "Segment": known["segment"] or UNKNOWN,
            "First seen": day(known["first_seen_at"]),
            "Last seen": ago(known["last_order_at"] or known["last_event_at"], now),
            "Widget last open": ago(known["widget_seen_at"], now),
            "Known": f"{(known['coverage'] or 0) * 100:.0f} % data coverage",
        }
        with box("pl-facts", tag="dl"):
            for name, value in facts.items():
                text(name, tag="dt")
                text(value, tag="dd")

    def _owner(self) -> None:
        choices = {"": "Unassigned"} | {str(one.id): one.name for one in self._staff}
        owner = str(self.known["owner_id"] or "")
        with kit.row():
            select_field("Owner", choices, owner, self._assign, width=180)
            kit.Button("Segment …", self._segment, kind="quiet", small=True)

    def _tags(self) -> None:
        with kit.row():
            for word in self.known["tags"] or []:
                if self._may:
                    kit.Button(word, self._untagging(word), icon="close", small=True)
                else:
                    kit.Badge(word)
            if self._may:
                kit.Button("Tag …", self._tag, icon="sell", kind="quiet", small=True)

    def _pulse(self) -> None:
        with box("pl-stack"):
            text("CSM rating, beside the score", "pl-labelled__label pl-small pl-quiet")
            chosen = str(self.known["pulse_rating"] or "")
            kit.Segments(PULSES, chosen, self._rate, label="CSM rating")
            if self.known["pulse_comment"]:
                text(self.known["pulse_comment"], "pl-small pl-quiet", tag="p")

    async def _assign(self, owner: str) -> None:
        scope = await self._page.acting()
        await staff_actions.assign(scope, [self._id], UUID(owner) if owner else None)

    async def _segment(self) -> None:
        with self._page.place:
            name = await ask_text("Segment", "Segment", "Save", value=self.known["segment"])
        if name is not None:
            await staff_actions.put_in_segment(await self._page.acting(), [self._id], name)

    async def _tag(self) -> None:
        with self._page.place:
            word = await ask_text("Tag them", "Tag", "Tag")
        if word:
            await staff_actions.tag(await self._page.acting(), [self._id], word)

    def _untagging(self, word: str) -> Callable[[], Any]:
        async def take() -> None:
            await staff_actions.untag(await self._page.acting(), self._id, word)

        return take

    async def _rate(self, rating: str) -> None:
        comment = ""
        if rating:
            before = str(self.known["pulse_comment"] or "")
            with self._page.place:
                asked = ("Why?", "A word for your colleagues", "Save")
                said = await ask_text(*asked, value=before, may_be_empty=True)
            comment = before if said is None else said
        await staff_actions.rate(
            await self._page.acting(), self._id, int(rating) if rating else None, comment
        )


class NoteField:
    """Write a note; it appears in the timeline of everybody who has this customer open."""

    def __init__(self, page: Page, customer_id: UUID) -> None:
        self._page, self._id = page, customer_id
        with box("pl-note-field pl-stack"):
            self._field = text_area("Note", placeholder="Write a note …", rows=1, shown=False)
            self._field.on("keydown.ctrl.enter", self._save)
            with box("pl-row pl-row--between"):
                text("Only your team sees notes.", "pl-small pl-quiet")
                kit.Button("Add note", self._save, small=True)

    async def _save(self) -> None:
        await staff_actions.add_note(await self._page.acting(), self._id, self._field.value or "")
        self._field.value = ""
