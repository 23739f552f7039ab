"""Insights: outcomes of conversations, overall and by person, and the cards behind each figure."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from uuid import UUID

from nicegui import binding

from pulse.cards.channels import channel_label
from pulse.cards.outcomes.interventions import (
    HISTORY_KINDS,
    HistoryKind,
    Intervention,
    interventions,
)
from pulse.cards.outcomes.outcome_stats import Outreach, StaffOutreach, by_staff, outreach
from pulse.cards.triggers import label_of
from ui import kit
from ui.components.book import Book, book_of, book_switch
from ui.components.customer_rows import address_of
from ui.components.outreach_links import TEN_YEARS, asked_part, history_link, links_of, part_words
from ui.formatters import arrow, clock_time, number, outcome_words, percent, plural
from ui.kit.charts import Options
from ui.kit.fields import Select
from ui.kit.kpi_strip import Figure
from ui.kit.table import Ask, Row, Slice
from ui.kit.text import box, text
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.texts import gettext, marked

PERIODS = marked({30: "30 days", 90: "90 days", 365: "A year", TEN_YEARS: "Ten years"})
LISTS: dict[str, str] = marked(
    {
        "delivered": "Delivered",
        "outcomes": "With an outcome",
        "converted": "Converted",
        "opened": "Opened",
        "dismissed": "False alarms",
        "unworked": "Not worked on",
        "learned": "Learned from",
    }
)
EVERYBODY = ""
TONES = {"responded": "good", "converted": "good", "ignored": "", "": "warn"}
COLUMNS = [
    kit.Column("name", "Customer", "person"),
    kit.Column("cause", "Cause", "quiet", narrow=False),
    kit.Column("who", "By", "quiet", narrow=False),
    kit.Column("channel", "Channel", "quiet", narrow=False),
    kit.Column("at", "On", "number", narrow=False),
    kit.Column("outcome", "Outcome", "badge"),
    kit.Column("moved", "Strength since", "change", narrow=False),
]
STAFF = [
    kit.Column("name", "Person"),
    kit.Column("customers", "Customers", "count", narrow=False),
    kit.Column("open", "Open cards", "count"),
    kit.Column("actioned", "Delivered", "count"),
    kit.Column("rate", "Response", "number"),
]


@binding.bindable_dataclass
class InsightsState:
    """State of the page; elements are bound to it, `refresh` assigns it."""

    lead: str = ""
    shown: HistoryKind = "delivered"
    by: str = EVERYBODY
    people: Mapping[str, str] = field(default_factory=dict)
    figures: Sequence[Figure] = ()
    staff: Sequence[Row] = ()
    causes: Options = field(default_factory=dict)
    only: str = ""
    whole: str = ""
    """URL of the list without the limit to a part."""


@view("Insights", icon="lightbulb", route="/insights", order=30, section="Understand")
async def show(page: Page) -> None:
    """Show figures, people, and the history of interventions."""
    insights = _Insights(page, await book_of(page))
    await insights.read()
    await insights.draw()
    page.live.on(("card_changed", "card_created"), insights.refresh)


class _Insights:
    def __init__(self, page: Page, book: Book) -> None:
        self.page, self.book = page, book
        given = page.address.get
        self.days = next((one for one in PERIODS if str(one) == given("days")), 90)
        shown = _shown(given("shown"))
        self.only = asked_part(page.address)
        self._reads = ReadOrder()
        self.state = InsightsState(
            shown=shown, by=given("by", EVERYBODY), only=part_words(self.only)
        )

    async def draw(self) -> None:
        state = self.state
        title = kit.Title("Insights")
        title.subtitle.bind_text_from(state, "lead")
        with title.actions():
            Select("Period", PERIODS, self.days, self._change_period)
            book_switch(self.page, self.book, self._change_book)
        kit.Figures().bind_figures_from(state, "figures")
        with kit.columns():
            with kit.panel("By person", flush=True, span=7):
                kit.Table(STAFF, label="By person").bind_rows_from(state, "staff")
            with kit.panel("Outcomes by cause", "of cards delivered in this time", span=5):
                chart = kit.Chart(height=210, label="Outcomes by cause")
                chart.bind_options_from(state, "causes")
        with kit.panel("Every conversation", "newest first", flush=True) as made:
            with made.head:
                self._draw_choices()
            if self.state.only:
                with box("pl-tools pl-row--between"):
                    text(self.state.only, "pl-small pl-quiet")
                    kit.link(gettext("Show all"), "").bind_href_from(self.state, "whole")
            self._list = kit.PagedTable(
                COLUMNS,
                self._load,
                sort=("", True),
                label="Conversations",
                nothing="No conversations",
                page_size=25,
            )
        await self._list.start()

    def _draw_choices(self) -> None:
        """Draw which cards the list shows, and whose deliveries."""
        state = self.state
        people = Select("Delivered by", state.people, state.by, self._change_person, width=190)
        people.bind_choices_from(state, "people").bind_value_from(state, "by")
        lists = kit.Segments(LISTS, state.shown, self._change_list, label="Cards listed")
        lists.bind_chosen_from(state, "shown")

    async def refresh(self, _: Batch) -> None:
        await self.read()
        await self._list.refresh()

    async def read(self) -> None:
        """Read the data and assign it to the state."""
        scope, book, days = self.page.scope, self.book, self.days
        read = self._reads.start(book, days)
        people = await by_staff(scope, days)
        if book.key == "mine":
            people = [one for one in people if str(one.staff_id) == book.owner]
        found = await interventions(scope, owner=book.owner, days=days)
        outcomes = await outreach(scope, book.owner, days)
        if not read.accept():
            return
        self.state.lead, self.state.figures = _lead(outcomes), _figures(book, outcomes)
        working = [one for one in people if one.customers or one.actioned]
        self.state.staff = tuple(_person(one, days) for one in working)
        known = {str(one.staff_id): one.name for one in people}
        self.state.people = {EVERYBODY: gettext("Everybody"), **known}
        if self.state.by not in self.state.people:
            self.state.by = EVERYBODY
            self.page.address.set(by=EVERYBODY)
        self.state.causes = _by_cause(found.by_cause)

    async def _load(self, ask: Ask) -> Slice:
        self.state.whole = history_link(self.book, self.state.shown, self.days)
        found = await interventions(
            self.page.scope,
            self.state.shown,
            owner=self.book.owner,
            by=UUID(self.state.by) if self.state.by else None,
            only=self.only,
            days=self.days,
            after=ask.cursor,
            limit=ask.limit,
        )
        return Slice([self._row(one) for one in found.rows], found.next, found.total)

    def _row(self, one: Intervention) -> Row:
        return {
            "id": str(one.id),
            "cause": gettext(label_of(one.cause)),
            "who": one.who or "",
            "channel": gettext(channel_label(one.channel)),
            "at": clock_time(one.at, self.page.zone),
            "outcome": _outcome(one),
            "outcome_tone": TONES[one.outcome or ""],
            **kit.cells.person(one.name or one.external_id, address_of(one.external_id)),
            **kit.cells.change(one.moved, "moved"),
        }

    async def _change_period(self, days: int) -> None:
        self.days = int(days)
        self.page.address.set(days=str(self.days))
        await self._read_other()

    async def _change_list(self, shown: str) -> None:
        self.state.shown = _shown(shown)
        self.page.address.set(shown=shown)
        await self._list.start()

    async def _change_person(self, by: str | None) -> None:
        if (chosen := by or EVERYBODY) != self.state.by:  # None: no longer among the choices
            self.state.by = chosen
            self.page.address.set(by=chosen)
            await self._list.start()

    async def _change_book(self, book: Book) -> None:
        self.book = book
        await self._read_other()

    async def _read_other(self) -> None:
        await self.read()
        await self._list.start()


def _person(one: StaffOutreach, days: int) -> Row:
    work = links_of(one.staff_id, days)
    return {
        "id": str(one.staff_id),
        "name": one.name,
        **kit.cells.count(one.customers, work.customers, "customers"),
        **kit.cells.count(one.open_cards, work.open_cards, "open"),
        **kit.cells.count(one.actioned, work.delivered, "actioned"),
        "rate": percent(one.good / one.outcomes if one.outcomes else None),
    }


def _shown(key: str) -> HistoryKind:
    return next((one for one in HISTORY_KINDS if one == key), "delivered")


def _lead(found: Outreach) -> str:
    """What came of the conversations, in one sentence that names the cards it counts."""
    if not found.actioned:
        return gettext("No card was delivered in {days} days.").format(days=found.days)
    return gettext(
        "{actioned} delivered in {days} days, {outcomes} with an outcome: {good} responded or "
        "converted."
    ).format(
        actioned=plural(found.actioned, "card"),
        days=found.days,
        outcomes=number(found.outcomes),
        good=number(found.responded + found.converted),
    )


def _figures(book: Book, found: Outreach) -> tuple[Figure, ...]:
    rate = ""
    if found.rate is not None and found.rate_before is not None:
        rate = gettext("{rate} pts on the period before").format(
            rate=arrow((found.rate - found.rate_before) * 100)
        )
    period = gettext("in {days} days").format(days=found.days)
    of = gettext("of {outcomes} outcomes").format(outcomes=number(found.outcomes))
    lists = {shown: history_link(book, shown, found.days) for shown in HISTORY_KINDS}
    rate = rate or gettext("no earlier period")
    return (
        Figure("Cards opened", number(found.opened), period, href=lists["opened"]),
        Figure("Delivered", number(found.actioned), period, href=lists["delivered"]),
        Figure("Response rate", percent(found.rate), rate, href=lists["outcomes"]),
        Figure("Converted", number(found.converted), of, href=lists["converted"]),
        Figure(
            "False alarms",
            number(found.dismissed),
            "dismissed with a reason",
            href=lists["dismissed"],
        ),
        Figure(
            "Not worked on", number(found.unworked), "ended, nobody called", href=lists["unworked"]
        ),
    )


def _outcome(one: Intervention) -> str:
    """What came of a card: its outcome, or why there is none."""
    if one.outcome:
        return outcome_words(one.outcome)
    if one.unworked:
        return gettext("nobody called")
    return gettext("not noted" if one.status in ("actioned", "completed") else STATUS[one.status])


STATUS = marked({"pending": "waiting", "snoozed": "snoozed", "dismissed": "dismissed"})


def _by_cause(found: dict[str, dict[str, int]]) -> Options:
    names = {cause: gettext(label_of(cause)) for cause in found}
    tones = {"converted": "bar-strong", "responded": "accent", "ignored": "line-firm"}
    words = {outcome: outcome_words(outcome) for outcome in tones}
    return kit.charts.stacked(
        list(names.values()),
        {said: [found[c].get(one, 0) for c in names] for one, said in words.items()},
        tones={said: tones[one] for one, said in words.items()},
    )
