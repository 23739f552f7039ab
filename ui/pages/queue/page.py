"""The conversation queue: cards by urgency, with mouse or keyboard."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NamedTuple
from uuid import UUID

from nicegui import binding, ui
from nicegui.events import KeyEventArguments

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import queue_queries
from pulse.cards.queries import CardView
from pulse.cards.queue_queries import (
    QUEUE_TABS,
    Counts,
    QueueCard,
    QueueTab,
    active_context,
)
from pulse.cards.triggers import label_of
from ui import kit
from ui.components.book import Book, book_of, book_switch, chosen_owner, make
from ui.components.card_rows import why
from ui.components.card_words import yearly_value
from ui.components.customer_rows import scorecard_names
from ui.formatters import ago, capitalized, number
from ui.kit.badges import state_words
from ui.kit.picklist import Picklist
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.pages.queue.campaign import Campaign
from ui.pages.queue.card_editor import CardEditor
from ui.pages.queue.tabs import HINTS, NOTHING, TITLES, belongs
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.runtime.single_flight import shared
from ui.texts import gettext, ngettext

KINDS = (
    "card_created",
    "card_changed",
    "context_shared",
    "context_withdrawn",
    "identity_update",
    "customer_changed",
)


async def _waiting(scope: Scope) -> int | None:
    return (await _counts(scope, await chosen_owner(scope))).open


@binding.bindable_dataclass
class QueueState:
    """State of the page; elements are bound to it.

    tab, book: keys of the choices. here: the id of the open card.
    """

    subtitle: str = ""
    tab: QueueTab = "open"
    book: str = "all"
    titles: Mapping[str, str] = field(default_factory=lambda: dict(TITLES))
    rows: Sequence[Row] = ()
    here: str = ""
    more: str = ""
    headline: str = ""
    advice: str = ""


@view("Queue", icon="forum", route="/queue", order=40, count=_waiting)
async def show(page: Page) -> None:
    """Show the list and the editor side by side."""
    owner = page.address.get("owner")
    book = Book("all", owner) if owner else await book_of(page)
    queue = _Queue(page, book)
    await queue.draw()
    page.live.on(KINDS, queue.refresh)


class _Found(NamedTuple):
    """What was read: the cards of a tab and a book, the number in each tab, scorecards' names."""

    tab: QueueTab
    book: Book
    cards: list[QueueCard]
    counts: Counts
    names: Mapping[UUID, str]


