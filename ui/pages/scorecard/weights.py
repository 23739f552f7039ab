"""The weights of a scorecard to set: one line a metric, grouped by signal, shares shown live."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from nicegui import ui

from pulse.scoring.curves import Levels, Linear, Steps
from pulse.scoring.metrics.catalogue import SIGNALS, MetricDefinition
from pulse.scoring.scorecard import Scorecard, Term, reweigh
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.formatters import number, plural
from ui.kit.fields import number_field
from ui.kit.text import Text, box, text


class Weights:
    """The working copy of a scorecard version; `card` is what the fields say now."""

    def __init__(
        self, opened: Published, changed: Callable[[], Awaitable[None]], *, may: bool
    ) -> None:
        self._changed, self._may = changed, may
        self._place: ui.element | None = None
        self._take(opened)

    def _take(self, opened: Published) -> None:
        self.opened = opened
        self._weights = _rounded(opened.card)
        self.edges = opened.card.band_edges
        self._shares: dict[str, Text] = {}
        self._sums: dict[str, Text] = {}

    @property
    def card(self) -> Scorecard:
        """The opened version's curves under the weights and edges that were set.

        With other weights what a strength has meant is no longer known: the calibration goes.
        """
        card = self.opened.card
        if self._weights != _rounded(card):
            weighed = reweigh(card, self._weights)
            card = msgspec.structs.replace(weighed, calibration=None, origin="hand_set")
        return msgspec.structs.replace(card, band_edges=self.edges)

    @property
    def touched(self) -> bool:
        """True when a weight or an edge was changed."""
        return self.card != self.opened.card

    def open(self, version: Published) -> None:
        """Work on another version, as it is kept."""
        self._take(version)
        if self._place is not None:
            self._place.clear()
            with self._place:
                self._fill()

    def draw(self) -> None:
        """The lines on the left, the curve of the chosen metric on the right."""
        with box() as self._place:
            self._fill()

    def _fill(self) -> None:
        with kit.columns():
            with kit.panel("Weights", "any size; shown as shares of 100", flush=True, span=7):
                for signal in SIGNALS:
                    self._signal(signal)
                self._together()
            with box("pl-span-5 pl-stack pl-stack--wide"):
                with kit.panel("Curve", "raw value → share of the weight") as made:
                    self._title = made.heading
                    self._curve = kit.Chart({}, height=190, label="The curve of one metric")
                    self._words = text("", "pl-small pl-quiet", tag="p")
                with kit.panel("Bands", "0–100"):
                    self._band_fields()
        self._show_shares()
        heaviest = max(self.opened.card.terms, key=lambda term: term.weight)
        self._choose(heaviest.metric)

    def _signal(self, signal: str) -> None:
        terms = [term for term in self.opened.card.terms if self._of(term, signal)]
        if not terms:
            return
        with box("pl-weights__signal"):
            text(signal.capitalize(), "pl-strong-text")
            self._sums[signal] = text("", "pl-num pl-quiet")
        for term in terms:
            self._line(term)

    def _together(self) -> None:
        """Pairs of metrics have a weight of their own; it scales with the rest."""
        pairs = self.opened.card.pairs
        if not pairs:
            return
        with box("pl-weights__signal"):
            text(f"{plural(len(pairs), 'pair')} of metrics that work together", "pl-strong-text")
            text(f"{number(sum(pair.weight for pair in pairs), 1)} %", "pl-num pl-quiet")

    def _line(self, term: Term) -> None:
        definition = self.opened.definitions[term.metric]
        with box("pl-weights__line"):
            name = text(definition.label, "pl-weights__name", tag="button")
            name.props["type"] = "button"
            name.on("click", lambda: self._choose(term.metric), [])
            if self._may:
                field = ui.number(
                    value=self._weights[term.metric],
                    min=0,
                    step=1,
                    on_change=lambda e: self._set(term.metric, e.value),
                )
                field.props(f'outlined dense aria-label="Weight of {definition.label}"')
                field.classes("pl-field pl-weights__field")
            self._shares[term.metric] = text("", "pl-num")

    def _band_fields(self) -> None:
        low, high = self.edges
        with kit.row():
            fields = [
                number_field("Steady from", low, low=1, high=98),
                number_field("Strong from", high, low=2, high=99),
            ]
        for field in fields:
            field.props["readonly"] = not self._may
            field.on_value_change(lambda: self._set_edges(fields[0].value, fields[1].value))

    async def _set(self, metric: str, weight: Any) -> None:
        self._weights[metric] = max(0.0, float(weight or 0.0))
        if sum(self._weights.values()) > 0:
            self._show_shares()
            await self._changed()

    async def _set_edges(self, low: Any, high: Any) -> None:
        if low and high and 0 < float(low) < float(high) < 100:
            self.edges = (float(low), float(high))
            await self._changed()

    def _show_shares(self) -> None:
        sums: dict[str, float] = dict.fromkeys(SIGNALS, 0.0)
        for term in self.card.terms:
            self._shares[term.metric].set_text(f"{number(term.weight, 1)} %")
            sums[self.opened.definitions[term.metric].signal] += term.weight
        for signal, words in self._sums.items():
            words.set_text(f"{number(sums[signal], 1)} %")

    def _of(self, term: Term, signal: str) -> bool:
        return self.opened.definitions[term.metric].signal == signal

    def _choose(self, metric: str) -> None:
        definition = self.opened.definitions[metric]
        term = next(term for term in self.opened.card.terms if term.metric == metric)
        self._title.set_text(definition.label)
        self._curve.show(curve_options(term, definition))
        average = number(term.average * 100)
        self._words.set_text(f"The average customer has {average} % of this metric's points.")


def _rounded(card: Scorecard) -> dict[str, float]:
    return {term.metric: round(term.weight, 2) for term in card.terms}


def curve_options(term: Term, definition: MetricDefinition) -> kit.charts.Options:
    """The curve as a line over raw values, or as bars over the levels of a category."""
    curve = term.curve
    if isinstance(curve, Levels):
        worth = [(level, y * 100) for level, y in zip(curve.levels, curve.ys, strict=True)]
        return kit.charts.bars(worth, unit="% of the weight")
    points = [(x, round(y * 100, 1)) for x, y in _knots(curve)]
    return kit.charts.lines(
        {definition.label: points}, x_name=definition.unit, y_name="% of the weight"
    )


def _knots(curve: Linear | Steps) -> list[tuple[float, float]]:
    """Points to draw a line through; a step is two points at one place."""
    if isinstance(curve, Linear):
        return list(zip(curve.xs, curve.ys, strict=True))
    corners = [
        point
        for edge, before, after in zip(curve.edges, curve.ys, curve.ys[1:], strict=False)
        for point in ((edge, before), (edge, after))
    ]
    first, last = (curve.edges[0], curve.edges[-1]) if curve.edges else (0.0, 1.0)
    margin = (last - first) * 0.08 or 1.0
    start = first - margin if first < 0 else max(0.0, first - margin)
    return [(start, curve.ys[0]), *corners, (last + margin, curve.ys[-1])]
