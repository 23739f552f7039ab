"""Effect of publishing a draft: the distribution before and after, and largest changes."""

from collections.abc import Callable, Sequence
from dataclasses import field
from uuid import UUID

from nicegui import binding

from pulse.scoring.bands import BANDS
from pulse.scoring.reports.preview import Mover, Preview, preview
from pulse.scoring.scorecard import Scorecard
from ui import kit
from ui.components.customer_rows import address_of
from ui.formatters import capitalized, number, plural, signed
from ui.kit.badges import band_name
from ui.kit.charts import Options
from ui.kit.kpi_strip import Figure
from ui.kit.table import Row
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

WORTH = 0.05
"""Minimum change in points of a listed customer."""

MOVERS = [
    kit.Column("name", "Customer", "person"),
    kit.Column("now", "Now", "number"),
    kit.Column("then", "Then", "number"),
    kit.Column("change", "Change", "change"),
]


STALE = marked(("weights have changed since", "warn"))


@binding.bindable_dataclass
class PreviewState:
    """State of the tab."""

    stale: tuple[str, str] = ("", "")
    differs: bool = False
    same: bool = False
    figures: Sequence[Figure] = ()
    spreads: Options = field(default_factory=dict)
    movers: Sequence[Row] = ()


class ScorePreview:
    """Computed on request: scores everybody, or a random sample of a large business."""

    def __init__(
        self, page: Page, card: Callable[[], Scorecard], whose: Callable[[], UUID | None]
    ) -> None:
        self._page, self._card, self._whose = page, card, whose
        self._state = PreviewState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Compute the preview and draw it."""
        state = self._state
        await self._compute()
        with kit.row():
            kit.Button("Compute the preview", self._compute, icon="play_arrow")
            kit.Badge().bind_badge_from(state, "stale")
        kit.empty(
            "No difference from the published scorecard", "Change a weight or a band first."
        ).bind_visibility_from(state, "same")
        with kit.stack("pl-stack--wide").bind_visibility_from(state, "differs"):
            kit.Figures().bind_figures_from(state, "figures")
            with kit.columns():
                with kit.panel("Customers by strength", "now (dashed) and then", span=7):
                    chart = kit.Chart(height=240, label="Distribution now and under the draft")
                    chart.bind_options_from(state, "spreads")
                with kit.panel("Who would move most", flush=True, span=5):
                    kit.Table(MOVERS, label="Movers").bind_rows_from(state, "movers")

    def mark_stale(self) -> None:
        """Note that the weights have changed since, if there is a preview."""
        if self._state.same or self._state.differs:
            self._state.stale = STALE

    async def _compute(self) -> None:
        of = card, whose = self._card(), self._whose()
        read = self._reads.start(*of)
        found = await preview(self._page.scope, card, whose)
        if not read.accept():
            return
        state = self._state
        state.stale = ("", "") if of == (self._card(), self._whose()) else STALE
        state.differs = any(abs(one.then - one.now) >= WORTH for one in found.movers)
        state.same = not state.differs
        state.figures = tuple(_figures(found))
        state.spreads = _spreads(found)
        state.movers = tuple(_mover(one) for one in found.movers)


def _figures(found: Preview) -> list[Figure]:
    mean = found.then.mean - found.now.mean
    figures = [
        Figure(
            "Average",
            number(found.then.mean, 1),
            gettext("{mean} against now").format(mean=signed(mean, 1)),
        ),
        Figure(
            "Change of band",
            number(found.band_changes),
            gettext("of {customers} with a band").format(
                customers=plural(found.customers, "customer")
            ),
        ),
    ]
    for band in BANDS:
        change = found.then.bands[band] - found.now.bands[band]
        figures.append(
            Figure(
                capitalized(band_name(band)),
                number(found.then.bands[band]),
                gettext("{change} against now").format(change=signed(change)),
            )
        )
    return figures


def _spreads(found: Preview) -> Options:
    width = 100 / len(found.now.bars)
    places = [round((index + 0.5) * width, 1) for index in range(len(found.now.bars))]
    return kit.charts.lines(
        {
            "Now": [(x, float(y)) for x, y in zip(places, found.now.bars, strict=True)],
            "Then": [(x, float(y)) for x, y in zip(places, found.then.bars, strict=True)],
        },
        tones={"Now": "ink-3", "Then": "accent"},
        dashed=[gettext("Now")],
        x_name=gettext("identity strength"),
        y_name="customers",
    )


def _mover(one: Mover) -> Row:
    return {
        "id": one.external_id,
        "now": number(one.now),
        "then": number(one.then),
        **kit.cells.person(one.name or one.external_id, address_of(one.external_id)),
        **kit.cells.change(one.then - one.now, "change"),
    }