class _Queue:
    def __init__(self, page: Page, book: Book) -> None:
        self.page, self.book = page, book
        asked = page.address.get("tab")
        self.state = QueueState(book=book.key)
        self.state.tab = next((one for one in QUEUE_TABS if one == asked), "open")
        self._cards: dict[str, QueueCard] = {}
        self._campaign = Campaign(page.scope)
        self._reads = ReadOrder()
        self._turn = asyncio.Lock()  # keys are processed in the order they were pressed

    async def draw(self) -> None:
        state = self.state
        title = kit.Title("Conversation queue")
        title.subtitle.bind_text_from(state, "subtitle")
        with title.actions():
            switch = book_switch(self.page, self.book, self._change_book)
            switch.bind_chosen_from(state, "book")
        with kit.row("pl-row--between"):
            tabs = kit.Segments(TITLES, state.tab, self._change_tab, label="Tab")
            tabs.bind_chosen_from(state, "tab").bind_choices_from(state, "titles")
            text(gettext(HINTS), "pl-small pl-faint pl-narrow-hide")
        with box("pl-queue"):
            with kit.panel(flush=True), box("pl-queue__list"):
                self._draw_list()
            self._editor = CardEditor(self.page, self._worked)
        self._campaign.draw()
        await self._campaign.read(self.book.owner)
        ui.keyboard(self._key, repeating=False, ignore=["input", "select", "textarea"])
        await self._first()

    def _draw_list(self) -> None:
        state = self.state
        self._list = Picklist(self._choose, label="Cards")
        self._list.bind_rows_from(state, "rows").bind_here_from(state, "here")
        self._list.bind_visibility_from(state, "rows", backward=bool)
        with box("pl-empty").bind_visibility_from(state, "headline", backward=bool):
            text("", tag="strong").bind_text_from(state, "headline")
            text("").bind_text_from(state, "advice")
        more = text("", "pl-small pl-quiet pl-queue__more", tag="p").bind_text_from(state, "more")
        more.bind_visibility_from(state, "more", backward=bool)

    async def refresh(self, _: Batch) -> None:
        """Update cards and order; the open card keeps its text."""
        scope, tab, book = self.page.scope, self.state.tab, self.book
        read = self._reads.start(tab, book)
        key = ("queue", scope.business_id, tab, book.owner)
        cards = await shared(key, lambda: queue_queries.list_cards(scope, tab, owner=book.owner))
        names = await scorecard_names(scope, [card.customer_id for card in cards])
        found = _Found(tab, book, cards, await _counts(scope, book.owner), names)
        if read.accept():
            self._assign(found)
        await self._editor.refresh()

    async def _first(self) -> None:
        """Open the URL's card with its tab, or the first card of the tab."""
        asked = self.page.address.get("card")
        if asked:
            found = await queue_queries.card(self.page.scope, UUID(asked))
            self.state.tab = next((tab for tab in QUEUE_TABS if belongs(found, tab)), "open")
        await self._read()
        if asked and asked not in self._cards:
            self.book = make(self.page, "all")
            self.state.book = "all"
            await self._read()
        await self._open(asked if asked in self._cards else self._top())

    def _top(self) -> str:
        return next(iter(self._cards), "")

    async def _read(self) -> None:
        scope, tab, book = self.page.scope, self.state.tab, self.book
        read = self._reads.start(tab, book)
        cards = await queue_queries.list_cards(scope, tab, owner=book.owner)
        names = await scorecard_names(scope, [card.customer_id for card in cards])
        found = _Found(tab, book, cards, await queue_queries.counts(scope, book.owner), names)
        if read.accept():
            self._assign(found)

    def _assign(self, found: _Found) -> None:
        """Assign the cards of the tab and the number in each tab to the state."""
        tab, book, cards, counts, names = found
        state = self.state
        self._cards = {str(card.id): card for card in cards}
        currency = self.page.currency
        state.rows = tuple(_row(card, currency, names.get(card.customer_id, "")) for card in cards)
        more = (0 if tab == "done" else getattr(counts, tab)) - len(cards)
        state.more = (
            gettext("{more} more come up as these are worked.").format(more=number(more))
            if more > 0
            else ""
        )
        state.titles = {
            "open": gettext("Waiting {open}").format(open=number(counts.open)),
            "snoozed": gettext("Snoozed {snoozed}").format(snoozed=number(counts.snoozed)),
            "outcomes": gettext("Needs outcome {outcomes}").format(
                outcomes=number(counts.outcomes)
            ),
            "asked": gettext("How did it go? {asked}").format(asked=number(counts.asked)),
            "done": gettext("Done"),
        }
        state.subtitle = ngettext(
            "{book}, {n} card waiting, the most urgent first",
            "{book}, {n} cards waiting, the most urgent first",
            counts.open,
        ).format(book=capitalized(book.words), n=number(counts.open))
        headline, advice = ("", "") if cards else NOTHING[tab]
        state.headline, state.advice = gettext(headline), gettext(advice)
        if not cards and tab == "open" and book.owner:
            state.advice = gettext("New cards appear here at once. Look at Team or All for more.")

    async def _choose(self, card_id: str) -> None:
        """Handle a click; on the card that is already open it changes nothing."""
        if self._editor.card is None or str(self._editor.card.id) != card_id:
            await self._open(card_id)
        self._editor.come_into_sight()

    async def _open(self, card_id: str) -> None:
        self.state.here, tab = card_id, self.state.tab
        await self._editor.open(UUID(card_id) if card_id in self._cards else None)
        if (self.state.here, self.state.tab) == (card_id, tab):
            self.page.address.set(card=card_id, tab="" if tab == "open" else tab)

    async def _worked(self, card: CardView, *, undone: bool = False) -> None:
        """Open the next card after the open one was worked, unless another was opened since."""
        worked, here = str(card.id), self.state.here
        following = self._list.neighbour(1) or self._list.neighbour(-1)
        await self._read()
        if self.state.here != here or not (undone or here == worked):
            return
        if worked in self._cards:
            following = worked
        await self._open(following if following in self._cards else self._top())

    async def _change_tab(self, tab: str) -> None:
        chosen = self.state.tab = next(one for one in QUEUE_TABS if one == tab)
        book = self.book
        await self._read()
        if (chosen, book) == (self.state.tab, self.book):  # else a later choice opens one
            await self._open(self._top())

    async def _change_book(self, book: Book) -> None:
        self.book, self.state.book = book, book.key
        self.page.address.set(owner="")  # of a link to one person's cards
        await self._campaign.read(book.owner)
        await self._change_tab(self.state.tab)

    async def _key(self, event: KeyEventArguments) -> None:
        modified = event.modifiers.ctrl or event.modifiers.meta or event.modifiers.alt
        if event.action.keydown and not modified and not self._editor.actions.asking:
            async with self._turn:
                await self._press(str(event.key.name))

    async def _press(self, key: str) -> None:
        if key in ("j", "k"):
            following = self._list.neighbour(1 if key == "j" else -1)
            if following:
                await self._open(following)
        elif key == "e":
            self._editor.focus()
        elif key == "p":
            place = QUEUE_TABS.index(self.state.tab) + 1
            await self._change_tab(QUEUE_TABS[place % len(QUEUE_TABS)])
        else:
            await self._editor.actions.by_key(key)


async def _counts(scope: Scope, owner: str) -> Counts:
    """Return the counts, read once for all pages that show them."""
    return await shared(
        ("queue counts", scope.business_id, owner), lambda: queue_queries.counts(scope, owner)
    )


def _row(card: QueueCard, currency: str, scorecard: str) -> Row:
    words, tone = state_words(active_context(card))
    notes = [_delivered(card), yearly_value(card, currency), scorecard]
    return {
        "id": str(card.id),
        "title": card.name or card.external_id,
        "badge": words or gettext(label_of(card.cause)),
        "badge_tone": tone,
        "text": why(card),
        "note": " · ".join(filter(None, notes)),
        **kit.cells.score(card.identity_strength, card.change_30d, 30),
    }


def _delivered(card: QueueCard) -> str:
    """Return when a card without an outcome was delivered."""
    waits = card.status == "actioned" and card.outcome is None
    return (
        gettext("Delivered {actioned_at}").format(actioned_at=ago(card.actioned_at, clock.now()))
        if waits
        else ""
    )
