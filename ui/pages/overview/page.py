"""Overview: the state of a book in figures, its distribution, its trend, and who moved most."""

from pulse.cards.outcomes.outcome_stats import Outreach, outreach
from pulse.customers import repository
from pulse.customers.repository import CustomerRow
from pulse.scoring.history.average_trend import AverageTrend, average_trend
from pulse.scoring.reports.overview import Overview, overview
from ui import kit
from ui.components.average_trend import average_options
from ui.components.book import Book, book_of, book_switch
from ui.components.customer_rows import MOVER_COLUMNS, mover_row
from ui.components.kpis import band_figures, overview_figures
from ui.formatters import clock_time, percent, plural
from ui.runtime.figures_cache import Lasting, cached_figures, taken_at
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


@view("Overview", icon="insights", route="/overview", order=20)
async def show(page: Page) -> None:
    """Figures, bands, distribution, trend, movers; all of it live."""
    sheet = _Sheet(page, await book_of(page))
    await sheet.draw()
    page.live.on(KINDS, sheet.refresh)


class _Sheet:
    """What stands on the page, and how it is brought up to date."""

    def __init__(self, page: Page, book: Book) -> None:
        self.page, self.book = page, book

    async def draw(self) -> None:
        figures, cards, trend = await self._read()
        self._title = kit.Title("Overview", self._subtitle(figures))
        with self._title.actions():
            book_switch(self.page, self.book, self._change_book)
        self._strip = kit.Figures(overview_figures(self.page, self.book, figures, cards))
        self._bands = kit.Figures(band_figures(self.book, figures), small=True)
        with kit.columns():
            self._charts(figures, trend)
            self._down = self._movers("Lost most in 7 days", "change_7d_to=-1&sort=change_7d")
            self._up = self._movers("Gained most in 7 days", "change_7d_from=1&sort=-change_7d")
        await self._show_movers()

    def _charts(self, figures: Overview, trend: AverageTrend) -> None:
        with kit.panel("Customers by strength", "customers per five points", span=6):
            self._distribution = kit.Chart(
                kit.charts.distribution(figures.distribution, figures.edges),
                height=230,
                label="How many customers have which strength",
            )
        with kit.panel("Average identity strength, 26 weeks", "whole business, 0–100", span=6):
            self._trend = kit.Chart(
                average_options(trend), height=230, label="Average strength by week"
            )

    async def refresh(self, _: Batch) -> None:
        figures, cards, trend = await self._read()
        self._title.subtitle.set_text(self._subtitle(figures))
        self._strip.update(overview_figures(self.page, self.book, figures, cards))
        self._bands.update(band_figures(self.book, figures))
        self._distribution.show(kit.charts.distribution(figures.distribution, figures.edges))
        self._trend.show(average_options(trend))
        await self._show_movers()

    async def _change_book(self, book: Book) -> None:
        self.book = book
        await self.refresh([])

    async def _read(self) -> tuple[Overview, Outreach, AverageTrend]:
        scope, book, business = self.page.scope, self.book, self.page.business.id
        return (
            await cached_figures(
                business,
                ("overview", book.chosen),
                lambda: overview(scope, book.chosen),
                lambda figures: figures.customers,
                Lasting(scope, Overview),
            ),
            await shared(("outreach", business, book.owner), lambda: outreach(scope, book.owner)),
            await cached_figures(
                business,
                "trend",
                lambda: average_trend(scope),
                lambda trend: trend.customers,
                Lasting(scope, AverageTrend),
            ),
        )

    def _subtitle(self, figures: Overview) -> str:
        customers = plural(figures.customers, "customer")
        known = percent(figures.coverage)
        taken = taken_at(self.page.business.id, ("overview", self.book.chosen))
        of = f" · as of {clock_time(taken, self.page.zone)}" if taken else ""
        words = self.book.words.capitalize()
        return f"{words}, {customers} · {known} of what is asked is known{of}"

    def _movers(self, heading: str, query: str) -> kit.Table:
        with kit.panel(heading, flush=True, span=6) as made:
            with made.head:
                kit.link("All", f"/customers?{query}", "pl-link pl-small pl-panel__note")
            return kit.Table(MOVER_COLUMNS, heading=False, label=heading)

    async def _show_movers(self) -> None:
        fell, rose = await self._moved(False), await self._moved(True)
        self._down.show([mover_row(row) for row in fell if (row.change_7d or 0) <= -1])
        self._up.show([mover_row(row) for row in rose if (row.change_7d or 0) >= 1])

    async def _moved(self, up: bool) -> list[CustomerRow]:
        scope, chosen = self.page.scope, self.book.chosen
        page = await shared(
            ("movers", scope.business_id, chosen, up),
            lambda: repository.listing(scope, chosen, sort="change_7d", descending=up, limit=6),
        )
        return page.rows
