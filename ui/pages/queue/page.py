"""The conversation queue: cards by urgency, worked with or without a mouse."""

import asyncio
from uuid import UUID

from nicegui import ui
from nicegui.events import KeyEventArguments

from pulse.auth.scope import Scope
from pulse.cards import queue_queries
from pulse.cards.queue_queries import PILES, Counts, DeskCard, Pile, active_context
from pulse.cards.triggers import label_of
from pulse.errors import NotFound
from ui import kit
from ui.components.book import Book, book_of, book_switch, chosen_owner, make
from ui.components.card_rows import why
from ui.formatters import money, number, plural
from ui.kit.badges import state_words
from ui.kit.picklist import Picklist
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.pages.queue.card_editor import CardSheet
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.runtime.single_flight import shared

KINDS = (
    "card_created",
    "card_changed",
    "context_shared",
    "context_withdrawn",
    "identity_update",
    "customer_changed",
)
TITLES: dict[str, str] = {
    "open": "Waiting",
    "snoozed": "Snoozed",
    "outcomes": "Needs outcome",
    "done": "Done",
}
NOTHING: dict[Pile, tuple[str, str]] = {
    "open": ("No cards are waiting", "Drops and calls for help appear here at once."),
    "snoozed": ("No snoozed cards", "Snoozed cards wait here until their date."),
    "outcomes": ("No outcomes to record", "Delivered cards wait here for their outcome."),
    "done": ("Nothing done yet", "Cards with an outcome, and dismissed ones, are kept here."),
}
HINTS = "j k next, back · e edit · c copy · a delivered · s snooze · d dismiss · g reassign · p tab"


async def _waiting(scope: Scope) -> int | None:
    return (await _counts(scope, await chosen_owner(scope))).open


@view("Queue", icon="forum", route="/queue", order=40, count=_waiting)
async def show(page: Page) -> None:
    """List and desk, side by side."""
    owner = page.address.get("owner")
    book = Book("all", owner) if owner else await book_of(page)
    queue = _Queue(page, book)
    await queue.draw()
    page.live.on(KINDS, queue.refresh)


