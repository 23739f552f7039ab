"""The last year on the Learning page: causes, prompt versions, edits by month, costs."""

from collections.abc import Sequence
from dataclasses import field

from nicegui import binding

from pulse.cards.bandit.bandit_report import DAYS, CauseRecord, Costs, Learned, Month, Version
from pulse.cards.outcomes.interventions import TEMPLATE, HistoryKind, Only
from pulse.cards.triggers import label_of
from ui import kit
from ui.components.outreach_links import part_link
from ui.formatters import number, percent
from ui.kit.charts import Options
from ui.kit.table import Row
from ui.texts import gettext, marked

CAUSES = [
    kit.Column("cause", "Cause"),
    kit.Column("opened", "Cards", "count", narrow=False),
    kit.Column("delivered", "Delivered", "count", narrow=False),
    kit.Column("converted", "Converted", "count", narrow=False),
    kit.Column("responded", "Responded", "count", narrow=False),
    kit.Column("ignored", "Ignored", "count", narrow=False),
    kit.Column("good", "Answered", "number"),
    kit.Column("alarms", "False alarms", "number"),
]
VERSIONS = [
    kit.Column("version", "Written by"),
    kit.Column("delivered", "Delivered", "count"),
    kit.Column("outcomes", "With an outcome", "count", narrow=False),
    kit.Column("good", "Answered", "number"),
    kit.Column("edited", "Words changed", "number"),
]


@binding.bindable_dataclass
class RecordState:
    """State of the three panels."""

    causes: Sequence[Row] = ()
    versions: Sequence[Row] = ()
    edits: Options = field(default_factory=dict)

    def assign(self, found: Learned) -> None:
        """Take over the report's figures."""
        self.causes = tuple(causes(found))
        self.versions = tuple(versions(found))
        self.edits = edits(found.months)


def draw_record(state: RecordState) -> None:
    """Draw three panels that are updated in place."""
    with kit.panel("Results by cause", "opened in a year", flush=True):
        kit.Table(CAUSES, label="Causes").bind_rows_from(state, "causes")
    with kit.columns():
        with kit.panel("Results by writer", "delivered in a year", flush=True, span=6):
            kit.Table(VERSIONS, label="Prompt versions").bind_rows_from(state, "versions")
        with kit.panel("Share of words edited in a draft", "%, by month", span=6):
            kit.Chart(height=150, label="Edit share").bind_options_from(state, "edits")


def cost_figures(costs: Costs) -> list[kit.Figure]:
    """Return what a card and a conversion cost, in US dollars."""
    total = gettext("{dollars} for {cards} drafts in a year").format(
        dollars=dollars(costs.dollars), cards=number(costs.cards)
    )
    converted = (
        gettext("no conversion of a model's card yet") if costs.per_conversion is None else total
    )
    return [
        kit.Figure("Cost per card", dollars(costs.per_card), total if costs.cards else NO_MODEL),
        kit.Figure(
            "Cost per conversion",
            dollars(costs.per_conversion),
            converted if costs.cards else NO_MODEL,
        ),
    ]


NO_MODEL = marked("no draft by the model yet")


def dollars(amount: float | None) -> str:
    """0.00042 → '$0.0004', 3.5 → '$3.50', None → '–'."""
    if amount is None:
        return number(None)
    return f"${amount:,.2f}" if amount >= 0.1 or amount == 0 else f"${amount:.4f}"


def causes(found: Learned) -> list[Row]:
    """Return one row per cause."""
    return [_cause(one) for one in found.causes]


def versions(found: Learned) -> list[Row]:
    """Return one row per prompt version, including the template."""
    return [_version(one) for one in found.versions]


def edits(months: list[Month]) -> Options:
    """Return the share of words in drafts that people changed, by month."""
    points = [
        (month.month.isoformat(), month.edit_share * 100)
        for month in months
        if month.edit_share is not None
    ]
    return kit.charts.trend(
        points, floor=0, unit=gettext("% changed"), when_empty="No card was delivered yet."
    )


def _cause(one: CauseRecord) -> Row:
    known = one.responded + one.converted + one.ignored
    good = one.responded + one.converted
    return {
        "id": one.cause,
        "cause": gettext(label_of(one.cause)),
        **_opened(one.cause, "opened", one.opened),
        **_opened(one.cause, "delivered", one.delivered),
        "good": share_of(good, known),
        **_outcome(one.cause, "converted", one.converted),
        **_outcome(one.cause, "responded", one.responded),
        **_outcome(one.cause, "ignored", one.ignored),
        "alarms": share_of(one.false_alarms, one.opened),
    }


def _opened(cause: str, shown: HistoryKind, counted: int) -> Row:
    """Return the cell of a number of the cards opened in the year."""
    only = Only(cause=cause, opened=True)
    return kit.cells.count(counted, part_link(shown, DAYS, only), shown)


def _outcome(cause: str, outcome: str, counted: int) -> Row:
    only = Only(cause=cause, outcome=outcome, opened=True)
    return kit.cells.count(counted, part_link("outcomes", DAYS, only), outcome)


def _version(one: Version) -> Row:
    only = Only(writer=one.version or TEMPLATE)
    return {
        "id": one.version,
        "version": gettext("The model, prompt {version}").format(version=one.version)
        if one.version
        else gettext("The template"),
        **kit.cells.count(one.delivered, part_link("delivered", DAYS, only), "delivered"),
        **kit.cells.count(one.outcomes, part_link("outcomes", DAYS, only), "outcomes"),
        "good": share_of(one.good, one.outcomes),
        "edited": percent(one.edit_share),
    }


def share_of(part: int, of: int) -> str:
    """Return '30 %' of 12 of 40; '–' of nothing."""
    return percent(part / of if of else None)
