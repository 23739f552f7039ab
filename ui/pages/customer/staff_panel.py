"""Data that staff enter about a customer: owner, segment, tags, CSM rating, notes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from nicegui import binding

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.staff import Person
from pulse.customers import staff_actions
from ui import kit
from ui.components.customer_rows import value_in_words, value_label
from ui.formatters import UNKNOWN, ago, ahead, coverage_words, day
from ui.kit.dialogs import ask_text
from ui.kit.fields import Select, text_area
from ui.kit.text import box, text
from ui.pages.customer.follow_up import FollowUpButtons, touch_words
from ui.runtime.page_context import Page
from ui.texts import gettext, marked

RATINGS = marked({"": "–", "1": "1 at risk", "2": "2", "3": "3", "4": "4", "5": "5 healthy"})


@binding.bindable_dataclass
class StaffState:
    """The data that staff entered about the customer."""

    facts: Sequence[tuple[str, str]] = ()
    owner: str = ""
    tags: Sequence[str] = ()
    rating: str = ""
    comment: str = ""


class StaffPanel:
    """The data and fields to change it; viewers see the data only."""

    def __init__(self, page: Page, staff: list[Person], known: dict[str, Any]) -> None:
        self._page, self._staff = page, staff
        self._may = page.scope.may(Permission.edit_customers)
        self._state = StaffState()
        self._follow_up = FollowUpButtons(page, known)
        self.update(known)

    @property
    def _id(self) -> UUID:
        found: UUID = self._known["id"]
        return found

    def update(self, known: dict[str, Any]) -> None:
        """Assign the current record to the state."""
        self._known = known
        self._follow_up.update(known)
        state = self._state
        state.facts = _facts(known, self._page.currency)
        state.owner = str(known["owner_id"] or "")
        state.tags = tuple(known["tags"] or ())
        state.rating = str(known["pulse_rating"] or "")
        state.comment = known["pulse_comment"] or ""

    def draw(self) -> None:
        """Draw the data, and fields for those who may change it."""
        with box("pl-stack pl-stack--wide"):
            kit.Facts().bind_facts_from(self._state, "facts")
            if self._may:
                self._follow_up.draw()
                self._owner()
            with kit.row():
                tags = kit.Items(self._draw_tag, key=lambda word: word, classes="pl-row")
                tags.bind_items_from(self._state, "tags")
                if self._may:
                    kit.Button("Tag …", self._tag, icon="sell", kind="quiet", small=True)
            if self._may:
                self._rating()

    def _owner(self) -> None:
        choices = {"": gettext("Unassigned")} | {str(one.id): one.name for one in self._staff}
        with kit.row():
            owner = Select("Owner", choices, self._state.owner, self._assign, width=180)
            owner.bind_value_from(self._state, "owner")
            kit.Button("Segment …", self._segment, kind="quiet", small=True)

    def _draw_tag(self, word: str) -> None:
        if self._may:
            kit.Button(word, self._untagging(word), icon="close", small=True)
        else:
            kit.Badge(word)

    def _rating(self) -> None:
        state = self._state
        with box("pl-stack"):
            text(gettext("CSM rating, beside the score"), "pl-labelled__label pl-small pl-quiet")
            rating = kit.Segments(RATINGS, state.rating, self._rate, label="CSM rating")
            rating.bind_chosen_from(state, "rating")
            comment = text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "comment")
            comment.bind_visibility_from(state, "comment", backward=bool)

    async def _assign(self, owner: str) -> None:
        if owner == self._state.owner:  # somebody else's change, displayed here
            return
        scope = await self._page.acting()
        await staff_actions.assign(scope, [self._id], UUID(owner) if owner else None)

    async def _segment(self) -> None:
        with self._page.place:
            name = await ask_text("Segment", "Segment", "Save", value=self._known["segment"])
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
            before = str(self._known["pulse_comment"] or "")
            with self._page.place:
                asked = (gettext("Why?"), gettext("A note for your colleagues"), gettext("Save"))
                said = await ask_text(*asked, value=before, may_be_empty=True)
            comment = before if said is None else said
        await staff_actions.rate(
            await self._page.acting(), self._id, int(rating) if rating else None, comment
        )


def _facts(known: dict[str, Any], currency: str) -> tuple[tuple[str, str], ...]:
    now, renewal = clock.now(), known["renewal_on"]
    return (
        (gettext("Owner"), known["owner"] or gettext("Unassigned")),
        (value_label(known), value_in_words(known, currency)),
        (gettext("Renewal"), f"{day(renewal)}, {ahead(renewal, now)}" if renewal else UNKNOWN),
        (gettext("Next follow-up"), touch_words(known)),
        (gettext("Segment"), known["segment"] or UNKNOWN),
        (gettext("First seen"), day(known["first_seen_at"])),
        _last_activity(known, now),
        (gettext("Widget last open"), ago(known["widget_seen_at"], now)),
        *([(gettext("Known"), gap)] if (gap := coverage_words(known["coverage"])) else []),
    )


def _last_activity(known: dict[str, Any], now: datetime) -> tuple[str, str]:
    """The last order or, without orders, the last event. A declared status is neither."""
    if ordered := known["last_order_at"]:
        return gettext("Last order"), ago(ordered, now)
    return gettext("Last activity"), ago(known["last_event_at"], now)


class NoteField:
    """A field for a note, which appears in every open timeline of this customer."""

    def __init__(self, page: Page, customer_id: UUID) -> None:
        self._page, self._id = page, customer_id
        with box("pl-note-field pl-stack"):
            self._field = text_area("Note", placeholder="Write a note …", rows=1, shown=False)
            self._field.on("keydown.ctrl.enter", self._save)
            with box("pl-row pl-row--between"):
                text(gettext("Only your team sees notes."), "pl-small pl-quiet")
                kit.Button("Add note", self._save, small=True)

    async def _save(self) -> None:
        words = self._field.value or ""
        await staff_actions.add_note(await self._page.acting(), self._id, words)
        if self._field.value == words:  # else somebody types on
            self._field.value = ""
