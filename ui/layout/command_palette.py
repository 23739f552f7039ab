"""The command palette: "/" or Ctrl/Cmd-K searches customers, cards and pages; "?" shows keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from nicegui import binding, ui
from nicegui.events import KeyEventArguments

from pulse.auth.sign_in.staff_sessions import StaffSession
from pulse.cards import queue_queries
from pulse.cards.triggers import discover, label_of
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from ui import kit
from ui.components.customer_rows import address_of, band_badge
from ui.kit.buttons import Button
from ui.kit.dialogs import ask, dialog
from ui.kit.text import box, row, text
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import listed
from ui.texts import gettext, marked, mid_sentence

MOST_CUSTOMERS = 7
MOST_CARDS = 4
KEY, HELP_KEY = "/", "?"
SHORTCUTS = marked(
    {
        "/ or Ctrl K": "search customers, cards and pages",
        "?": "this list",
        "j k": "queue: next card, previous card",
        "e c": "queue: edit, copy the opener",
        "a s d g": "queue: delivered, snooze, dismiss, reassign",
        "p": "queue: next tab",
    }
)


@dataclass(frozen=True)
class Hit:
    """One result: its URL, title and a short note."""

    href: str
    title: str
    about: str
    icon: str


@binding.bindable_dataclass
class PaletteState:
    """The results in order, each with whether it is marked."""

    hits: Sequence[tuple[Hit, bool]] = ()


class CommandPalette:
    """The dialog; one per page, filled when it opens."""

    def __init__(self, session: StaffSession) -> None:
        self._session = session
        self._state = PaletteState()
        self._reads = ReadOrder()
        self._found = ""  # the words of the hits
        self._hits: list[Hit] = []
        self._at = 0
        with ui.dialog().props("position=top") as self._dialog, box("pl-dialog pl-finder") as sheet:
            sheet.props("role=dialog aria-modal=true").props["aria-label"] = gettext("Search")
            self._field = ui.input(
                placeholder=gettext("Customer, card, page …"), on_change=self._search
            )
            self._field.props("outlined dense autofocus debounce=120")
            self._field.props["aria-label"] = gettext("Search")
            self._field.classes("pl-field")
            hits = kit.Items(
                self._draw_hit,
                key=lambda one: one[0].href,
                nothing=_nothing,
                classes="pl-finder__list",
            )
            hits.bind_items_from(self._state, "hits")
        self._field.on(
            "keydown.enter", lambda e: self._go(e.args), js_handler="(e) => emit(e.target.value)"
        )
        self._field.on("keydown.down.prevent", lambda: self._move(1), [])
        self._field.on("keydown.up.prevent", lambda: self._move(-1), [])
        ui.keyboard(self._key, repeating=False, ignore=["input", "select", "textarea"])

    async def open(self) -> None:
        """Open it with the list of pages."""
        self._field.value = ""
        await self._search()
        self._dialog.open()

    async def _key(self, event: KeyEventArguments) -> None:
        if not event.action.keydown or self._dialog.value:
            return
        if str(event.key.name) == KEY:
            await self.open()
        elif str(event.key.name) == HELP_KEY:
            await _show_shortcuts()

    async def _search(self, *_: object) -> None:
        await self._find(str(self._field.value or "").strip())

    async def _find(self, words: str) -> None:
        read = self._reads.start(words)
        hits = [*await self._customers(words), *await self._cards(words), *self._pages(words)]
        if read.accept():
            self._found, self._at = words, 0
            self._hits = list({hit.href: hit for hit in hits}.values())
            self._mark()

    async def _customers(self, words: str) -> list[Hit]:
        if not words:
            return []
        found = await repository.listing(
            self._session.scope,
            CustomerFilter(search=words),
            sort="value",
            descending=True,
            limit=MOST_CUSTOMERS,
        )
        hits = [
            Hit(
                address_of(row.external_id),
                row.name or row.external_id,
                " · ".join(filter(None, [row.external_id, band_badge(row.band, row.lifecycle)[0]])),
                "person",
            )
            for row in found.rows
        ]
        if hits:
            href = f"/customers?{urlencode({'search': words})}"
            hits.append(
                Hit(
                    href,
                    gettext("All customers matching “{words}”").format(words=words),
                    "list",
                    "list",
                )
            )
        return hits

    async def _cards(self, words: str) -> list[Hit]:
        causes = [
            c for c, one in discover().items() if words and words.lower() in one.label.lower()
        ]
        found = await queue_queries.find(self._session.scope, words, causes, limit=MOST_CARDS)
        return [
            Hit(
                f"/queue?card={card.id}",
                card.name or card.external_id,
                gettext("card · {label_of}").format(label_of=mid_sentence(label_of(card.cause))),
                "forum",
            )
            for card in found
        ]

    def _pages(self, words: str) -> Sequence[Hit]:
        return [
            Hit(view.route, gettext(view.title), gettext("page"), view.icon)
            for view in listed(self._session.scope)
            if words.lower() in gettext(view.title).lower()
        ]

    def _draw_hit(self, one: tuple[Hit, bool]) -> None:
        hit, marked = one
        here = " pl-finder__item--here" if marked else ""
        with box(f"pl-finder__item{here}", tag="a") as item:
            item.props["href"] = hit.href
            ui.icon(hit.icon).props('aria-hidden="true"')
            text(hit.title, "pl-grow pl-clip")
            text(hit.about, "pl-small pl-quiet")
        item.on("click", self._dialog.close, [])

    def _mark(self) -> None:
        self._state.hits = tuple((hit, at == self._at) for at, hit in enumerate(self._hits))

    def _move(self, step: int) -> None:
        if self._hits:
            self._at = (self._at + step) % len(self._hits)
            self._mark()

    async def _go(self, typed: str) -> None:
        """Open the marked hit; after quick typing that of the words typed, not of former ones."""
        words = typed.strip()
        if words != self._found:
            await self._find(words)
        if self._hits and words == self._found:
            self._dialog.close()
            ui.navigate.to(self._hits[self._at].href)


def _nothing() -> None:
    text(gettext("Nothing found. Search by the beginning of a word."), "pl-quiet pl-finder__item")


async def _show_shortcuts() -> None:
    with dialog("Keyboard shortcuts") as made:
        for keys, meaning in SHORTCUTS.items():
            with row():
                text(keys, "pl-key")
                text(gettext(meaning))
        Button("Close", lambda: made.submit(None), kind="quiet")
    await ask(made)
