"""Whether cards precede lapses: cards compared with random choice and lowest scores."""

from collections.abc import Sequence
from dataclasses import field
from datetime import UTC, datetime, timedelta
from functools import partial

from nicegui import binding, ui

from pulse.cards.evaluation.evaluation import Among, CardEvaluation, Comparison, Period, Week
from pulse.cards.evaluation.evaluation_data import card_evaluation_report
from ui import kit
from ui.formatters import day, money, number, percent, plural
from ui.kit.charts import Options
from ui.kit.kpi_strip import Figure
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.single_flight import shared
from ui.texts import gettext, marked

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = [
    kit.Column("who", "Counted"),
    kit.Column("share", "Cards", "number"),
    kit.Column("range", "95 % interval", "quiet", narrow=False),
    kit.Column("random", "Random", "number"),
    kit.Column("lowest", "Lowest", "number"),
    kit.Column("judged", "Judged", "number", narrow=False),
    kit.Column("money", "Lost spend each, same order", "number", narrow=False),
]
PERIODS: dict[Period, str] = marked(
    {
        "second": "Second half",
        "first": "First half",
        "whole": "The year",
    }
)
AMONG: dict[Among, str] = marked(
    {
        "regular": "regulars",
        "returning": "came back",
        "active": "everybody",
    }
)


@binding.bindable_dataclass
class EvaluationState:
    """State of the panel: `loading` until it is computed, then `words` or nothing."""

    loading: bool = True
    words: str = ""
    nothing: bool = False
    figures: Sequence[Figure] = ()
    rows: Sequence[Row] = ()
    counted: str = ""
    weeks: Options = field(default_factory=dict)


def draw_evaluation(page: Page) -> None:
    """Draw a placeholder at once; the figures are computed after the page is shown."""
    state = EvaluationState()
    with kit.panel("Value of the cards", "the last year, from orders that came or not"):
        kit.skeleton(260).bind_visibility_from(state, "loading")
        kit.empty(
            "No card is old enough", "A card is judged once its customers had time."
        ).bind_visibility_from(state, "nothing")
        with box("pl-stack").bind_visibility_from(state, "words", backward=bool):
            text("", tag="p").bind_text_from(state, "words")
            kit.Figures(small=True).bind_figures_from(state, "figures")
            table = kit.Table(COLUMNS, label="Share of cards that came before a real lapse")
            table.bind_rows_from(state, "rows")
            text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "counted")
            if page.business.is_demo:
                text(gettext(DEMO), "pl-small pl-quiet", tag="p")
            chart = kit.Chart(height=190, label="Cards by week")
            chart.bind_options_from(state, "weeks")
        ui.timer(0, partial(_load, page, state), once=True)


async def _load(page: Page, state: EvaluationState) -> None:
    scope, currency = page.scope, page.business.currency
    found = await shared(("worth", scope.business_id), lambda: card_evaluation_report(scope))
    if page.live.gone:  # the view was closed meanwhile
        return
    state.loading = False
    state.nothing = not any(week.cards for week in found.weeks)
    if not state.nothing:
        state.figures = tuple(_figures(found))
        state.rows = tuple(_rows(found, currency))
        state.counted, state.weeks = _counted(found), _by_week(found.weeks)
        state.words = told(found, currency)


def _rows(found: CardEvaluation, currency: str) -> list[Row]:
    return [
        _row(found.of(period, among), currency)
        for period in PERIODS
        for among in AMONG
        if found.of(period, among).judged
    ]


DEMO = marked(
    "Lantern: the weights of the ranking were chosen on cards of its first 14 weeks; the second "
    "half was held out from that, and is the row to believe. The shop's hand-set scorecard, which "
    "all three columns share, was drawn with the whole year in view."
)


def told(found: CardEvaluation, currency: str) -> str:
    """Return the comparison on held-out data as a sentence."""
    one = found.of("second", "regular")
    if one.share is None:
        one = found.of("whole", "active")
    if one.share is None or one.low is None or one.random_share is None:
        return gettext(
            "Too few cards are old enough to say whether they come before customers leave."
        )
    often = one.low > one.random_share
    said = _IN_SECOND_HALF if one.period == "second" else _IN_LAST_YEAR
    words = gettext(said[often]).format(share=percent(one.share), chance=percent(one.random_share))
    return f"{words} {_lowest_first(one, currency)}"


def _lowest_first(one: Comparison, currency: str) -> str:
    more = _compared(one.lowest_share or 0.0, one.share or 0.0)
    richer = (one.lowest_money or 0.0) > (one.money or 0.0)
    return gettext(_LOWEST_FIRST[more, richer]).format(
        share=percent(one.lowest_share),
        lowest=money(one.lowest_money, currency),
        cards=money(one.money, currency),
    )


