"""Segments: named, by rule and discovered; how they move, and two of them compared."""

from collections.abc import Callable, Sequence

from pulse.auth.roles import Role
from pulse.segments.segment_overview import BUILT_IN, Segment, add_rule, remove_rule, segments
from ui import kit
from ui.components.customer_filter import MOVEMENTS, from_address, link_to
from ui.formatters import money, number, percent
from ui.kit.dialogs import ask_choice, ask_text
from ui.kit.fields import select_field
from ui.kit.table import Row
from ui.kit.text import box
from ui.pages.segments.cluster_panel import ClusterPanel
from ui.runtime.figures_cache import Lasting, cached_figures, forget
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view

COLUMNS = [
    kit.Column("name", "Segment", "link"),
    kit.Column("kind", "By", "quiet", narrow=False),
    kit.Column("customers", "Customers", "number"),
    kit.Column("average", "Strength", "number"),
    kit.Column("change_7d", "7 days", "change", narrow=False),
    kit.Column("fragile", "Fragile", "number", narrow=False),
    kit.Column("eroded", "Eroded, 30 days", "number", narrow=False),
    kit.Column("value", "Value a year", "number", narrow=False),
]
RULES: dict[str, dict[str, str]] = {
    "Strong and valuable": {"band": "strong", "value_from": "1000"},
    "Fragile and valuable": {"band": "fragile", "value_from": "1000"},
    MOVEMENTS["eroded30"][0]: {"change_30d_to": "-10"},
    MOVEMENTS["gained30"][0]: {"change_30d_from": "10"},
    "Unassigned": {"owner": "nobody"},
}
KINDS = (
    "identity_update",
    "customer_changed",
    "context_shared",
    "context_withdrawn",
    "study_progress",
)


@view("Segments", icon="donut_small", route="/segments", order=10, section="Understand")
async def show(page: Page) -> None:
    """The list and the comparison."""
    sheet = _Sheet(page)
    await sheet.draw()
    page.live.on(KINDS, sheet.refresh)


class _Sheet:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.may = page.scope.role >= Role.manager
        self._clusters = ClusterPanel(page)
        self._segments: list[Segment] = []
        self._known: dict[str, Segment] = {}
        self._pair = ["", ""]

    async def draw(self) -> None:
        await self._read()
        title = kit.Title("Segments", "Named on customers, by a rule, or discovered")
        with title.actions():
            if self.may:
                kit.Button("Add a rule …", self._add, icon="add")
                kit.Button("Delete rule …", self._forget, kind="quiet")
        with kit.panel(flush=True):
            self._table = kit.Table(COLUMNS, label="Segments")
        await self._clusters.draw()
        with kit.panel("Two side by side", "share of their customers"):
            self._choices()
            self._figures = box("pl-stack pl-stack--wide")
        self._show()

    async def refresh(self, batch: Batch) -> None:
        await self._clusters.hear(batch)
        if all(one.kind == "study_progress" for one in batch) and self._clusters.is_looking:
            return
        await self._read()
        self._clusters.show()
        self._show()

    async def _read(self) -> None:
        scope = self.page.scope
        self._segments = await cached_figures(
            scope.business_id,
            "segments",
            lambda: segments(scope),
            lambda found: sum(one.customers for one in found if not one.rule),
            Lasting(scope, list[Segment]),
        )
        await self._clusters.read()
        self._known = {_name(one): one for one in [*self._clusters.segments, *self._segments]}
        names = [*self._known, "", ""]
        self._pair = [one if one in self._known else names[n] for n, one in enumerate(self._pair)]

    def _choices(self) -> None:
        names = {name: name for name in self._known}
        with kit.row():
            self._selects = [
                select_field(words, names, self._pair[place], self._chooser(place), width=260)
                for place, words in enumerate(("One segment", "Another segment"))
            ]

    def _chooser(self, place: int) -> Callable[[str], None]:
        def choose(name: str) -> None:
            self._pair[place] = name
            self._compare()

        return choose

    def _show(self) -> None:
        names = {name: name for name in self._known}
        for select, chosen in zip(self._selects, self._pair, strict=True):
            if select.options != names:
                select.set_options(names, value=chosen)
        self._table.show([self._row(one) for one in self._segments])
        self._compare()

    def _compare(self) -> None:
        pair = [self._known[name] for name in self._pair if name in self._known]
        self._figures.clear()
        if len(pair) == 2:
            with self._figures:
                kit.Chart(_shares(pair), height=170, label="Bands of two segments")
                for one in pair:
                    kit.Figures(self._strip(one), small=True)

    def _strip(self, one: Segment) -> list[kit.Figure]:
        return [
            kit.Figure(_name(one), number(one.customers), "customers", "", link_to(one.chosen)),
            kit.Figure("Average strength", number(one.average, 1), "0–100"),
            kit.Figure("Eroded in 30 days", number(one.eroded_30d), _share(one.eroded_30d, one)),
            kit.Figure("Say something", number(one.declared), "now"),
            kit.Figure("Value a year", money(one.value, self.page.currency), "all together"),
        ]

    def _row(self, one: Segment) -> Row:
        return {
            "id": _name(one),
            "name": _name(one),
            "name_href": link_to(one.chosen),
            "kind": "rule" if one.rule else "name",
            "customers": number(one.customers),
            "average": number(one.average, 1),
            "fragile": _share(one.fragile, one),
            "eroded": number(one.eroded_30d),
            "value": money(one.value, self.page.currency),
            **kit.cells.change(one.change_7d, "change_7d"),
        }

    async def _add(self) -> None:
        with self.page.place:
            rule = await ask_choice(
                "Add a rule", "Who belongs to it", {name: name for name in RULES}, "Next"
            )
            name = await ask_text("Add a rule", "Name", "Add", value=rule) if rule else None
        if rule and name:
            await add_rule(await self.page.acting(), name, from_address(RULES[rule]))
            forget(self.page.scope.business_id, "segments")
            await self.refresh([])

    async def _forget(self) -> None:
        rules = {
            one.name: one.name for one in self._segments if one.rule and one.name not in BUILT_IN
        }
        if not rules:
            kit.toast("There is no rule yet.")
            return
        with self.page.place:
            name = await ask_choice("Delete rule", "Rule", rules, "Delete")
        if name:
            await remove_rule(await self.page.acting(), name)
            forget(self.page.scope.business_id, "segments")
            await self.refresh([])


def _name(one: Segment) -> str:
    return one.name or "No segment"


def _share(count: int, one: Segment) -> str:
    return percent(count / one.customers if one.customers else None)


def _shares(pair: Sequence[Segment]) -> kit.charts.Options:
    def share(count: int, one: Segment) -> float:
        scored = one.fragile + one.steady + one.strong
        return round(count / scored * 100, 1) if scored else 0.0

    drawn = kit.charts.stacked(
        [_name(one) for one in pair],
        {
            "fragile": [share(one.fragile, one) for one in pair],
            "steady": [share(one.steady, one) for one in pair],
            "strong": [share(one.strong, one) for one in pair],
        },
        tones={"fragile": "bar-fragile", "steady": "bar-steady", "strong": "bar-strong"},
    )
    drawn["xAxis"] |= {"max": 100}
    return drawn
