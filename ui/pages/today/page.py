"""Today: changes since the last visit, priorities with reasons, counters of open work."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from nicegui import binding

from pulse import clock
from pulse.auth.scope import Scope
from pulse.auth.settings.preferences import previous_visit
from pulse.cards import queue_queries
from pulse.cards.activity_feed import News, news
from pulse.cards.queue_queries import Counts, QueueCard
from pulse.contexts.disputes import OpenDispute
from pulse.customers import follow_ups
from pulse.right_of_reply.service import open_disputes
from pulse.scoring.reports.overview import Overview
from ui import kit
from ui.components.activity_feed import NewsFeed
from ui.components.book import Book, book_of, book_switch, chosen_owner
from ui.components.business_figures import average_options, read_overview, read_trend
from ui.components.card_rows import FIRST_COLUMNS, first_row, one_a_customer
from ui.components.card_shortcuts import COLUMN, CardShortcuts
from ui.components.customer_rows import address_of, scorecard_names
from ui.components.kpis import today_figures
from ui.formatters import ago, clock_time
from ui.kit.kpi_strip import Figure
from ui.kit.table import Row
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.runtime.single_flight import shared

KINDS = (
    "identity_update",
    "context_shared",
    "context_withdrawn",
    "card_created",
    "card_changed",
    "customer_changed",
    "dispute_changed",
)
FIRST = 10
DISPUTED = [
    kit.Column("name", "Customer", "person"),
    kit.Column("told", "Fact", "quiet"),
    kit.Column("asked", "Since", "quiet", narrow=False),
]


async def _waiting(scope: Scope) -> int | None:
    owner = await chosen_owner(scope)
    key = ("queue counts", scope.business_id, owner)
    return (await shared(key, lambda: queue_queries.counts(scope, owner))).open


@binding.bindable_dataclass
class TodayState:
    """State of the page; elements are bound to it, `refresh` assigns it."""

    subtitle: str = ""
    figures: Sequence[Figure] = ()
    first: Sequence[Row] = ()
    nobody: bool = True
    disputed: Sequence[Row] = ()
    news: Sequence[News] = field(default_factory=tuple)


@view("Today", icon="wb_twilight", route="/", order=10, count=_waiting)
async def show(page: Page) -> None:
    """Show the first page of the day."""
    today = _Today(page, await book_of(page), await previous_visit(page.scope, "today"))
    await today.refresh([])
    await today.draw()
    page.live.on(KINDS, today.refresh)


class _Today:
    def __init__(self, page: Page, book: Book, since: datetime) -> None:
        self.page, self.book, self.since = page, book, since
        self.state = TodayState()
        self._reads = ReadOrder()
        self._cards: dict[str, QueueCard] = {}
        self._shortcuts = CardShortcuts(page)

    async def draw(self) -> None:
        state = self.state
        title = kit.Title("Today")
        title.subtitle.bind_text_from(state, "subtitle")
        with title.actions():
            book_switch(self.page, self.book, self._change_book)
        kit.Figures().bind_figures_from(state, "figures")
        with kit.panel(
            "Priorities",
            "by value at risk, state, drop and renewal · changes of 30 days",
            flush=True,
        ):
            columns = [*FIRST_COLUMNS, *([COLUMN] if self._shortcuts.may else [])]
            table = kit.Table(columns, heading=False, label="Priorities").on_act(self._act)
            self._table = table
            table.classes("pl-first")
            table.bind_rows_from(state, "first")
            table.bind_visibility_from(state, "nobody", backward=lambda nobody: not nobody)
            kit.empty(
                "No cards are waiting",
                "New cards appear here at once.",
                action="See all customers",
                href=self.book.link(),
            ).bind_visibility_from(state, "nobody")
        with kit.panel(
            "Facts that customers dispute",
            "each counts as not known until you answer on the customer's page",
            flush=True,
        ) as disputed:
            kit.Table(DISPUTED, label="Disputed facts").bind_rows_from(state, "disputed")
        disputed.root.bind_visibility_from(state, "disputed", backward=bool)
        with kit.columns():
            when = clock_time(self.since, self.page.zone)
            with kit.panel("Since you left", when, span=6, flush=True):
                NewsFeed().bind_news_from(state, "news")
            with kit.panel("Average identity strength, 26 weeks", "whole business, 0–100", span=6):
                options = average_options(await read_trend(self.page.scope))
                kit.Chart(options, height=236, label="Average strength by week")

    async def refresh(self, _: Batch) -> None:
        """Read the data and assign it to the state."""
        state, book = self.state, self.book
        read = self._reads.start(book)
        figures, counts, due = await self._read(book)
        first = one_a_customer(await self._first(book))[:FIRST]
        names = await scorecard_names(self.page.scope, [card.customer_id for card in first])
        news_of_book = await self._news(book)
        disputed = await self._disputes(book)
        if not read.accept():
            return
        state.subtitle = f"{self.page.business.name} · {book.counted(figures.customers)}"
        state.figures = today_figures(book, figures, counts, due)
        self._cards = {str(card.customer_id): card for card in first}
        state.first = tuple(self._row(card, names.get(card.customer_id, "")) for card in first)
        state.nobody = not first
        state.disputed = tuple(_disputed(one) for one in disputed)
        state.news = tuple(news_of_book)

    def _row(self, card: QueueCard, scorecard: str) -> Row:
        row = first_row(card, self.page.currency, scorecard)
        return {**row, **self._shortcuts.cell(card)}

    async def _act(self, row: str, key: str) -> None:
        card = self._cards.get(row)
        if card and await self._shortcuts.act(key, card):
            left = tuple(one for one in self.state.first if one["id"] != row)
            self.state.first = left  # so that a card that is taken back at once is shown again
            self._table.show_rows(left, now=True)

    async def _change_book(self, book: Book) -> None:
        self.book = book
        await self.refresh([])

    async def _read(self, book: Book) -> tuple[Overview, Counts, int]:
        scope, business = self.page.scope, self.page.business.id
        return (
            await read_overview(scope, book),
            await shared(
                ("queue counts", business, book.owner),
                lambda: queue_queries.counts(scope, book.owner),
            ),
            await shared(("due", business, book.owner), lambda: follow_ups.due(scope, book.owner)),
        )

    async def _first(self, book: Book) -> list[QueueCard]:
        scope = self.page.scope
        return await shared(
            ("first", self.page.business.id, book.owner),
            lambda: queue_queries.list_cards(scope, owner=book.owner, limit=30),
        )

    async def _disputes(self, book: Book) -> list[OpenDispute]:
        scope = self.page.scope
        key = ("disputes", self.page.business.id, book.owner)
        return await shared(key, lambda: open_disputes(scope, book.owner))

    async def _news(self, book: Book) -> list[News]:
        scope, owner = self.page.scope, book.owner
        key = ("news", self.page.business.id, owner, self.since)
        return await shared(key, lambda: news(scope, self.since, owner, limit=7))


def _disputed(one: OpenDispute) -> Row:
    return {
        "id": str(one.id),
        "told": one.told,
        "asked": ago(one.asked_at, clock.now()),
        **kit.cells.person(one.name or one.external_id, address_of(one.external_id)),
    }
