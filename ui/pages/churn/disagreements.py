"""Customers whom model and strength rate differently: three lists, and one explained by both."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from nicegui import binding

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.errors import NotFound
from pulse.learning.churn import queries
from pulse.learning.churn.queries import Fitted, ListedPrediction, Prediction, Side
from pulse.scoring.history.score_history import full_picture
from pulse.scoring.queries import Picture
from ui import kit
from ui.components.customer_rows import address_of, scored_by
from ui.components.factor_chart import Explained, FactorChart
from ui.formatters import number, percent
from ui.kit.badges import band_name
from ui.kit.charts import Options
from ui.kit.fields import search_field
from ui.kit.picklist import Picklist
from ui.kit.table import Row
from ui.kit.text import box, text
from ui.pages.churn.churn_charts import STEPS, waterfall
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked, reader_language

TITLES: dict[Side, str] = marked(
    {
        "only_model": "Only the model",
        "only_strength": "Only strength",
        "both": "Both",
    }
)
ADVICE: dict[Side, str] = marked(
    {
        "only_model": "Ranked among the fifth of current customers likeliest to leave by the "
        "model, but not among the weakest fifth by strength: talk to them before strength shows "
        "it, or see what strength should weigh.",
        "only_strength": "Ranked among the weakest fifth of current customers by strength, but not "
        "among the fifth likeliest to leave by the model: strength may be too strict with them, "
        "look before a card is written.",
        "both": "Ranked among the weakest fifth by strength and among the fifth likeliest to leave "
        "by the model: here both agree. The number is the chance of leaving by the model.",
    }
)


@binding.bindable_dataclass
class DisagreementsState:
    """The open list and the customer chosen in it."""

    titles: Mapping[str, str] = field(
        default_factory=lambda: {str(side): words for side, words in TITLES.items()}
    )
    advice: str = ""
    rows: Sequence[Row] = ()
    here: str = ""
    more: str = ""
    heading: str = marked("The model")
    link: str = ""
    chosen: bool = False
    scored_by: str = ""
    prediction: Options | None = None
    explained: Explained | None = None


class Disagreements:
    """Lists at the left, the chosen customer at the right; any other can be searched."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.side = _side_named(page.address.get("side"))
        self.state = DisagreementsState()
        self._fitted: Fitted | None = None
        self._lists, self._choices, self._customers = ReadOrder(), ReadOrder(), ReadOrder()

    def draw(self) -> None:
        """Draw the lists and, beside them, both explanations."""
        state = self.state
        with kit.row("pl-row--between"):
            sides = kit.Segments(state.titles, self.side, self._change_side, label="List")
            sides.bind_choices_from(state, "titles")
            search_field("Any customer", "", self._search, width=220)
        text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "advice")
        with box("pl-queue"):
            with kit.panel(flush=True), box("pl-queue__list"):
                rows = Picklist(self._choose, label="Customers")
                rows.bind_rows_from(state, "rows").bind_here_from(state, "here")
                rows.bind_visibility_from(state, "rows", backward=bool)
                more = text("", "pl-small pl-quiet pl-queue__more", tag="p")
                more.bind_text_from(state, "more").bind_visibility_from(
                    state, "more", backward=bool
                )
                kit.empty("Nobody", "The model and the score agree here.").bind_visibility_from(
                    state, "rows", backward=lambda rows: not rows
                )
            with box("pl-stack pl-stack--wide"):
                kit.empty(
                    "No customer chosen", "Choose a customer to see both explanations."
                ).bind_visibility_from(state, "chosen", backward=lambda chosen: not chosen)
                with box("pl-stack pl-stack--wide").bind_visibility_from(state, "chosen"):
                    _model_panel(state)
                    _strength_panel(state)

    async def show(self, fitted: Fitted) -> None:
        """Show the lists of this model, and open the customer of the URL."""
        self._fitted = fitted
        self.state.titles = {
            side: f"{gettext(words)} {number(fitted.counts[side])}"
            for side, words in TITLES.items()
        }
        await self.refresh()
        await self._open(self.page.address.get("customer") or self._first_id())

    async def refresh(self) -> None:
        """Update the strengths; the order remains that of the study."""
        side, fitted = self.side, self._fitted
        if fitted is None:
            return
        read = self._lists.start(side, fitted)
        found = await queries.listed(self.page.scope, side, fitted.report)
        if not read.accept():
            return
        self.state.rows = tuple(_row(one) for one in found)
        self.state.advice = gettext(ADVICE[side])
        more = fitted.counts[side] - len(found) if len(found) >= queries.MOST_LISTED else 0
        self.state.more = (
            gettext("{more} more, with smaller differences.").format(more=number(more))
            if more > 0
            else ""
        )

    async def _change_side(self, side: str) -> None:
        self.side = chosen = _side_named(side)
        self.page.address.set(side=side)
        await self.refresh()
        if self.side == chosen:
            await self._choose(self._first_id())

    def _first_id(self) -> str:
        return self.state.rows[0]["id"] if self.state.rows else ""

    async def _search(self, words: str) -> None:
        if not words.strip():
            return
        chosen, read = CustomerFilter(search=words), self._choices.start(words)
        found = await repository.listing(self.page.scope, chosen, sort="name", limit=1)
        if not read.accept():
            return
        if found.rows:
            await self._choose(found.rows[0].external_id)
        else:
            kit.toast("No customer matches: search by the beginning of a word.")

    async def _choose(self, external_id: str) -> None:
        self._choices.start(external_id)  # a search that still runs is answered too late
        self.page.address.set(customer=external_id)
        await self._open(external_id)

    async def _open(self, external_id: str) -> None:
        """Read, then show: of two quick choices only the last is shown."""
        state, read = self.state, self._customers.start(external_id)
        listed = any(row["id"] == external_id for row in state.rows)
        state.here = external_id if listed else ""
        found = await self._read(external_id)
        if not read.accept():
            return
        state.chosen = found is not None
        if found is not None:
            name, opinion, picture = found
            state.heading, state.link = (
                gettext("{name}: the model").format(name=name),
                address_of(external_id),
            )
            state.prediction = waterfall(opinion) if opinion else None
            scored = picture.identity.identity_strength is not None
            state.explained = (picture.identity.base, picture.factors) if scored else None
            state.scored_by = scored_by(picture.identity.scorecard)

    async def _read(self, external_id: str) -> tuple[str, Prediction | None, Picture] | None:
        scope, fitted = self.page.scope, self._fitted
        if fitted is None:
            return None
        try:
            known = await repository.customer(scope, external_id)
        except NotFound:
            return None
        said = await queries.opinion(scope, external_id, fitted.report)
        return (
            known["name"] or external_id,
            said,
            await full_picture(scope, external_id, reader_language()),
        )