_IN_SECOND_HALF = marked(
    {
        True: "In the second half, {share} of the cards for regulars came before a real lapse, "
        "more often than chance ({chance}).",
        False: "In the second half, {share} of the cards for regulars came before a real lapse, "
        "no more than by chance ({chance}).",
    }
)
_IN_LAST_YEAR = marked(
    {
        True: "In the last year, {share} of the cards came before a real lapse, more often than "
        "chance ({chance}).",
        False: "In the last year, {share} of the cards came before a real lapse, no more than by "
        "chance ({chance}).",
    }
)
_LOWEST_FIRST = marked(
    {
        (True, True): "Lowest score first names leavers more often ({share}), and customers who "
        "spend more: {lowest} of lost spend a call, {cards} with the cards.",
        (True, False): "Lowest score first names leavers more often ({share}), but customers who "
        "spend less: {lowest} of lost spend a call, {cards} with the cards.",
        (None, True): "Lowest score first names leavers as often ({share}), but customers who "
        "spend more: {lowest} of lost spend a call, {cards} with the cards.",
        (None, False): "Lowest score first names leavers as often ({share}), but customers who "
        "spend less: {lowest} of lost spend a call, {cards} with the cards.",
        (False, True): "Lowest score first names leavers less often ({share}), but customers who "
        "spend more: {lowest} of lost spend a call, {cards} with the cards.",
        (False, False): "Lowest score first names leavers less often ({share}), and customers who "
        "spend less: {lowest} of lost spend a call, {cards} with the cards.",
    }
)
"""(names leavers more often or None for as often, finds higher spenders) → the sentence."""


def _compared(share: float, other: float) -> bool | None:
    """Return whether the share is higher; None where both are shown as the same percentage."""
    return None if percent(share) == percent(other) else share > other


def _figures(found: CardEvaluation) -> list[Figure]:
    judged = sum(week.judged for week in found.weeks)
    return [
        Figure("Cards a week", number(found.cards_a_week, 1), "last year"),
        Figure(
            "Judged",
            number(judged),
            gettext("{lapse_days} days have passed since").format(lapse_days=found.lapse_days),
        ),
        Figure("Came too late", number(found.too_late), "lapsed before the card; not counted"),
        Figure(
            "Lapses with a card",
            percent(None if found.caught is None else found.caught / found.lapses),
            gettext("{caught} of {lapses}, of all customers").format(
                caught=number(found.caught), lapses=number(found.lapses)
            ),
        ),
    ]


def _counted(found: CardEvaluation) -> str:
    days = found.lapse_days
    middle = "" if found.middle is None else day(EPOCH + timedelta(days=found.middle))
    return gettext(
        "A card is right if no order follows within {days}. All three columns count only "
        "customers who had not lapsed yet (an order within {horizon}), use as many conversations "
        "in the same weeks, count nobody twice within {days}, and leave out whatever is less than "
        "{days} ago. Regulars ordered on at least four days; the lowest scores of everybody are "
        "mostly people who ordered once. The second half begins on {middle}. Milestones and calls "
        "for help are no forecasts and are left out. A lapse is {days} without an order, of any "
        "customer, those included who ordered once and get no cards; it has a card if one was "
        "opened in these {days}, whether the card is judged or not."
    ).format(
        days=plural(days, "day"),
        horizon=plural(round(found.horizon), "day"),
        middle=middle,
    )


def _row(one: Comparison, currency: str) -> Row:
    interval = (
        ""
        if one.low is None
        else gettext("{low} to {high}").format(low=percent(one.low), high=percent(one.high))
    )
    lost = [one.money, one.random_money, one.lowest_money]
    return {
        "id": f"{one.period} {one.among}",
        "who": f"{gettext(PERIODS[one.period])}, {gettext(AMONG[one.among])}",
        "share": percent(one.share),
        "range": interval or gettext("too few to say"),
        "random": percent(one.random_share),
        "lowest": percent(one.lowest_share),
        "judged": number(one.judged),
        "money": " / ".join(money(each, currency) for each in lost) if interval else "",
    }


def _by_week(weeks: list[Week]) -> Options:
    dated = [(_date(week), week) for week in weeks]
    every, before = gettext("All cards"), gettext("Came before a lapse")
    return kit.charts.lines(
        {
            every: [(date, float(week.cards)) for date, week in dated],
            before: [(date, float(week.lapsed) if week.judged else None) for date, week in dated],
        },
        tones={every: "line-firm", before: "accent"},
        time=True,
    )


def _date(week: Week) -> str:
    return (EPOCH + timedelta(days=week.day)).date().isoformat()
