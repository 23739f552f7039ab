"""The notification centre: chosen kinds, how they are shown, and unread entries."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from nicegui import binding, ui

from pulse import clock
from pulse.auth.settings.preferences import preferences, set_preference
from pulse.auth.sign_in.staff_sessions import StaffSession
from pulse.cards.activity_feed import News, news
from pulse.live.messages import Message
from ui.components.activity_feed import NewsFeed, in_words
from ui.formatters import number
from ui.kit.feedback import said
from ui.kit.fields import select_field
from ui.kit.text import Text, box, text
from ui.runtime.live import Batch, Live
from ui.runtime.single_flight import shared
from ui.texts import gettext, marked

PREFERENCE = "notices"
KINDS = marked(
    {
        "calls": "A customer is stuck or frustrated",
        "states": "A customer says something else",
        "cards": "A new card for my customers",
        "outcomes": "Outcomes of cards",
    }
)
HOW = marked({"at_once": "at once", "listed": "in the list", "off": "not at all"})
DEFAULTS = {"calls": "at_once", "states": "listed", "cards": "listed", "outcomes": "off"}
CALLS = ("stuck", "frustrated")
SHOWN = 8
MOST_TOASTS = 3  # at a time; a rescoring creates many cards
MEANT = {
    "context_shared": {"calls", "states"},
    "card_created": {"cards"},
    "card_changed": {"outcomes"},
}
HEARD = tuple(MEANT)
LOOK_BACK = timedelta(days=7)
AT_ONCE = timedelta(minutes=1)  # older ones are in the list only, not shown as messages
MOST_AT_ONCE = 50  # read at once; at most MOST_TOASTS of them are shown


@binding.bindable_dataclass
class NotificationsState:
    """The unread count beside the bell, and the list in its dialog."""

    count: str = ""
    news: Sequence[News] = ()


class Notifications:
    """The bell in the side bar with its count, list and settings."""

    def __init__(self, session: StaffSession, place: ui.element) -> None:
        self._session = session
        self._state = NotificationsState()
        self._how = dict(DEFAULTS)
        self._seen = _a_week_ago()
        self._is_read = False
        self._toasts: list[Text] = []
        self._more: Text | None = None
        self._counted = 0
        self._told: set[object] | None = None  # until the first read
        with box("pl-nav", tag="button") as button:
            button.props('type=button aria-haspopup="dialog"')
            ui.icon("notifications_none").props('aria-hidden="true"')
            text(gettext("Notices"))
            text("", "pl-nav__count").bind_text_from(self._state, "count")
        button.on("click", self._open, [])
        self._dialog = self._make_dialog()
        live = Live(session.business_id, place)
        live.on(HEARD, self._on_messages)
        ui.context.client.on_delete(live.close)
        ui.timer(0, self._load_preferences, once=True)

    def _make_dialog(self) -> ui.dialog:
        with ui.dialog() as made, box("pl-dialog") as sheet:
            sheet.props("role=dialog aria-modal=true").props["aria-label"] = gettext("Notices")
            text(gettext("Notices"), tag="h2")
            NewsFeed().bind_news_from(self._state, "news")
            text(gettext("When should you be notified?"), "pl-strong-text")
            self._choices = box("pl-form")
        return made

    async def _read_preferences(self) -> None:
        """Read what this person chose and last saw, unless it was read already."""
        kept = dict((await preferences(self._session.scope)).get(PREFERENCE, {}))
        if self._is_read:
            return
        self._is_read = True
        self._how |= {kind: how for kind, how in kept.get("how", {}).items() if kind in KINDS}
        if seen := kept.get("seen"):
            self._seen = datetime.fromisoformat(seen)

    async def _load_preferences(self) -> None:
        await self._read_preferences()
        self._told = {_identity_of(one) for one in await self._latest()}
        with self._choices:
            for kind, words in KINDS.items():
                select_field(words, HOW, self._how[kind], self._chooser(kind))
        await self._show_count()

    async def _on_messages(self, batch: Batch) -> None:
        """Show messages of the chosen kinds about the person's own customers."""
        kinds = (kind for message in batch for kind in kinds_of(message))
        if self._told is not None and any(self._how[kind] == "at_once" for kind in kinds):
            latest = await self._latest()
            fresh = [one for one in latest if _identity_of(one) not in self._told]
            self._told = {_identity_of(one) for one in latest}
            self._show_toasts([one for one in fresh if self._how[listed_as(one)] == "at_once"])
        await self._show_count()

    async def _latest(self) -> list[News]:
        """Return recent activity of the person's customers; one read for all their tabs."""
        since = clock.now() - AT_ONCE
        return await self._news(gettext("at once"), since, MOST_AT_ONCE)

    def _show_toasts(self, fresh: list[News]) -> None:
        """Show each as a message while there is space; of the others show the number."""
        self._toasts = [words for words in self._toasts if not words.is_deleted]
        room = max(0, MOST_TOASTS - len(self._toasts))
        for one in fresh[:room]:
            if words := said(f"{one.name or one.external_id} {in_words(one)}"):
                self._toasts.append(words)
        if more := len(fresh[room:]):
            if self._more is None or self._more.is_deleted:
                self._more, self._counted = said(""), 0
            self._counted += more
            if self._more:
                self._more.set_text(
                    gettext("And {counted} more: see Notices.").format(counted=self._counted)
                )

    async def _show_count(self) -> None:
        seen = self._seen
        count = len(self._wanted(await self._news(seen, seen, limit=100)))
        if seen == self._seen:  # else the list was opened while they were counted
            self._state.count = number(count) if count else ""

    def _wanted(self, found: list[News]) -> list[News]:
        """Return the entries of the kinds this person wants."""
        return [one for one in found if self._how[listed_as(one)] != "off"]

    async def _news(self, key: object, since: datetime, limit: int) -> list[News]:
        """Return the entries, read once for all open tabs of this person."""
        scope, mine = self._session.scope, self._own_book
        return await shared(("bell", mine, key), lambda: news(scope, since, mine, limit=limit))

    async def _open(self) -> None:
        await self._read_preferences()  # else the defaults are saved over what the person chose
        found = await news(self._session.scope, clock.now() - LOOK_BACK, self._own_book, limit=100)
        self._state.news = tuple(self._wanted(found)[:SHOWN])
        self._dialog.open()
        self._seen, self._state.count = clock.now(), ""
        await self._save_preferences()

    def _chooser(self, kind: str) -> Callable[[str], Awaitable[None]]:
        async def choose(how: str) -> None:
            self._how[kind] = how
            await self._save_preferences()

        return choose

    async def _save_preferences(self) -> None:
        value = {"how": self._how, "seen": self._seen.isoformat()}
        await set_preference(self._session.scope, PREFERENCE, value)

    @property
    def _own_book(self) -> str:
        return str(self._session.staff_id)


def kinds_of(message: Message) -> set[str]:
    """Return which of KINDS a message is; one from another process may be of several."""
    if message.kind == "context_shared":
        context = message.payload.get("context")
        return {"calls" if getattr(context, "context_type", "") in CALLS else "states"}
    if message.kind == "resync":
        hinted = message.payload.get("kinds") or HEARD
        return set().union(*(MEANT.get(kind, set()) for kind in hinted))
    return MEANT.get(message.kind, set())


def listed_as(one: News) -> str:
    """Return which of KINDS an entry is."""
    if one.kind == "context":
        return "calls" if one.title in CALLS else "states"
    return {"card": "cards", "outcome": "outcomes"}[one.kind]


def _identity_of(one: News) -> object:
    """Return the identity of an entry."""
    return one.kind, one.customer_id, one.at


def _a_week_ago() -> datetime:
    """Return the default for a person who never looked; constant during a day for shared reads."""
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - LOOK_BACK
