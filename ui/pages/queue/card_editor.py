"""One card, open on the desk: who and why, the opener to edit, what to do with it.

Knows nothing of lists: the queue gives it a card and hears when it was worked.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from pulse.auth.roles import Role
from pulse.cards import lifecycle
from pulse.cards.queries import CardView
from pulse.cards.queries import card as read_card
from pulse.cards.queue_queries import active_context
from pulse.cards.settings import CHANNELS
from pulse.errors import Conflict
from ui import kit
from ui.formatters import label
from ui.kit.fields import select_field, text_area
from ui.kit.text import Text, box, text
from ui.pages.queue.card_actions import CardActs
from ui.pages.queue.card_customer import About, about
from ui.pages.queue.card_facts import (
    card_head,
    card_history,
    card_rank,
    card_reasons,
    edited_by,
    written_by,
)
from ui.pages.queue.drafts import Drafts
from ui.runtime.debounce import Debounced
from ui.runtime.page_context import Page
from ui.runtime.single_flight import shared

WAITING = ("pending", "snoozed")
SAVE_AFTER = 0.8  # seconds without typing after which the words are kept with the card
INTO_SIGHT = (
    "if (innerWidth < 1000) document.getElementById('{id}')?.scrollIntoView({{block: 'start'}})"
)
Worked = Callable[[CardView], Awaitable[None]]


class CardSheet:
    """The open card; `show` puts another one on the desk. `acts` is what can be done with it."""

    def __init__(self, page: Page, worked: Worked) -> None:
        self._page = page
        self._drafts = Drafts()
        self._saving = Debounced()
        self.card: CardView | None = None
        self._customer: About | None = None
        self.acts = CardActs(page, self, worked)
        self._opener: ui.textarea | None
        self._channel: ui.select | None
        self._clash: Text | None
        self._around: list[tuple[ui.element, Callable[[CardView], None]]]
        self._forget()
        with kit.panel() as made:
            made.root.classes("pl-sheet")
            self._body = box("pl-stack pl-stack--wide")
        self.show(None)

    @property
    def may(self) -> bool:
        """Viewers read; they do not work cards."""
        return self._page.scope.role >= Role.csm

    @property
    def words(self) -> str:
        """The opener as it stands in the field."""
        field = self._opener
        return str(field.value or "").strip() if field else self.card.opener if self.card else ""

    @property
    def channel(self) -> str:
        """How it is to be delivered."""
        return str(self._channel.value or "") if self._channel else ""

    @property
    def edited(self) -> bool:
        """True while the text differs from what is kept."""
        return bool(self.card and self._opener and self.words != self.card.opener.strip())

    async def open(self, card_id: UUID | None) -> None:
        """Read a card and its customer and put them on the desk; None clears it."""
        card = await read_card(self._page.scope, card_id) if card_id else None
        self._customer = await about(self._page.scope, card) if card else None
        self.show(card)

    def show(self, card: CardView | None) -> None:
        """Put a card on the desk; None clears it. Words under way wait in the drafts."""
        self.card = card
        self._forget()
        self._body.clear()
        with self._body:
            if card is None:
                kit.empty("No card is open", "Choose a card from the list, or press j.")
            else:
                self._draw(card)

    def come_into_sight(self) -> None:
        """On a telephone the card stands below the list: scroll there."""
        self._body.client.run_javascript(INTO_SIGHT.format(id=self._body.html_id))

    def focus(self) -> None:
        """Put the cursor into the text."""
        if self._opener:
            self._opener.run_method("focus")

    async def refresh(self) -> None:
        """Read the card again; a text under way stays, and that somebody was faster is said."""
        if self.card is None:
            return
        scope, card_id = self._page.scope, self.card.id
        fresh = await shared(
            ("card", scope.business_id, card_id), lambda: read_card(scope, card_id)
        )
        if self.card is None or fresh.id != self.card.id or fresh == self.card:
            return
        self._customer = await about(scope, fresh)
        if self.edited:
            self._warn(fresh)
        elif self._opener is None or fresh.status != self.card.status:
            self.show(fresh)
        else:
            self._draw_again(fresh)

    def _warn(self, fresh: CardView) -> None:
        if self.card and fresh.revision != self.card.revision:
            self._say_clash(fresh)

    def _say_clash(self, fresh: CardView) -> None:
        if self._clash:
            who = fresh.changed_by or "Somebody"
            self._clash.set_text(f"{who} has just changed this card. Your words are still here.")
            self._clash.set_visibility(True)

    def done(self) -> None:
        """The card is worked: what was written on it is kept in the card, or not wanted."""
        if self.card:
            self._drafts.keep(self.card, "")

    def _keep(self) -> None:
        """Words under way wait with the tab, and a moment later with the card."""
        if self.card is None or not self.may:
            return
        self._drafts.keep(self.card, self.words if self.edited else "")
        if self.edited:
            self._saving.after(SAVE_AFTER, self._save)

    async def _save(self) -> None:
        """Keep the words as a draft that everybody who opens the card sees."""
        card, words = self.card, self.words
        if card is None or not self.edited:
            return
        scope = await self._page.acting()
        try:
            fresh = await lifecycle.save_draft(scope, card.id, words, card.revision)
        except Conflict:
            self._say_clash(await read_card(self._page.scope, card.id))
            return
        self._drafts.keep(card, "")
        if self.card is not None and self.card.id == fresh.id:
            self.card = fresh
            for place, draw in self._around:
                if draw == self._writer:
                    place.clear()
                    with place:
                        draw(fresh)

    def _draw_again(self, fresh: CardView) -> None:
        """New facts around the text: its field stays, for somebody may just be typing into it."""
        self.card = fresh
        if self._opener:
            self._opener.set_value(fresh.opener)
        for place, draw in self._around:
            place.clear()
            with place:
                draw(fresh)

    def _draw(self, card: CardView) -> None:
        self._place(card, lambda card: card_head(card, active_context(card), self._page))
        self._place(card, self._why)
        self._clash = clash = kit.note("", "warn")
        clash.set_visibility(False)
        if card.status in WAITING:
            self._open_text(card)
        else:
            card_history(card, self._page)
        if self.may:
            self.acts.buttons(card)  # the same as long as the card waits: a click is never lost
        self._place(card, card_rank)

    def _why(self, card: CardView) -> None:
        card_reasons(card, self._customer, self._page)

    def _place(self, card: CardView, draw: Callable[[CardView], None]) -> None:
        """A part that is drawn again with every change, apart from the text."""
        place = box("pl-stack pl-stack--wide")
        with place:
            draw(card)
        self._around.append((place, draw))

    def _forget(self) -> None:
        self._opener = self._channel = self._clash = None
        self._around = []

    def _open_text(self, card: CardView) -> None:
        with box("pl-stack"):
            words, changed = self._drafts.of(card)
            self._opener = text_area("Opener", words or card.opener, rows=6, shown=False)
            self._opener.on_value_change(self._keep)
            if changed and card.changed_by != self._page.scope.actor.name:
                self._say_clash(card)
            self._opener.props(f"dir=auto lang={card.language}")
            self._opener.classes("pl-opener").props["readonly"] = not self.may
            self._opener.on("keydown.escape", js_handler="(e) => e.target.blur()")
            self._opener.on("keydown.ctrl.enter", self.acts.deliver, [])
            with box("pl-row pl-row--between"):
                with box("pl-grow") as place:
                    self._writer(card)
                self._around.append((place, self._writer))
                if self.may:
                    self._channels(card)

    def _writer(self, card: CardView) -> None:
        text(written_by(card), "pl-small pl-quiet")
        if edited := edited_by(card, self._page):
            kit.Badge(edited, "accent")

    def _channels(self, card: CardView) -> None:
        choices = {one: label(one) for one in CHANNELS}
        with kit.row():
            text("Deliver by", "pl-small pl-quiet")
            self._channel = select_field("Deliver by", choices, card.channel or CHANNELS[0])
