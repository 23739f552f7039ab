"""Overview: figures of a book, distribution, trend, and the largest changes."""

from collections.abc import Sequence
from dataclasses import field

from nicegui import binding, ui

from pulse.cards.outcomes.outcome_stats import Outreach, outreach
from pulse.customers import repository
from pulse.customers.repository import CustomerRow
from pulse.learning.review.offers import Offer, standing_offers
from pulse.learning.review.review_job import Alarm, standing_alarms
from pulse.live.messages import Message
from pulse.scoring.history.average_trend import AverageTrend
from pulse.scoring.reports.figures_sql import BINS
from pulse.scoring.reports.overview import Overview
from ui import kit
from ui.components.book import Book, book_of, book_switch
from ui.components.business_figures import average_options, read_overview, read_trend
from ui.components.customer_rows import MOVER_COLUMNS, mover_row, scorecard_name, scorecard_names
from ui.components.kpis import band_figures, overview_figures
from ui.formatters import capitalized, clock_time, coverage_words, number, plural, weekday
from ui.kit.kpi_strip import Figure
from ui.kit.plots.chart_style import Options
from ui.kit.table import Row
from ui.runtime.figures_cache import taken_at
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
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


REVIEW = "/scorecard?tab=review"
POINTS_A_BAR = 100 // BINS


@binding.bindable_dataclass
class OverviewState:
    """State of the page; elements are bound to it, `refresh` assigns it."""

    subtitle: str = ""
    alarm: str = ""
    drift: str = ""
    drift_href: str = ""
    offers: Sequence[Offer] = ()
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
    await shown.read_offers()
    shown.draw()
    page.live.on(KINDS, shown.refresh)
    page.live.on(("study_progress", "notice"), shown.reviewed)


class _Overview:
    def __init__(self, page: Page, book: Book) -> None:
        self.page, self.book = page, book
        self.state = OverviewState()
        self._reads, self._drifts = ReadOrder(), ReadOrder()

    def draw(self) -> None:
        state = self.state
        title = kit.Title("Overview")
        title.subtitle.bind_text_from(state, "subtitle")
        with title.actions():
            book_switch(self.page, self.book, self._change_book)
        note = kit.note("", "warn")
        note.bind_text_from(state, "alarm").bind_visibility_from(state, "alarm", backward=bool)
        drift = kit.link("", REVIEW, "pl-note pl-note--warn pl-link")
        drift.bind_text_from(state, "drift").bind_visibility_from(state, "drift", backward=bool)
        drift.bind_href_from(state, "drift_href")
        offers = kit.Items(_offer_link, key=lambda one: one.study_id, classes="pl-stack")
        offers.bind_items_from(state, "offers").bind_visibility_from(state, "offers", backward=bool)
        kit.Figures().bind_figures_from(state, "figures")
        kit.Figures(small=True).bind_figures_from(state, "bands")
        with kit.columns():
            with kit.panel("Customers by strength", "customers per five points", span=6):
                chart = kit.Chart(
                    height=230,
                    label="How many customers have which strength",
                    on_choose=self._open_bar,
                )
                chart.bind_options_from(state, "distribution")
            with kit.panel("Average identity strength, 26 weeks", "whole business, 0–100", span=6):
                chart = kit.Chart(height=230, label="Average strength by week")
                chart.bind_options_from(state, "trend")
            _movers(gettext("Lost most in 7 days"), state, "fell")
            _movers(gettext("Gained most in 7 days"), state, "rose")

    def _open_bar(self, _: str, index: int) -> None:
        """List the customers whom a bar of the distribution counts; the last one includes 100."""
        until = (index + 1) * POINTS_A_BAR if index < BINS - 1 else ""
        strengths = {"strength_from": index * POINTS_A_BAR, "strength_to": until}
        ui.navigate.to(self.book.link(lifecycle="active", **strengths))

    async def refresh(self, _: Batch) -> None:
        """Read the data and assign it to the state."""
        book = self.book
        read = self._reads.start(book)
        figures, cards, trend = await self._read(book)
        fell, rose = await self._moved(book, up=False), await self._moved(book, up=True)
        await self._read_drift()
        names = await scorecard_names(self.page.scope, [row.id for row in [*fell, *rose]])
        if not read.accept():
            return
        state = self.state
        state.subtitle = self._subtitle(book, figures)
        since = figures.feed_stopped_since
        state.alarm = (
            gettext("Orders have not arrived since {since}.").format(since=weekday(since))
            if since
            else ""
        )
        state.figures = overview_figures(self.page, book, figures, cards)
        state.bands = band_figures(book, figures)
        state.distribution = kit.charts.distribution(figures.distribution, figures.edges)
        state.trend = average_options(trend)
        state.fell_href = book.link(change_7d_to=-1, sort="change_7d")
        state.rose_href = book.link(change_7d_from=1, sort="-change_7d")
        state.fell = tuple(
            mover_row(row, names.get(row.id, "")) for row in fell if round(row.change_7d or 0) <= -1
        )
        state.rose = tuple(
            mover_row(row, names.get(row.id, "")) for row in rose if round(row.change_7d or 0) >= 1
        )

    async def reviewed(self, batch: Batch) -> None:
        """Handle the end of a review, and a challenger that was declined or published."""
        if any(map(_about_reviews, batch)):
            await self._read_drift()
            await self.read_offers()

    async def read_offers(self) -> None:
        """Read the challengers on offer; there are none for those who may not publish."""
        self.state.offers = await standing_offers(self.page.scope)

    async def _change_book(self, book: Book) -> None:
        self.book = book
        await self.refresh([])

    async def _read(self, book: Book) -> tuple[Overview, Outreach, AverageTrend]:
        scope, business = self.page.scope, self.page.business.id
        return (
            await read_overview(scope, book),
            await shared(("outreach", business, book.owner), lambda: outreach(scope, book.owner)),
            await read_trend(scope),
        )

    async def _read_drift(self) -> None:
        read = self._drifts.start()
        drift = await self._drift()
        if read.accept():
            self.state.drift, self.state.drift_href = drift

    async def _drift(self) -> tuple[str, str]:
        """Return what the last monthly reviews raised an alarm about, and the page about it.

        The text is empty for nothing.
        """
        scope = self.page.scope
        alarms = await shared(("alarms", scope.business_id), lambda: standing_alarms(scope))
        if not alarms:
            return "", REVIEW
        first = alarms[0]
        return _alarm_words(first, len(alarms) - 1), _review_page(first.scorecard, first.version)

    def _subtitle(self, book: Book, figures: Overview) -> str:
        known = coverage_words(figures.coverage)
        taken = taken_at(self.page.business.id, ("overview", book.chosen))
        said = [capitalized(book.counted(figures.customers)), known]
        if taken:
            said.append(gettext("as of {time}").format(time=clock_time(taken, self.page.zone)))
        return " · ".join(filter(None, said))

    async def _moved(self, book: Book, *, up: bool) -> list[CustomerRow]:
        scope, chosen = self.page.scope, book.chosen
        page = await shared(
            ("movers", scope.business_id, chosen, up),
            lambda: repository.listing(scope, chosen, sort="change_7d", descending=up, limit=6),
        )
        return page.rows


