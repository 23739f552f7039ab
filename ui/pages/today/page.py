"""Today: what changed since I left, who comes first and why; counters that go to zero."""

from datetime import datetime

from pulse.auth.scope import Scope
from pulse.auth.settings.preferences import came_back
from pulse.cards import queue_queries
from pulse.cards.activity_feed import news
from pulse.cards.queue_queries import Counts, DeskCard
from pulse.customers import follow_ups
from pulse.scoring.history.average_trend import AverageTrend, average_trend
from pulse.scoring.reports.overview import Overview, overview
from ui import kit
from ui.components.activity_feed import NewsFeed
from ui.components.average_trend import average_options
from ui.components.book import Book, book_of, book_switch
from ui.components.card_rows import FIRST_COLUMNS, first_row, one_a_customer
from ui.components.kpis import today_figures
from ui.formatters import clock_time, plural
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
    me = str(scope.actor.id)
    key = ("desk", scope.business_id, me)
    return (await shared(key, lambda: queue_queries.counts(scope, me))).open


@view("Today", icon="wb_twilight", route="/", order=10, count=_waiting)
async def show(page: Page) -> None:
    """The first page of the day."""
    sheet = _Sheet(page, await book_of(page), await came_back(page.scope, "today"))
    await sheet.draw()
    page.live.on(KINDS, sheet.refresh)


class _Sheet:
    def __init__(self, page: Page, book: Book, since: datetime) -> None:
        self.page, self.book, self.since = page, book, since

    async def draw(self) -> None:
        figures, counts, due = await self._read()
        self._title = kit.Title("Today", self._subtitle(figures))
        with self._title.actions():
            book_switch(self.page, self.book, self._change_book)
        self._strip = kit.Figures(today_figures(self.book, figures, counts, due))
        with kit.panel("Who first", "by drop, declared state, value, renewal", flush=True):
            self._first = kit.Table(FIRST_COLUMNS, heading=False, label="Who first")
            self._nobody = kit.empty(
                "Nobody waits for you",
                "Drops and calls for help will appear here by themselves.",
                action="See all customers",
                href=self.book.link(),
            )
        with kit.columns():
            with kit.panel(
                "Since you left", clock_time(self.since, self.page.zone), span=6, flush=True
            ):
                self._news = NewsFeed()
            with kit.panel("Average identity strength, 26 weeks", "whole business, 0–100", span=6):
                scope, business = self.page.scope, self.page.business.id
                trend = await cached_figures(
                    business,
                    "trend",
                    lambda: average_trend(scope),
                    lambda trend: trend.customers,
                    Lasting(scope, AverageTrend),
                )
                self._trend = kit.Chart(
                    average_options(trend), height=236, label="Average strength by week"
                )
        await self._show_lists()

    async def refresh(self, _: Batch) -> None:
        figures, counts, due = await self._read()
        self._title.subtitle.set_text(self._subtitle(figures))
        self._strip.update(today_figures(self.book, figures, counts, due))
        await self._show_lists()

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
                ("desk", business, book.owner), lambda: queue_queries.counts(scope, book.owner)
            ),
            await shared(("due", business, book.owner), lambda: follow_ups.due(scope, book.owner)),
        )

    async def _show_lists(self) -> None:
        scope, book, business = self.page.scope, self.book, self.page.business.id
        waiting: list[DeskCard] = await shared(
            ("first", business, book.owner),
            lambda: queue_queries.list_cards(scope, owner=book.owner, limit=30),
        )
        first = one_a_customer(waiting)[:FIRST]
        self._first.show([first_row(card) for card in first])
        self._first.element.set_visibility(bool(first))
        self._nobody.set_visibility(not first)
        key = ("news", business, book.owner, self.since)
        self._news.show(await shared(key, lambda: news(scope, self.since, book.owner, limit=7)))

    def _subtitle(self, figures: Overview) -> str:
        customers = plural(figures.customers, "customer")
        return f"{self.page.business.name} · {self.book.words}, {customers}"