def _model_panel(state: DisagreementsState) -> None:
    state.heading = gettext(state.heading)
    with kit.panel("The model", "from the usual chance of leaving, in points") as made:
        made.bind_heading_from(state, "heading")
        with made.head:
            kit.link(gettext("Open the customer"), "", "pl-link pl-small").bind_href_from(
                state, "link"
            )
        kit.empty(
            "The model has no prediction for this customer",
            "They had lapsed or left, or were not known yet, when the model was fitted.",
        ).bind_visibility_from(state, "prediction", backward=lambda options: options is None)
        chart = kit.Chart(height=70 + 27 * (STEPS + 3), label="Why the model says so")
        chart.bind_options_from(state, "prediction", backward=lambda options: options or {})
        chart.bind_visibility_from(state, "prediction", backward=bool)


def _strength_panel(state: DisagreementsState) -> None:
    with kit.panel("Identity strength", "from the starting point, in points"):
        kit.empty(
            "Not scored yet", "Nothing is known that the scorecard weighs."
        ).bind_visibility_from(state, "explained", backward=lambda explained: explained is None)
        which = text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "scored_by")
        which.bind_visibility_from(state, "scored_by", backward=bool)
        chart = FactorChart()
        chart.bind_explained_from(state, "explained", backward=lambda one: one or (None, ()))
        chart.bind_visibility_from(state, "explained", backward=lambda one: one is not None)


def _side_named(word: str) -> Side:
    return next((one for one in TITLES if one == word), "only_model")


def _row(one: ListedPrediction) -> Row:
    because = ", ".join(f"{gettext(part.label)}: {part.value}" for part in one.because)
    return {
        "id": one.external_id,
        "title": one.name or one.external_id,
        "badge": band_name(one.band),
        "badge_tone": one.band or "",
        "text": because or one.owner or "",
        "score": percent(one.leaving),
        "score_change": "",
        "score_direction": "same",
    }
