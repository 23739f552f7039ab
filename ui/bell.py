"""The notification centre: what one wants to hear of, how soon, and what came in unread."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from nicegui import ui

from pulse import clock
from pulse.access.preferences import prefer, preferences
from pulse.access.staff_sessions import StaffSession
from pulse.cards.news import News, news
from pulse.live.messages import Message
from ui.formatters import number
from ui.kit.fields import select_field
from ui.kit.text import Text, box, text
from ui.kit.toasts import toast
from ui.live import Batch, Live, shared
from ui.pieces.newsfeed import NewsFeed, in_words

PREFERENCE = "notices"
KINDS = {
    "calls": "A customer is stuck or frustrated",
    "states": "A customer says something else",
    "cards": "A new card for my customers",
    "outcomes": "Outcomes of cards",
}
HOW = {"at_once": "at once", "listed": "in the list", "off": "not at all"}
DEFAULTS = {"calls": "at_once", "states": "listed", "cards": "listed", "outcomes": "off"}
CALLS = ("stuck", "frustrated")
SHOWN = 8
MOST_TOASTS = 3  # at a time; a rescoring makes many cards
HEARD = ("context_shared", "card_created", "card_changed")
LOOK_BACK = timedelta(days=7)


class Bell:
    """The bell in the side bar, its count, its list and its choices."""

    def __init__(self, session: StaffSession, place: ui.element) -> None:
        self._session = session
        self._how = dict(DEFAULTS)
        self._seen = clock.now() - LOOK_BACK
        with box("pl-nav", tag="button") as button:
            button.props('type=button aria-haspopup="dialog"')
            ui.icon("notifications_none").props('aria-hidden="true"')
            text("Notices")
            self._count: Text = text("", "pl-nav__count")
        button.on("click", self._open, [])
        self._dialog = self._make_dialog()
        live = Live(session.business_id, place)
        live.on(HEARD, self._hear)
        ui.context.client.on_delete(live.close)
        ui.timer(0, self._start, once=True)

    def _make_dialog(self) -> ui.dialog:
        with ui.dialog() as made, box("pl-dialog") as sheet:
            sheet.props('role=dialog aria-modal=true aria-label="Notices"')
            text("Notices", tag="h2")
            self._feed = NewsFeed()
            text("How soon do you want to hear of it?", "pl-strong-text")
            self._choices = box("pl-form")
        return made

    async def _start(self) -> None:
        kept = dict((await preferences(self._session.scope)).get(PREFERENCE, {}))
        self._how |= {kind: how for kind, how in kept.get("how", {}).items() if kind in KINDS}
        if seen := kept.get("seen"):
            self._seen = datetime.fromisoformat(seen)
        with self._choices:
            for kind, words in KINDS.items():
                with box("pl-labelled"):
                    text(words, "pl-labelled__label")
                    select_field(words, HOW, self._how[kind], self._chooser(kind))
        await self._show_count()

    async def _hear(self, batch: Batch) -> None:
        """Say at once what is wanted at once, and only about one's own customers."""
        wanted = {
            (message.customer_id, kind)
            for message in batch
            if self._how.get(kind := kind_of(message), "off") == "at_once"
        }
        if wanted:
            since = clock.now() - timedelta(minutes=1)
            # not shared with other tabs: what is told once must not come from an older answer
            mine = await news(self._session.scope, since, self._mine, limit=20)
            told = [one for one in mine if (one.customer_id, listed_as(one)) in wanted]
            for one in told[:MOST_TOASTS]:
                toast(f"{one.name or one.external_id} {in_words(one)}")
            if len(told) > MOST_TOASTS:
                toast(f"And {len(told) - MOST_TOASTS} more: see Notices.")
        await self._show_count()

    async def _show_count(self) -> None:
        found = await self._news(self._seen, self._seen, limit=100)
        count = len(self._wanted(found))
        self._count.set_text(number(count) if count else "")

    def _wanted(self, found: list[News]) -> list[News]:
        """Those of a kind one wants to hear of at all."""
        return [one for one in found if self._how[listed_as(one)] != "off"]

    async def _news(self, key: object, since: datetime, limit: int) -> list[News]:
        """Read once for all open tabs of this person."""
        scope, mine = self._session.scope, self._mine
        return await shared(("bell", mine, key), lambda: news(scope, since, mine, limit=limit))

    async def _open(self) -> None:
        found = await news(self._session.scope, clock.now() - LOOK_BACK, self._mine, limit=100)
        self._feed.show(self._wanted(found)[:SHOWN])
        self._dialog.open()
        self._seen = clock.now()
        await self._keep()
        self._count.set_text("")

    def _chooser(self, kind: str) -> Callable[[str], Awaitable[None]]:
        async def choose(how: str) -> None:
            self._how[kind] = how
            await self._keep()

        return choose

    async def _keep(self) -> None:
        value = {"how": self._how, "seen": self._seen.isoformat()}
        await prefer(self._session.scope, PREFERENCE, value)

    @property
    def _mine(self) -> str:
        return str(self._session.staff_id)


def kind_of(message: Message) -> str:
    """Which of KINDS a message is."""
    if message.kind == "context_shared":
        context = message.payload.get("context")
        return "calls" if getattr(context, "context_type", "") in CALLS else "states"
    return {"card_created": "cards", "card_changed": "outcomes"}.get(message.kind, "")


def listed_as(one: News) -> str:
    """Which of KINDS a piece of news is."""
    if one.kind == "context":
        return "calls" if one.title in CALLS else "states"
    return {"card": "cards", "outcome": "outcomes"}[one.kind]
