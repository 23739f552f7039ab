"""What publishing a draft would do to everybody: the distribution now and then, who moves most."""

from collections.abc import Callable

from pulse.scoring import versions
from pulse.scoring.bands import BANDS
from pulse.scoring.scorecard import Scorecard
from pulse.scoring.versions import Mover, Preview
from ui import kit
from ui.components.customer_rows import address_of
from ui.formatters import number, plural, signed
from ui.kit.table import Row
from ui.kit.text import box
from ui.runtime.page_context import Page

WORTH = 0.05
"""Points of change below which a mover has not moved."""

MOVERS = [
    kit.Column("name", "Customer", "person"),
    kit.Column("now", "Now", "number"),
    kit.Column("then", "Then", "number"),
    kit.Column("change", "Change", "change"),
]


class ScorePreview:
    """Computed on demand: it scores everybody, or a fair draw of a large business."""

    def __init__(self, page: Page, card: Callable[[], Scorecard]) -> None:
        self._page, self._card = page, card
        self._stale: kit.Badge | None = None

    async def draw(self) -> None:
        """The button and an empty place."""
        with kit.row():
            kit.Button("Compute the preview", self._compute, icon="play_arrow")
            self._stale = kit.Badge()
        self._place = box("pl-stack pl-stack--wide")
        await self._compute()

    def outdated(self) -> None:
        """The weights have changed since."""
        if self._stale:
            self._stale.show("weights have changed since", "warn")

    async def _compute(self) -> None:
        found = await versions.preview(self._page.scope, self._card())
        if self._stale:
            self._stale.show("")
        self._place.clear()
        with self._place:
            _show(found)


def _show(found: Preview) -> None:
    if not any(abs(one.then - one.now) >= WORTH for one in found.movers):
        kit.empty("No difference from the published scorecard", "Change a weight or a band first.")
        return
    kit.Figures(_figures(found))
    with kit.columns():
        with kit.panel("Customers by strength", "now (dashed) and then", span=7):
            kit.Chart(_spreads(found), height=240, label="Distribution now and under the draft")
        with kit.panel("Who would move most", flush=True, span=5):
            kit.Table(MOVERS, [_mover(one) for one in found.movers], label="Movers")


def _figures(found: Preview) -> list[kit.Figure]:
    mean = found.then.mean - found.now.mean
    figures = [
        kit.Figure("Average", number(found.then.mean, 1), f"{signed(mean, 1)} against now"),
        kit.Figure(
            "Change of band",
            number(found.band_changes),
            f"of {plural(found.customers, 'customer')}",
        ),
    ]
    for band in BANDS:
        change = found.then.bands[band] - found.now.bands[band]
        figures.append(
            kit.Figure(
                band.capitalize(), number(found.then.bands[band]), f"{signed(change)} against now"
            )
        )
    return figures


def _spreads(found: Preview) -> kit.charts.Options:
    width = 100 / len(found.now.bars)
    places = [round((index + 0.5) * width, 1) for index in range(len(found.now.bars))]
    return kit.charts.lines(
        {
            "Now": [(x, float(y)) for x, y in zip(places, found.now.bars, strict=True)],
            "Then": [(x, float(y)) for x, y in zip(places, found.then.bars, strict=True)],
        },
        tones={"Now": "ink-3", "Then": "accent"},
        dashed=["Now"],
        x_name="identity strength",
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
