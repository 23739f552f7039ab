"""Today: changes since the last visit, priorities with reasons, counters of open work."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from nicegui import binding

from pulse.auth.scope import Scope
from pulse.auth.settings.preferences import previous_visit
from pulse.cards import queue_queries
from pulse.cards.activity_feed import News, news
from pulse.cards.queue_queries import Counts, QueueCard
from pulse.customers import follow_ups
from pulse.scoring.history.average_trend import AverageTrend, average_trend
from pulse.scoring.reports.overview import Overview, overview
from ui import kit
from ui.components.activity_feed import NewsFeed
from ui.components.average_trend import average_options
from ui.components.book import Book, book_of, book_switch, chosen_owner
from ui.components.card_rows import FIRST_COLUMNS, first_row, one_a_customer
from ui.components.kpis import today_figures
from ui.formatters import clock_time, plural
from ui.kit.kpi_strip import Figure
from ui.kit.table import Row
from ui.runtime.figures_cache import Lasting, cached_figures
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.runtime.single_flight import shared

KINDS = (
    "identity_update",
    "context_shared",
    "context_withdrawn",
    "card_created",
    "card_changed",
    "customer_changed",
)
FIRST = 10


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

    async def draw(self) -> None:
        state = self.state
        title = kit.Title("Today")
        title.subtitle.bind_text_from(state, "subtitle")
        with title.actions():
            book_switch(self.page, self.book, self._change_book)
        kit.Figures().bind_figures_from(state, "figures")
        with kit.panel("Priorities", "by value at stake, state, drop and renewal", flush=True):
            table = kit.Table(FIRST_COLUMNS, heading=False, label="Priorities")
            table.classes("pl-first")
            table.bind_rows_from(state, "first")
            table.bind_visibility_from(state, "nobody", backward=lambda nobody: not nobody)
            kit.empty(
                "No cards are waiting",
                "New cards appear here at once.",
                action="See all customers",
                href=self.book.link(),
            ).bind_visibility_from(state, "nobody")
        with kit.columns():
            when = clock_time(self.since, self.page.zone)
            with kit.panel("Since you left", when, span=6, flush=True):
                NewsFeed().bind_news_from(state, "news")
            with kit.panel("Average identity strength, 26 weeks", "whole business, 0–100", span=6):
                options = average_options(await self._trend())
                kit.Chart(options, height=236, label="Average strength by week")

    async def refresh(self, _: Batch) -> None:
        """Read the data and assign it to the state."""
        state = self.state
        figures, counts, due = await self._read()
        customers = plural(figures.customers, "customer")
        state.subtitle = f"{self.page.business.name} · {self.book.words}, {customers}"
        state.figures = today_figures(self.book, figures, counts, due)
        first = one_a_customer(await self._first())[:FIRST]
        state.first, state.nobody = (
            tuple(first_row(card, self.page.currency) for card in first),
            not first,
        )
        state.news = tuple(await self._news())

    async def _change_book(self, book: Book) -> None:
        self.book = book
        await self.refresh([])

    async def _read(self) -> tuple[Overview, Counts, int]:
        scope, book, business = self.page.scope, self.book, self.page.business.id
        return (
            await cached_figures(
                business,
                ("overview", book.chosen),
                lambda: overview(scope, book.chosen),
                lambda figures: figures.customers,
                Lasting(scope, Overview),
            ),
            await shared(
                ("queue counts", business, book.owner),
                lambda: queue_queries.counts(scope, book.owner),
            ),
            await shared(("due", business, book.owner), lambda: follow_ups.due(scope, book.owner)),
        )

    async def _first(self) -> list[QueueCard]:
        scope, book = self.page.scope, self.book
        return await shared(
            ("first", self.page.business.id, book.owner),
            lambda: queue_queries.list_cards(scope, owner=book.owner, limit=30),
        )

    async def _news(self) -> list[News]:
        scope, owner = self.page.scope, self.book.owner
        key = ("news", self.page.business.id, owner, self.since)
        return await shared(key, lambda: news(scope, self.since, owner, limit=7))

    async def _trend(self) -> AverageTrend:
        scope, business = self.page.scope, self.page.business.id
        return await cached_figures(
            business,
            "trend",
            lambda: average_trend(scope),
            lambda trend: trend.customers,
            Lasting(scope, AverageTrend),
        )
