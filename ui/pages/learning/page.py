"""Learning: evaluation of cards, best openers by situation, and the effect of outreach."""

from collections.abc import Sequence

from nicegui import binding

from pulse.cards.bandit.bandit import PRIOR_MEAN, PRIOR_SD, REWARDS
from pulse.cards.bandit.bandit_report import Learned, Situation, StyleBelief, learned
from pulse.cards.bandit.uplift import Uplift
from pulse.cards.outcomes.interventions import Only
from pulse.cards.triggers import label_of
from ui import kit
from ui.components.outreach_links import LEARNED, TEN_YEARS, part_link, state_of_trial
from ui.formatters import label, number, outcome_words, percent, plural, signed
from ui.kit.kpi_strip import Figure
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.pages.learning.card_evaluation import draw_evaluation
from ui.pages.learning.effect_groups import COUNTED, HELD_OUT, CountedCustomers, draw_effects
from ui.pages.learning.learning_stats import RecordState, cost_figures, draw_record
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view
from ui.runtime.single_flight import shared
from ui.texts import gettext

MOST_SITUATIONS = 6
STYLES = [
    kit.Column("style", "Style"),
    kit.Column("best", "Likely the best", "number"),
    kit.Column("mean", "Expected reward", "number"),
    kit.Column("range", "90 % interval", "quiet", narrow=False),
    kit.Column("outcomes", "Outcomes", "count"),
]


@binding.bindable_dataclass
class LearningState:
    """State of the page; elements are bound to it, `refresh` assigns it."""

    figures: Sequence[Figure] = ()
    uplift: str = ""
    situations: Sequence[Situation] = ()


@view("Learning", icon="school", route="/learning", order=40, section="Understand")
async def show(page: Page) -> None:
    """Show uplift, evaluation of cards, styles by situation, edits, causes and costs."""
    learning = _Learning(page)
    await learning.refresh([])
    learning.draw()
    page.live.on(("card_changed",), learning.refresh)


@view("Counted customers", icon="groups", route=COUNTED, hidden=True)
async def show_counted(page: Page) -> None:
    """Who was counted in one group, on one side, for the effect of a conversation."""
    await CountedCustomers(page).draw()


class _Learning:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.state, self.record = LearningState(), RecordState()

    def draw(self) -> None:
        state = self.state
        kit.Title("Learning", "What was learned from outcomes so far")
        kit.note("").bind_text_from(state, "uplift")
        kit.Figures().bind_figures_from(state, "figures")
        draw_effects(self.page)
        draw_evaluation(self.page)
        with box("pl-stack pl-stack--wide"):
            situations = kit.Items(
                _draw_situation,
                key=lambda one: (one.cause, one.context),
                nothing=_nothing,
                classes="pl-columns",
            )
            situations.bind_items_from(state, "situations")
            believed = text(_believed(), "pl-small pl-quiet", tag="p")
            believed.bind_visibility_from(state, "situations", backward=bool)
        draw_record(self.record)

    async def refresh(self, _: Batch) -> None:
        """Read the data and assign it to the state."""
        found = await self._read()
        self.state.figures = tuple(_figures(found))
        self.state.uplift = _told(found.uplift)
        self.state.situations = tuple(found.situations[:MOST_SITUATIONS])
        self.record.assign(found)

    async def _read(self) -> Learned:
        scope = self.page.scope
        return await shared(("learned", scope.business_id), lambda: learned(scope))


def _draw_situation(one: Situation) -> None:
    heading = f"{gettext(label_of(one.cause))} · {state_of_trial(one.context)}"
    counted = part_link("learned", TEN_YEARS, Only(cause=one.cause, context=one.context))
    with kit.panel(heading, flush=True, span=6) as made:
        with made.head:
            kit.link(plural(one.outcomes, "outcome"), counted)
        kit.Table(STYLES, _rows(one), label=heading)


def _nothing() -> None:
    with kit.panel():
        kit.empty("Nothing learned yet", "Record outcomes of delivered cards.")


def _figures(found: Learned) -> list[Figure]:
    up = found.uplift
    difference = (
        gettext("not known yet")
        if up.difference is None
        else gettext("{difference} pts").format(difference=signed(up.difference * 100, 1))
    )
    interval = ""
    if up.low is not None and up.high is not None:
        interval = gettext("95 %: {low} to {high}").format(
            low=signed(up.low * 100, 1), high=signed(up.high * 100, 1)
        )
    return [
        Figure("Outcomes learned from", number(found.outcomes), "all time", href=LEARNED),
        Figure("Uplift of opened cards", difference, interval or "needs a larger hold-out"),
        Figure("Held out", number(up.held_out), "at random, in a year", href=HELD_OUT),
        *cost_figures(found.costs),
    ]


def _told(up: Uplift) -> str:
    """Return the uplift as a sentence, including what is unknown."""
    let_in = gettext(
        "{let_in_back} of {let_in} for whom a card was opened, delivered or not"
    ).format(let_in_back=number(up.let_in_back), let_in=number(up.let_in))
    held = gettext("{held_out_back} of {held_out} held out").format(
        held_out_back=number(up.held_out_back), held_out=number(up.held_out)
    )
    base = gettext("Returned within {days} days: {let_in}, {held}.").format(
        days=up.days, let_in=let_in, held=held
    )
    if up.difference is None:
        few = gettext("Too few to say whether reaching out helps.")
        return " ".join(filter(None, (base, few, _needed(up))))
    if up.low is not None and up.high is not None and up.low <= 0 <= up.high:
        none = gettext("The interval contains zero: no effect is proven yet.")
        return " ".join(filter(None, (base, none, _needed(up))))
    effect = gettext("Outreach helps.") if up.difference > 0 else gettext("Outreach does harm.")
    return f"{base} {effect}"


def _needed(up: Uplift) -> str:
    """Return how many customers a result would need."""
    if up.needed is None:
        return ""
    return gettext(
        "At {share} held out you would need {needed} customers to see a difference of 10 points."
    ).format(share=percent(up.share), needed=number(up.needed))


def _believed() -> str:
    """Return what the styles' figures mean, and what was assumed before any outcome."""
    worth = ", ".join(
        f"{outcome_words(outcome)} {number(amount, 1)}" for outcome, amount in REWARDS.items()
    )
    return gettext(
        "Reward of an outcome: {worth}; an opener rewritten counts less, one "
        "sent as it was a little more, and older outcomes count less. Before any outcome every "
        "style is believed to earn {prior_mean}, give or take {prior_sd}; situations with "
        "few outcomes borrow from others of the same cause, state or style. Each "
        "new card draws its style by these beliefs."
    ).format(worth=worth, prior_mean=percent(PRIOR_MEAN), prior_sd=percent(PRIOR_SD))


def _rows(one: Situation) -> list[Row]:
    return [_row(one, style) for style in one.styles]


def _row(one: Situation, style: StyleBelief) -> Row:
    only = Only(cause=one.cause, context=one.context, style=style.style)
    return {
        "id": style.style,
        "style": label(style.style),
        "best": percent(style.best),
        "mean": percent(style.mean),
        "range": gettext("{low} to {high}").format(
            low=percent(style.low), high=percent(style.high)
        ),
        **kit.cells.count(style.outcomes, part_link("learned", TEN_YEARS, only), "outcomes"),
    }
