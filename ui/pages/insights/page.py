"""Insights: outcomes of conversations, overall and by person, and the full history."""

from collections.abc import Sequence
from dataclasses import field

from nicegui import binding

from pulse.cards.channels import channel_label
from pulse.cards.outcomes.interventions import Intervention, interventions
from pulse.cards.outcomes.outcome_stats import Outreach, StaffOutreach, by_staff, outreach
from pulse.cards.triggers import label_of
from ui import kit
from ui.components.book import Book, book_of, book_switch
from ui.components.customer_rows import address_of
from ui.formatters import arrow, clock_time, number, outcome_words, percent, plural
from ui.kit.charts import Options
from ui.kit.fields import select_field
from ui.kit.kpi_strip import Figure
from ui.kit.table import Ask, Row, Slice
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.texts import gettext, marked

PERIODS = marked({30: "30 days", 90: "90 days", 365: "A year"})
TONES = {"responded": "good", "converted": "good", "ignored": "", "": "warn"}
COLUMNS = [
    kit.Column("name", "Customer", "person"),
    kit.Column("cause", "Cause", "quiet", narrow=False),
    kit.Column("who", "By", "quiet", narrow=False),
    kit.Column("channel", "Channel", "quiet", narrow=False),
    kit.Column("at", "Delivered", "number", narrow=False),
    kit.Column("outcome", "Outcome", "badge"),
    kit.Column("moved", "Strength since", "change", narrow=False),
]
STAFF = [
    kit.Column("name", "Person"),
    kit.Column("customers", "Customers", "number", narrow=False),
    kit.Column("open", "Open cards", "number"),
    kit.Column("actioned", "Delivered", "number"),
    kit.Column("rate", "Response", "number"),
]


@binding.bindable_dataclass
class InsightsState:
    """State of the page; elements are bound to it, `refresh` assigns it."""

    lead: str = ""
    figures: Sequence[Figure] = ()
    staff: Sequence[Row] = ()
    causes: Options = field(default_factory=dict)


@view("Insights", icon="lightbulb", route="/insights", order=30, section="Understand")
async def show(page: Page) -> None:
    """Show figures, people, and the history of interventions."""
    insights = _Insights(page, await book_of(page))
    await insights.read()
    await insights.draw()
    page.live.on(("card_changed", "card_created"), insights.refresh)


class _Insights:
    def __init__(self, page: Page, book: Book) -> None:
        self.page, self.book, self.days = page, book, 90
        self.state = InsightsState()

    async def draw(self) -> None:
        state = self.state
        title = kit.Title("Insights")
        title.subtitle.bind_text_from(state, "lead")
        with title.actions():
            select_field("Period", PERIODS, self.days, self._change_period)
            book_switch(self.page, self.book, self._change_book)
        kit.Figures().bind_figures_from(state, "figures")
        with kit.columns():
            with kit.panel("By person", flush=True, span=7):
                kit.Table(STAFF, label="By person").bind_rows_from(state, "staff")
            with kit.panel("Outcomes by cause", "of cards delivered in this time", span=5):
                chart = kit.Chart(height=210, label="Outcomes by cause")
                chart.bind_options_from(state, "causes")
        with kit.panel("Every conversation", "newest first", flush=True):
            self._list = kit.PagedTable(
                COLUMNS,
                self._load,
                sort=("", True),
                label="Conversations",
                nothing="No conversations",
                page_size=25,
            )
        await self._list.start()

    async def refresh(self, _: Batch) -> None:
        await self.read()
        await self._list.refresh()

    async def read(self) -> None:
        """Read the data and assign it to the state."""
        scope, owner = self.page.scope, self.book.owner
        people = await by_staff(scope, self.days)
        if self.book.key == "mine":
            people = [one for one in people if str(one.staff_id) == owner]
        found = await interventions(scope, owner=owner, days=self.days)
        outcomes = await outreach(scope, owner, self.days)
        self.state.lead, self.state.figures = _lead(outcomes), _figures(outcomes)
        working = [one for one in people if one.customers or one.actioned]
        self.state.staff = tuple(_person(one) for one in working)
        self.state.causes = _by_cause(found.by_cause)

    async def _load(self, ask: Ask) -> Slice:
        found = await interventions(
            self.page.scope,
            owner=self.book.owner,
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
            "at": clock_time(one.actioned_at, self.page.zone),
            "outcome": outcome_words(one.outcome) if one.outcome else gettext("not noted"),
            "outcome_tone": TONES[one.outcome or ""],
            **kit.cells.person(one.name or one.external_id, address_of(one.external_id)),
            **kit.cells.change(one.moved, "moved"),
        }

    async def _change_period(self, days: int) -> None:
        self.days = int(days)
        await self._read_other()

    async def _change_book(self, book: Book) -> None:
        self.book = book
        await self._read_other()

    async def _read_other(self) -> None:
        await self.read()
        await self._list.start()


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


def _figures(found: Outreach) -> tuple[Figure, ...]:
    rate = ""
    if found.rate is not None and found.rate_before is not None:
        rate = gettext("{rate} pts on the period before").format(
            rate=arrow((found.rate - found.rate_before) * 100)
        )
    return (
        Figure(
            "Cards opened", number(found.opened), gettext("in {days} days").format(days=found.days)
        ),
        Figure(
            "Delivered", number(found.actioned), gettext("in {days} days").format(days=found.days)
        ),
        Figure("Response rate", percent(found.rate), rate or "no earlier period"),
        Figure(
            "Converted",
            number(found.converted),
            gettext("of {outcomes} outcomes").format(outcomes=number(found.outcomes)),
        ),
        Figure("False alarms", number(found.dismissed), "dismissed with a reason"),
    )


def _person(one: StaffOutreach) -> Row:
    return {
        "id": str(one.staff_id),
        "name": one.name,
        "customers": number(one.customers),
        "open": number(one.open_cards),
        "actioned": number(one.actioned),
        "rate": percent(one.good / one.outcomes if one.outcomes else None),
    }


def _by_cause(found: dict[str, dict[str, int]]) -> Options:
    names = {cause: gettext(label_of(cause)) for cause in found}
    tones = {"converted": "bar-strong", "responded": "accent", "ignored": "line-firm"}
    words = {outcome: outcome_words(outcome) for outcome in tones}
    return kit.charts.stacked(
        list(names.values()),
        {said: [found[c].get(one, 0) for c in names] for one, said in words.items()},
        tones={said: tones[one] for one, said in words.items()},
    )
