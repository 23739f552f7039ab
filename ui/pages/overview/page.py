"""Overview: figures of a book, distribution, trend, and the largest changes."""

from collections.abc import Sequence
from dataclasses import field

from nicegui import binding

from pulse.cards.outcomes.outcome_stats import Outreach, outreach
from pulse.customers import repository
from pulse.customers.repository import CustomerRow
from pulse.learning.review.review_job import standing_alarms
from pulse.scoring.history.average_trend import AverageTrend, average_trend
from pulse.scoring.reports.overview import Overview, overview
from ui import kit
from ui.components.average_trend import average_options
from ui.components.book import Book, book_of, book_switch
from ui.components.customer_rows import MOVER_COLUMNS, mover_row
from ui.components.kpis import band_figures, overview_figures
from ui.formatters import capitalized, clock_time, coverage_words, plural, weekday
from ui.kit.kpi_strip import Figure
from ui.kit.plots.chart_style import Options
from ui.kit.table import Row
from ui.runtime.figures_cache import Lasting, cached_figures, taken_at
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.runtime.single_flight import shared
from ui.texts import gettext

KINDS = (
    "identity_update",
    "context_shared",
    "context_withdrawn",
    "card_created",
    "card_changed",
    "customer_changed",
)


@binding.bindable_dataclass
class OverviewState:
    """State of the page; elements are bound to it, `refresh` assigns it."""

    subtitle: str = ""
    alarm: str = ""
    drift: str = ""
    figures: Sequence[Figure] = ()
    bands: Sequence[Figure] = ()
    distribution: Options = field(default_factory=dict)
    trend: Options = field(default_factory=dict)
    fell: Sequence[Row] = ()
    rose: Sequence[Row] = ()
    fell_href: str = ""
    rose_href: str = ""


@view("Overview", icon="insights", route="/overview", order=20)
async def show(page: Page) -> None:
    """Show figures, bands, distribution, trend and movers, all live."""
    shown = _Overview(page, await book_of(page))
    await shown.refresh([])
    shown.draw()
    page.live.on(KINDS, shown.refresh)


class _Overview:
    def __init__(self, page: Page, book: Book) -> None:
        self.page, self.book = page, book
        self.state = OverviewState()

    def draw(self) -> None:
        state = self.state
        title = kit.Title("Overview")
        title.subtitle.bind_text_from(state, "subtitle")
        with title.actions():
            book_switch(self.page, self.book, self._change_book)
        note = kit.note("", "warn")
        note.bind_text_from(state, "alarm").bind_visibility_from(state, "alarm", backward=bool)
        drift = kit.link("", "/scorecard?tab=review", "pl-note pl-note--warn pl-link")
        drift.bind_text_from(state, "drift").bind_visibility_from(state, "drift", backward=bool)
        kit.Figures().bind_figures_from(state, "figures")
        kit.Figures(small=True).bind_figures_from(state, "bands")
        with kit.columns():
            with kit.panel("Customers by strength", "customers per five points", span=6):
                chart = kit.Chart(height=230, label="How many customers have which strength")
                chart.bind_options_from(state, "distribution")
            with kit.panel("Average identity strength, 26 weeks", "whole business, 0–100", span=6):
                chart = kit.Chart(height=230, label="Average strength by week")
                chart.bind_options_from(state, "trend")
            _movers(gettext("Lost most in 7 days"), state, "fell")
            _movers(gettext("Gained most in 7 days"), state, "rose")

    async def refresh(self, _: Batch) -> None:
        """Read the data and assign it to the state."""
        figures, cards, trend = await self._read()
        fell, rose = await self._moved(up=False), await self._moved(up=True)
        state = self.state
        state.subtitle = self._subtitle(figures)
        since = figures.feed_stopped_since
        state.alarm = (
            gettext("Orders have not arrived since {since}.").format(since=weekday(since))
            if since
            else ""
        )
        state.drift = await self._drift()
        state.figures = overview_figures(self.page, self.book, figures, cards)
        state.bands = band_figures(self.book, figures)
        state.distribution = kit.charts.distribution(figures.distribution, figures.edges)
        state.trend = average_options(trend)
        state.fell_href = self.book.link(change_7d_to=-1, sort="change_7d")
        state.rose_href = self.book.link(change_7d_from=1, sort="-change_7d")
        state.fell = tuple(mover_row(row) for row in fell if (row.change_7d or 0) <= -1)
        state.rose = tuple(mover_row(row) for row in rose if (row.change_7d or 0) >= 1)

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

    async def _drift(self) -> str:
        """Return what the last monthly review raised an alarm about; "" for nothing."""
        scope = self.page.scope
        alarms = await shared(("alarms", scope.business_id), lambda: standing_alarms(scope))
        if not alarms:
            return ""
        words = gettext("The scorecard's review found: {alarm}")
        if alarms[1:]:
            words = gettext("The scorecard's review found: {alarm} And {others}.")
        others = plural(len(alarms) - 1, "other alarm")
        return words.format(alarm=gettext(alarms[0]), others=others)

    def _subtitle(self, figures: Overview) -> str:
        customers = plural(figures.customers, "customer")
        known = coverage_words(figures.coverage)
        taken = taken_at(self.page.business.id, ("overview", self.book.chosen))
        said = [f"{capitalized(self.book.words)}, {customers}", known]
        if taken:
            said.append(gettext("as of {time}").format(time=clock_time(taken, self.page.zone)))
        return " · ".join(filter(None, said))

    async def _moved(self, *, up: bool) -> list[CustomerRow]:
        scope, chosen = self.page.scope, self.book.chosen
        page = await shared(
            ("movers", scope.business_id, chosen, up),
            lambda: repository.listing(scope, chosen, sort="change_7d", descending=up, limit=6),
        )
        return page.rows


def _movers(heading: str, state: OverviewState, name: str) -> None:
    with kit.panel(heading, flush=True, span=6) as made:
        with made.head:
            every = kit.link(gettext("All"), "/customers", "pl-link pl-small pl-panel__note")
            every.bind_href_from(state, f"{name}_href")
        table = kit.Table(MOVER_COLUMNS, heading=False, label=heading)
        table.bind_rows_from(state, name)
