"""Segments: named, by rule and discovered; their movement, and a comparison of two."""

from collections.abc import Sequence
from dataclasses import field

from msgspec.structs import replace
from nicegui import binding

from pulse.auth.roles import Permission
from pulse.customers import repository
from pulse.scoring.bands import EROSION_POINTS
from pulse.segments.segment_overview import BUILT_IN, Segment, add_rule, remove_rule, segments
from ui import kit
from ui.components.conditions_builder import Builder
from ui.components.customer_filter import link_to
from ui.formatters import money, number, percent
from ui.kit.badges import BANDS, band_name
from ui.kit.charts import Options
from ui.kit.dialogs import ask_choice
from ui.kit.fields import Select
from ui.kit.kpi_strip import Figure
from ui.kit.table import Row
from ui.pages.segments.cluster_panel import ClusterPanel
from ui.runtime.figures_cache import Lasting, cached_figures, forget
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.texts import gettext, marked

COLUMNS = [
    kit.Column("name", "Segment", "link"),
    kit.Column("kind", "By", "quiet", narrow=False),
    kit.Column("customers", "Customers", "count"),
    kit.Column("average", "Strength", "number"),
    kit.Column("change_7d", "7 days", "change", narrow=False),
    kit.Column(
        "fragile",
        "Fragile",
        "number",
        narrow=False,
        hint=marked("Share of its customers with a band"),
    ),
    kit.Column("eroded", "Eroded, 30 days", "count", narrow=False),
    kit.Column("value", "Value a year", "number", narrow=False),
]
KINDS = (
    "identity_update",
    "customer_changed",
    "context_shared",
    "context_withdrawn",
    "study_progress",
)


@binding.bindable_dataclass
class SegmentsState:
    """State of the page; elements are bound to it, `read` assigns it.

    names: the segments that can be compared. pair: the two chosen ones.
    """

    rows: Sequence[Row] = ()
    names: Sequence[str] = ()
    pair: tuple[str, str] = ("", "")
    compared: bool = False
    bands: Options = field(default_factory=dict)
    one: Sequence[Figure] = ()
    other: Sequence[Figure] = ()


@view("Segments", icon="donut_small", route="/segments", order=10, section="Understand")
async def show(page: Page) -> None:
    """The list and the comparison."""
    shown = _Segments(page)
    await shown.read()
    await shown.draw()
    page.live.on(KINDS, shown.refresh)


