"""Actions on many customers: the selected ones, or all that match the filter."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode
from uuid import UUID, uuid4

from nicegui import binding, ui

from pulse import manual_cards
from pulse.auth.roles import Permission
from pulse.customers import bulk_undo, repository, staff_actions
from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import Size
from pulse.imports.export import check_excel_size
from pulse.jobs.analyses import Study
from ui import kit
from ui.components.customer_filter import to_address
from ui.components.job_progress import JobProgress
from ui.formatters import plural
from ui.kit.dialogs import ask, ask_choice, ask_text, dialog, foot
from ui.kit.fields import text_field
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.pages.customers.count_label import size_words
from ui.pages.customers.filter_bar import Choices
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.texts import gettext, marked

FORMATS = marked(
    {
        "xlsx": "Excel",
        "csv": "CSV, can be imported again",
        "parquet": "Parquet, for programs",
    }
)

MANY = 500_000
"""Estimates above this are counted exactly before an Excel export, which limits its rows."""


@binding.bindable_dataclass
class BulkState:
    """State of the bar; it is hidden while `chosen` is empty."""

    chosen: str = ""
    all_label: str = "Choose all"
    can_take_all: bool = False


class BulkBar:
    """Shown when rows are selected; states how many customers an action is about."""

    def __init__(
        self,
        page: Page,
        choices: Choices,
        chosen: Callable[[], CustomerFilter],
        done: Callable[[], Awaitable[None]],
    ) -> None:
        self._page, self._choices, self._chosen, self._done = page, choices, chosen, done
        self._rows: list[Row] = []
        self._size = Size(0)
        self._all: int | None = None
        edits, cards = map(page.scope.may, (Permission.edit_customers, Permission.work_cards))
        self.allowed = edits or cards
        self._state = state = BulkState()
        bar = box("pl-tools pl-tools--bulk").props("role=status")
        with bar.bind_visibility_from(state, "chosen", backward=bool):
            text("", "pl-strong-text").bind_text_from(state, "chosen")
            every = kit.Button("Choose all", self._take_all, kind="quiet", small=True)
            every.bind_label_from(state, "all_label").bind_visibility_from(state, "can_take_all")
            if edits:
                kit.Button("Owner …", self._assign, icon="person_add", small=True)
                kit.Button("Tag …", self._tag, icon="sell", small=True)
                kit.Button("Segment …", self._segment, icon="category", small=True)
            if cards:
                kit.Button("Make cards …", self._make_cards, icon="forum", small=True)
        self._making = JobProgress("cards", self._show_result)
        with box("pl-making"):
            self._making.draw()

    async def start(self) -> None:
        """Show the running creation of cards."""
        await self._making.follow(self._running())

    async def _running(self) -> Study | None:
        study = await manual_cards.last_asked(self._page.scope)
        return study if study and study.is_open else None

    async def hear(self, batch: Batch) -> None:
        """Update the progress of creating cards."""
        await self._making.hear(batch)

    def selected(self, rows: list[Row]) -> None:
        """Take over the selected rows."""
        self._rows, self._all = list(rows), None
        self._describe()

    def set_size(self, size: Size) -> None:
        """Set how many customers match the filter."""
        self._size = size
        if self._all is not None and size.exact:
            self._all = size.number
        self._describe()

    @property
    def _count(self) -> int:
        """Return how many customers the next action is about."""
        return len(self._rows) if self._all is None else self._all

    async def offer_export(self) -> None:
        """Ask for the format and download the filter's customers in the order of the list."""
        await self._page.confirmed()
        with self._page.place:
            form = await ask_choice("Export what the filter shows", "Format", FORMATS, "Download")
        if form:
            chosen = self._chosen()
            if form == "xlsx" and self._size.number > MANY:
                await check_excel_size(self._page.scope, chosen)
            given = {**to_address(chosen), "sort": self._page.address.get("sort")}
            query = {k: v for k, v in given.items() if v}
            ui.download(f"/export/customers.{form}?{urlencode(query)}")

    def _describe(self) -> None:
        state = self._state
        state.chosen = (
            gettext("{customers} chosen").format(customers=plural(self._count, "customer"))
            if self._rows
            else ""
        )
        state.all_label = gettext("Choose all {size_words} that match").format(
            size_words=size_words(self._size)
        )
        state.can_take_all = self._all is None and self._size.number > len(self._rows)

    async def _take_all(self) -> None:
        """Select all matching customers; their exact number is counted."""
        rows, chosen, number = self._rows, self._chosen(), self._size.number
        if not self._size.exact:
            self._state.chosen = gettext("Counting …")
            number = await repository.count_exactly(self._page.scope, chosen)
        if rows is self._rows and chosen == self._chosen():
            self._all = number
        self._describe()

    @property
    def _selection(self) -> staff_actions.Who:
        """Whom the next action is about; read before it asks, as the bar says their number."""
        return self._chosen() if self._all is not None else [UUID(row["id"]) for row in self._rows]

    async def _assign(self) -> None:
        who = self._selection
        people = {"": gettext("Unassigned"), **self._choices.people}
        with self._page.place:
            owner = await ask_choice("Give them an owner", "Owner", people, "Assign")
        if owner is not None:
            scope, change = await self._page.acting(), uuid4()
            to = UUID(owner) if owner else None
            changed = await staff_actions.assign(scope, who, to, change_id=change)
            words = gettext("{customers} now with {name}.")
            await self._offer_undo(changed, words, change, name=people[owner])

    async def _tag(self) -> None:
        who = self._selection
        with self._page.place:
            word = await ask_text("Tag them", "Tag", "Tag")
        if word:
            scope, change = await self._page.acting(), uuid4()
            changed = await staff_actions.tag(scope, who, word, change_id=change)
            words = gettext("{customers} tagged “{tag}”.")
            await self._offer_undo(changed, words, change, tag=word.lower())

    async def _segment(self) -> None:
        who = self._selection
        with self._page.place:
            name = await ask_text("Put them in a segment", "Segment", "Save")
        if name:
            scope, change = await self._page.acting(), uuid4()
            changed = await staff_actions.put_in_segment(scope, who, name, change_id=change)
            words = gettext("{customers} now in {segment}.")
            await self._offer_undo(changed, words, change, segment=name)

    async def _make_cards(self) -> None:
        who, count = self._selection, self._count
        with self._page.place:
            with dialog(
                gettext("Make cards for {customers}").format(customers=plural(count, "customer"))
            ) as asked:
                text(
                    gettext(
                        "Each gets an opener, ready to be edited, in the queue. Whoever has an "
                        "open card already keeps that one."
                    ),
                    "pl-quiet",
                    tag="p",
                )
                why = text_field("Reason, for the person who delivers it", placeholder="Optional")
                why.props(f"maxlength={manual_cards.LONGEST_WHY}")
                foot(asked, "Make cards", lambda: (why.value or "",))
            answer = await ask(asked)
        if answer is not None:
            scope = await self._page.acting()
            if count > manual_cards.AT_ONCE:
                await manual_cards.enqueue_manual_cards(scope, who, answer[0])
                await self._say(
                    gettext("The cards are being made. You may go on with something else.")
                )
            else:
                await self._say(
                    _describe_result(await manual_cards.make_cards(scope, who, answer[0]))
                )

    async def _show_result(self) -> None:
        """Show the job's result, or why it failed."""
        study = await self._making.follow(manual_cards.last_asked(self._page.scope))
        if study and study.status == "done":
            kit.toast(_describe_result(manual_cards.made_by(study)), keep=True)
            await self._done()

    async def _offer_undo(self, number: int, words: str, change_id: UUID, **places: str) -> None:
        """Show a message with an undo button."""

        async def take_back() -> None:
            done = await bulk_undo.take_back(await self._page.acting(), change_id)
            words = gettext("{customers} as before.")
            if done.left:
                words = gettext("{customers} as before. {left} changed since stay.")
            await self._say(
                words.format(
                    customers=plural(done.customers, "customer"),
                    left=plural(done.left, "customer"),
                )
            )

        said = words.format(customers=plural(number, "customer"), **places)
        await self._say(said, take_back if number else None)

    async def _say(self, words: str, undo: Callable[[], Awaitable[None]] | None = None) -> None:
        """Read the list again, then say what was done: by then the button takes another click."""
        self.selected([])
        try:
            await self._done()
        finally:
            kit.toast(words, undo=undo)


def _describe_result(done: manual_cards.Made) -> str:
    words = [
        gettext("{cards} made.").format(cards=plural(done.made, "card"))
        if done.made
        else gettext("No card was made.")
    ]
    if done.had_one:
        words.append(
            gettext("{customers} had an open one already.").format(
                customers=plural(done.had_one, "customer")
            )
        )
    if done.not_known:
        words.append(
            gettext("Of {customers} nothing is known yet.").format(
                customers=plural(done.not_known, "customer")
            )
        )
    return " ".join(words)