class _Queue:
    def __init__(self, page: Page, book: Book) -> None:
        self.page, self.book = page, book
        asked = page.address.get("pile")
        self.pile: Pile = next((one for one in PILES if one == asked), "open")
        self._cards: dict[str, DeskCard] = {}
        self._said = ("", "")
        self._turn = asyncio.Lock()  # keys are worked in the order they were pressed

    async def draw(self) -> None:
        self._title = kit.Title("Conversation queue", "")
        with self._title.actions():
            self._switch = book_switch(self.page, self.book, self._change_book)
        with kit.row("pl-row--between"):
            self._piles = kit.Segments(TITLES, self.pile, self._change_pile, label="Tab")
            text(HINTS, "pl-small pl-faint pl-narrow-hide")
        with box("pl-queue"):
            with kit.panel(flush=True), box("pl-queue__list"):
                self._list = Picklist(self._choose, label="Cards")
                self._none = box()
                self._more = text("", "pl-small pl-quiet pl-queue__more", tag="p")
            self._sheet = CardSheet(self.page, self._worked)
        ui.keyboard(self._key, repeating=False, ignore=["input", "select", "textarea"])
        await self._first()

    async def refresh(self, _: Batch) -> None:
        """Other cards, other places; the open card keeps its text."""
        scope, pile, owner = self.page.scope, self.pile, self.book.owner
        key = ("queue", scope.business_id, pile, owner)
        cards = await shared(key, lambda: queue_queries.list_cards(scope, pile, owner=owner))
        found = cards, await _counts(scope, owner)
        if (pile, owner) == (self.pile, self.book.owner):  # nobody has turned to another meanwhile
            self._show_pile(*found)
        try:
            await self._sheet.refresh()
        except NotFound:
            self._sheet.show(None)

    async def _first(self) -> None:
        """Open the card of the address, with its pile, or the first of the pile."""
        asked = self.page.address.get("card")
        if asked:
            found = await queue_queries.card(self.page.scope, UUID(asked))
            self.pile = next((p for p in PILES if _lies_on(found, p)), "open")
            self._piles.show(self.pile)
        await self._read()
        if asked and asked not in self._cards:
            self.book = make(self.page, "all")
            self._switch.show("all")
            await self._read()
        chosen = asked if asked in self._cards else next(iter(self._cards), "")
        await self._open(chosen)

    async def _read(self) -> None:
        self._show_pile(*await _pile(self.page.scope, self.pile, self.book.owner))

    def _show_pile(self, cards: list[DeskCard], counts: Counts) -> None:
        self._cards = {str(card.id): card for card in cards}
        self._list.show([_row(card, self.page.currency) for card in cards])
        self._say_nothing(bool(cards))
        more = (0 if self.pile == "done" else getattr(counts, self.pile)) - len(cards)
        self._more.set_text(f"{number(more)} more come up as these are worked." if more > 0 else "")
        self._more.set_visibility(more > 0)
        self._list.element.set_visibility(bool(cards))
        self._piles.relabel("open", f"Waiting {number(counts.open)}")
        self._piles.relabel("snoozed", f"Snoozed {number(counts.snoozed)}")
        self._piles.relabel("outcomes", f"Needs outcome {number(counts.outcomes)}")
        words = f"{self.book.words.capitalize()}, {plural(counts.open, 'card')} waiting"
        self._title.subtitle.set_text(f"{words}, the most urgent first")

    def _say_nothing(self, cards: bool) -> None:
        """What an empty pile means, and where to look instead."""
        headline, advice = ("", "") if cards else NOTHING[self.pile]
        if headline and self.pile == "open" and self.book.owner:
            advice += " Look at Team or All for more."
        if (headline, advice) != self._said:
            self._said = headline, advice
            self._none.clear()
            with self._none:
                if headline:
                    kit.empty(headline, advice)

    async def _choose(self, card_id: str) -> None:
        """A click. On the card that is open already it takes no word away."""
        if self._sheet.card is None or str(self._sheet.card.id) != card_id:
            await self._open(card_id)
        self._sheet.come_into_sight()

    async def _open(self, card_id: str) -> None:
        self._list.here = card_id
        await self._sheet.open(UUID(card_id) if card_id in self._cards else None)
        self.page.address.set(card=card_id, pile="" if self.pile == "open" else self.pile)

    async def _worked(self, card: DeskCard) -> None:
        """The open card was worked: on to the next one."""
        following = self._list.neighbour(1) or self._list.neighbour(-1)
        await self._read()
        if str(card.id) in self._cards:
            following = str(card.id)
        await self._open(following if following in self._cards else next(iter(self._cards), ""))

    async def _change_pile(self, pile: str) -> None:
        self.pile = next(one for one in PILES if one == pile)
        await self._read()
        await self._open(next(iter(self._cards), ""))

    async def _change_book(self, book: Book) -> None:
        self.book = book
        await self._change_pile(self.pile)

    async def _key(self, event: KeyEventArguments) -> None:
        modified = event.modifiers.ctrl or event.modifiers.meta or event.modifiers.alt
        if event.action.keydown and not modified and not self._sheet.acts.asking:
            async with self._turn:
                await self._press(str(event.key.name))

    async def _press(self, key: str) -> None:
        if key in ("j", "k"):
            following = self._list.neighbour(1 if key == "j" else -1)
            if following:
                await self._open(following)
        elif key == "e":
            self._sheet.focus()
        elif key == "p":
            piles = [*PILES]
            following = piles[(piles.index(self.pile) + 1) % len(piles)]
            self._piles.show(following)
            await self._change_pile(following)
        else:
            await self._sheet.acts.by_key(key)


async def _counts(scope: Scope, owner: str) -> Counts:
    """Read once for all pages that show them."""
    return await shared(
        ("desk", scope.business_id, owner), lambda: queue_queries.counts(scope, owner)
    )


async def _pile(scope: Scope, pile: Pile, owner: str) -> tuple[list[DeskCard], Counts]:
    return await queue_queries.list_cards(scope, pile, owner=owner), await queue_queries.counts(
        scope, owner
    )


def _row(card: DeskCard, currency: str) -> Row:
    words, tone = state_words(active_context(card))
    return {
        "id": str(card.id),
        "title": card.name or card.external_id,
        "badge": words or label_of(card.cause),
        "badge_tone": tone,
        "text": why(card),
        "note": f"{money(card.value, currency)} a year" if card.value else "",
        **kit.cells.score(card.identity_strength, card.change_30d),
    }


def _lies_on(card: DeskCard, pile: Pile) -> bool:
    match pile:
        case "open":
            return card.status == "pending"
        case "snoozed":
            return card.status == "snoozed"
        case "outcomes":
            return card.status == "actioned" and card.outcome is None
    return True