class _Segments:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.may = page.scope.may(Permission.edit_rules)
        self.state = SegmentsState()
        self._clusters = ClusterPanel(page)
        self._reads = ReadOrder()
        self._segments: list[Segment] = []
        self._known: dict[str, Segment] = {}

    async def draw(self) -> None:
        state = self.state
        title = kit.Title("Segments", "Named on customers, by a rule, or discovered")
        with title.actions():
            if self.may:
                kit.Button("New segment …", self._add, icon="add")
                kit.Button("Delete segment …", self._delete, kind="quiet")
        with kit.panel(flush=True):
            kit.Table(COLUMNS, label="Segments").bind_rows_from(state, "rows")
        await self._clusters.draw()
        with kit.panel("Compare two segments", "share of their customers"):
            with kit.row():
                self._select(gettext("One segment"), 0)
                self._select(gettext("Another segment"), 1)
            with kit.stack("pl-stack--wide").bind_visibility_from(state, "compared"):
                chart = kit.Chart(height=170, label="Bands of two segments")
                chart.bind_options_from(state, "bands")
                kit.Figures(small=True).bind_figures_from(state, "one")
                kit.Figures(small=True).bind_figures_from(state, "other")

    def _select(self, words: str, place: int) -> None:
        state = self.state

        def choose(name: str | None) -> None:
            if name and name != state.pair[place]:
                state.pair = (name, state.pair[1]) if place == 0 else (state.pair[0], name)
                self._compare()

        chosen = Select(words, state.names, state.pair[place], choose, width=260)
        chosen.bind_choices_from(state, "names").bind_value_from(
            state, "pair", backward=lambda pair: pair[place] or None
        )

    async def refresh(self, batch: Batch) -> None:
        """Handle progress of a cluster search; read again when customers or segments changed."""
        await self._clusters.hear(batch)
        studies = [one for one in batch if one.kind == "study_progress"]
        if studies and len(studies) == len(batch) and self._clusters.is_looking:
            return
        await self.read()

    async def read(self) -> None:
        """Read the data and assign it to the state."""
        scope, read = self.page.scope, self._reads.start()
        found = await cached_figures(
            scope.business_id,
            "segments",
            lambda: segments(scope),
            lambda found: sum(one.customers for one in found if not one.rule),
            Lasting(scope, list[Segment]),
        )
        await self._clusters.read()
        if not read.accept():
            return
        self._segments = found
        self._known = {_name(one): one for one in [*self._clusters.segments, *self._segments]}
        names, state = [*self._known, "", ""], self.state
        state.names = tuple(self._known)
        first, second = (
            one if one in self._known else names[place] for place, one in enumerate(state.pair)
        )
        state.pair = (first, second)
        state.rows = tuple(self._row(one) for one in self._segments)
        self._compare()

    def _compare(self) -> None:
        state = self.state
        pair = [self._known[name] for name in state.pair if name in self._known]
        state.compared = len(pair) == 2
        if state.compared:
            state.bands = _shares(pair)
            state.one, state.other = (tuple(self._strip(one)) for one in pair)

    def _strip(self, one: Segment) -> list[Figure]:
        return [
            Figure(_name(one), number(one.customers), "customers", "", link_to(one.chosen)),
            Figure("Average strength", number(one.average, 1), "0–100"),
            Figure(
                "Eroded in 30 days",
                number(one.eroded_30d),
                gettext("{share} of {scored} with a band").format(
                    share=_share(one.eroded_30d, one), scored=number(one.scored)
                ),
                "",
                _eroded_link(one),
            ),
            Figure("Declared status", number(one.declared), "now", "", _declared_link(one)),
            Figure("Value a year", money(one.value, self.page.currency), "in total"),
        ]

    def _row(self, one: Segment) -> Row:
        return {
            "id": _name(one),
            "name": _name(one),
            "name_href": link_to(one.chosen),
            "kind": gettext("rule") if one.rule else gettext("name"),
            **kit.cells.count(one.customers, link_to(one.chosen), "customers"),
            "average": number(one.average, 1),
            "fragile": _share(one.fragile, one),
            **kit.cells.count(one.eroded_30d, _eroded_link(one), "eroded"),
            "value": money(one.value, self.page.currency),
            **kit.cells.change(one.change_7d, "change_7d"),
        }

    async def _add(self) -> None:
        scope = self.page.scope
        builder = Builder(lambda chosen: repository.count_exactly(scope, chosen))
        with self.page.place:
            made = await builder.ask()
        if made is not None:
            await add_rule(await self.page.acting(), *made)
            forget(self.page.scope.business_id, "segments")
            await self.refresh([])

    async def _delete(self) -> None:
        rules = {
            one.name: one.name for one in self._segments if one.rule and one.name not in BUILT_IN
        }
        if not rules:
            kit.toast("No segment was made by conditions yet.")
            return
        with self.page.place:
            name = await ask_choice("Delete segment", "Segment", rules, "Delete")
        if name:
            await remove_rule(await self.page.acting(), name)
            forget(self.page.scope.business_id, "segments")
            await self.refresh([])


def _name(one: Segment) -> str:
    if not one.name:
        return gettext("No segment")
    return gettext(one.name) if one.rule and one.name in BUILT_IN else one.name


def _eroded_link(one: Segment) -> str:
    return link_to(replace(one.chosen, change_30d_to=-EROSION_POINTS))


def _declared_link(one: Segment) -> str:
    return link_to(replace(one.chosen, context="any"))


def _share(count: int, one: Segment) -> str:
    return percent(count / one.scored if one.scored else None)


def _shares(pair: Sequence[Segment]) -> Options:
    def share(count: int, one: Segment) -> float:
        scored = one.fragile + one.steady + one.strong
        return round(count / scored * 100, 1) if scored else 0.0

    drawn = kit.charts.stacked(
        [_name(one) for one in pair],
        {
            band_name("fragile"): [share(one.fragile, one) for one in pair],
            band_name("steady"): [share(one.steady, one) for one in pair],
            band_name("strong"): [share(one.strong, one) for one in pair],
        },
        tones={band_name(band): f"bar-{band}" for band in BANDS},
    )
    drawn["xAxis"] |= {"max": 100}
    return drawn