def _about_reviews(message: Message) -> bool:
    told = message.payload
    ended = told.get("kind") == "review" and told.get("status") == "done"
    return ended or told.get("text") == "scorecard_published" or message.kind == "resync"


def _review_page(scorecard: str, version: int) -> str:
    """The Review tab of a scorecard (its name where there are several), by its version in force."""
    return f"{REVIEW}&version={version}" if scorecard else REVIEW


def _offer_link(offer: Offer) -> None:
    """A challenger that ranks better, with a link to its review."""
    found = offer.verdict
    if offer.scorecard:
        words = gettext(
            "The review offers a better scorecard “{name}” as version {version}: ROC-AUC {theirs} "
            "instead of {ours}."
        )
    else:
        words = gettext(
            "The review offers a better scorecard as version {version}: ROC-AUC {theirs} instead "
            "of {ours}."
        )
    said = words.format(
        name=scorecard_name(offer.scorecard),
        version=offer.version,
        theirs=number(found.challenger.auc, 3),
        ours=number(found.champion.auc, 3),
    )
    kit.link(said, _review_page(offer.scorecard, offer.published), "pl-note pl-link")


def _alarm_words(first: Alarm, more: int) -> str:
    """The alarm, whose scorecard it is where there are several, and how many others there are."""
    if first.scorecard and more:
        words = gettext("The review of the scorecard “{name}” found: {alarm} And {others}.")
    elif first.scorecard:
        words = gettext("The review of the scorecard “{name}” found: {alarm}")
    elif more:
        words = gettext("The scorecard's review found: {alarm} And {others}.")
    else:
        words = gettext("The scorecard's review found: {alarm}")
    name, others = scorecard_name(first.scorecard), plural(more, "other alarm")
    return words.format(name=name, alarm=gettext(first.text), others=others)


def _movers(heading: str, state: OverviewState, name: str) -> None:
    with kit.panel(heading, flush=True, span=6) as made:
        with made.head:
            every = kit.link(gettext("All"), "/customers", "pl-link pl-small pl-panel__note")
            every.bind_href_from(state, f"{name}_href")
        table = kit.Table(MOVER_COLUMNS, heading=False, label=heading)
        table.bind_rows_from(state, name).bind_visibility_from(state, name, backward=bool)
        kit.empty(
            "Nobody",
            "No change of a point or more since a score of 7 days before, by the same "
            "scorecard version.",
        ).bind_visibility_from(state, name, backward=lambda rows: not rows)
