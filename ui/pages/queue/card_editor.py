"""The open card in the editor: customer and reasons, the opener to edit, actions.

Knows nothing about lists: the queue passes a card and is notified when it was worked.
"""

from uuid import UUID

from nicegui import ui

from pulse.auth.roles import Permission
from pulse.cards import channels, lifecycle
from pulse.cards.queries import CardView
from pulse.cards.queries import card as read_card
from pulse.errors import Conflict, NotFound
from ui import kit
from ui.formatters import initial
from ui.kit.fields import Select, text_area
from ui.kit.text import box, link, text
from ui.pages.queue.card_actions import CardActions, Worked
from ui.pages.queue.card_customer import About, about
from ui.pages.queue.card_facts import card_history
from ui.pages.queue.drafts import Drafts
from ui.pages.queue.editor_state import EditorState
from ui.runtime.debounce import Debounced
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.single_flight import shared
from ui.texts import gettext

WAITING = ("pending", "snoozed")
SAVE_AFTER = 0.8  # seconds without typing before the text is saved with the card
INTO_SIGHT = (
    "if (innerWidth < 1000) document.getElementById('{id}')?.scrollIntoView({{block: 'start'}})"
)


class CardEditor:
    """The open card; `show` opens another one. `actions`: what can be done with it."""

    def __init__(self, page: Page, worked: Worked) -> None:
        self._page = page
        self._drafts = Drafts()
        self._saving = Debounced()
        self._state = EditorState()
        self._openings = 0
        self._reads = ReadOrder()
        self._wanted: UUID | None = None  # shown once it was read
        self._customer: About | None = None
        self.card: CardView | None = None
        self.actions = CardActions(page, self, worked)
        self._opener: ui.textarea | None = None
        self._channel: ui.select | None = None
        with kit.panel() as made:
            made.root.classes("pl-card-editor")
            self._body = box("pl-stack pl-stack--wide")
        with self._body:
            self._draw()

    @property
    def may(self) -> bool:
        """Whether the role may work cards; viewers may only read."""
        return self._page.scope.may(Permission.work_cards)

    @property
    def words(self) -> str:
        """The opener in the field."""
        field = self._opener
        return str(field.value or "").strip() if field else self.card.opener if self.card else ""

    @property
    def channel(self) -> str:
        """The chosen channel of delivery."""
        return str(self._channel.value or "") if self._channel else ""

    @property
    def edited(self) -> bool:
        """Whether the text differs from the saved one."""
        return bool(self.card and self._opener and self.words != self.card.opener.strip())

    async def open(self, card_id: UUID | None) -> None:
        """Read a card and its customer and open it; None closes the open one."""
        self._wanted, read = card_id, self._reads.start(card_id)
        card = await read_card(self._page.scope, card_id) if card_id else None
        customer = await about(self._page.scope, card) if card else None
        if read.accept():
            self._show(card, customer)

    def _show(self, card: CardView | None, customer: About | None) -> None:
        """Show a card in a new form. Unsaved text of the former one is kept in the drafts."""
        self.card, self._customer = card, customer
        self._opener = self._channel = None
        self._state.clash = ""
        self._openings += 1
        if card is not None:
            self._state.assign(card, customer, self._page)
        self._state.forms = ((self._openings, card),) if card else ()

    def come_into_sight(self) -> None:
        """Scroll to the card, which is below the list on a phone."""
        self._body.client.run_javascript(INTO_SIGHT.format(id=self._body.html_id))

    def focus(self) -> None:
        """Put the cursor into the text."""
        if self._opener:
            self._opener.run_method("focus")

    async def refresh(self) -> None:
        """Read the card again; unsaved text is kept, and concurrent changes are reported."""
        scope, card_id = self._page.scope, self._wanted
        if card_id is None:
            return
        read = self._reads.start(card_id)
        try:
            fresh = await shared(
                ("card", scope.business_id, card_id), lambda: read_card(scope, card_id)
            )
            customer = None if fresh == self.card else await about(scope, fresh)
        except NotFound:
            if read.accept():
                await self.open(None)
            return
        if customer is not None and read.accept():
            self._update(fresh, customer)

    def _update(self, fresh: CardView, customer: About) -> None:
        """Show the card as it is now, in the form that is open unless other buttons apply."""
        if self.card is None or self.card.id != fresh.id:  # the first answer about it
            self._show(fresh, customer)
        elif fresh.revision < self.card.revision:
            return  # read before a draft was saved here, about which another message follows
        elif self.edited:
            if fresh.revision != self.card.revision:
                self._say_clash(fresh)
        elif self._opener is None or fresh.status != self.card.status:
            self._show(fresh, customer)
        else:
            self.card, self._customer = fresh, customer
            self._opener.set_value(fresh.opener)
            self._state.assign(fresh, customer, self._page)

    def done(self, card: CardView) -> None:
        """Handle that a card was worked: its text was saved with the step or is discarded."""
        self._drafts.keep(card, "")

    def _say_clash(self, fresh: CardView) -> None:
        who = fresh.changed_by or gettext("Somebody")
        self._state.clash = gettext(
            "{who} has just changed this card. Your words are still here."
        ).format(who=who)

    def _keep(self) -> None:
        """Keep the text with the tab at once, and with the card after a pause."""
        if self.card is None or not self.may:
            return
        self._drafts.keep(self.card, self.words if self.edited else "")
        if self.edited:
            self._saving.after(SAVE_AFTER, self._save)

    async def _save(self) -> None:
        """Save the text as a draft, visible to everybody who opens the card."""
        card, words = self.card, self.words
        if card is None or not self.edited:
            return
        scope = await self._page.acting()
        try:
            fresh = await lifecycle.save_draft(scope, card.id, words, card.revision)
        except Conflict:
            changed = await read_card(self._page.scope, card.id)
            if self._wanted == card.id:
                self._say_clash(changed)
            return
        self._drafts.keep(card, "")
        if self.card is not None and self.card.id == fresh.id:
            self.card = fresh
            self._state.assign_writer(fresh, self._page)

    def _draw(self) -> None:
        state = self._state
        kit.empty(
            "No card is open", "Choose a card from the list, or press j."
        ).bind_visibility_from(state, "forms", backward=lambda forms: not forms)
        with kit.stack("pl-stack--wide").bind_visibility_from(state, "forms", backward=bool):
            self._draw_head()
            self._draw_reasons()
            clash = kit.note("", "warn").bind_text_from(state, "clash")
            clash.bind_visibility_from(state, "clash", backward=bool)
            forms = kit.Items(
                self._draw_form, key=lambda form: form[0], classes="pl-stack pl-stack--wide"
            )
            forms.bind_items_from(state, "forms")
            with kit.stack():
                text("", "pl-strong-text", tag="h3").bind_text_from(state, "rank")
                parts = kit.Items(_draw_part, key=lambda part: part, tag="ul")
                parts.bind_items_from(state, "rank_parts")

    def _draw_head(self) -> None:
        """Draw the customer, the cause and the status."""
        state = self._state
        with box("pl-row pl-row--between"):
            with box("pl-row"):
                with box("pl-avatar", tag="span").props('aria-hidden="true"'):
                    text("").bind_text_from(state, "name", backward=initial)
                with box():
                    name = link("", "", "pl-card-editor__name")
                    name.bind_text_from(state, "name").bind_href_from(state, "href")
                    text("", "pl-small pl-quiet", tag="div").bind_text_from(state, "facts")
            with box("pl-row"):
                for field in ("cause", "declared", "band"):
                    kit.Badge().bind_badge_from(state, field)
                kit.Score().bind_score_from(state, "score")

    def _draw_reasons(self) -> None:
        """Draw the reasons, and beside them what is needed before a call."""
        state = self._state
        with kit.columns():
            with box("pl-span-6 pl-stack"):
                text(gettext("Why this card"), "pl-strong-text", tag="h3")
                told = text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "told_on")
                told.bind_visibility_from(state, "told_on", backward=bool)
                reasons = kit.Items(
                    _draw_reason, key=lambda reason: reason, classes="pl-reasons", tag="ul"
                )
                reasons.bind_items_from(state, "reasons")
                follow_up = text("", "pl-small pl-quiet", tag="p")
                follow_up.bind_text_from(state, "follow_up")
                follow_up.bind_visibility_from(state, "follow_up", backward=bool)
            with box("pl-span-6 pl-stack").bind_visibility_from(state, "customer", backward=bool):
                text(gettext("Before you call"), "pl-strong-text", tag="h3")
                kit.Facts(small=True).bind_facts_from(state, "customer")

    def _draw_form(self, form: tuple[int, CardView]) -> None:
        """Draw text and buttons once, as long as the card waits, so that no click is lost."""
        _, card = form
        if card.status in WAITING:
            self._draw_text(card)
        else:
            card_history(card, self._page)
        if self.may:
            self.actions.buttons(card)

    def _draw_text(self, card: CardView) -> None:
        with box("pl-stack"):
            words, changed = self._drafts.of(card)
            self._opener = text_area("Opener", words or card.opener, rows=6, shown=False)
            self._opener.on_value_change(self._keep)
            if changed and card.changed_by != self._page.scope.actor.name:
                self._say_clash(card)
            self._opener.props(f"dir=auto lang={card.language}")
            self._opener.classes("pl-opener").props["readonly"] = not self.may
            self._opener.on("keydown.escape", js_handler="(e) => e.target.blur()")
            self._opener.on("keydown.ctrl.enter", self.actions.deliver, [])
            with box("pl-row pl-row--between"):
                with box("pl-grow"):
                    text("", "pl-small pl-quiet").bind_text_from(self._state, "written")
                    kit.Badge().bind_badge_from(self._state, "edited")
                if self.may:
                    self._draw_channels(card)

    def _draw_channels(self, card: CardView) -> None:
        choices = {one.name: _channel_choice(one) for one in channels.discover().values()}
        with kit.row():
            text(gettext("Deliver by"), "pl-small pl-quiet")
            chosen = card.channel if card.channel in choices else "email"
            self._channel = Select("Deliver by", choices, chosen)


def _channel_choice(channel: channels.Channel) -> str:
    return (
        gettext("{label} (sent by Pulse)").format(label=gettext(channel.label))
        if channel.send
        else gettext(channel.label)
    )


def _draw_reason(reason: str) -> None:
    text(reason, tag="li")


def _draw_part(part: tuple[str, str]) -> None:
    reason, points = part
    with box("pl-part", tag="li"):
        text(reason, "pl-grow")
        text(points, "pl-num pl-strong-text")
