"""The weights of a scorecard: one line per metric, grouped by signal, with live shares."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

import msgspec
from nicegui import binding, ui

from pulse.scoring.curves import Levels, Linear, Steps
from pulse.scoring.metrics.catalogue import SIGNALS, MetricDefinition
from pulse.scoring.scorecard import Scorecard, Term, reweigh
from pulse.scoring.scorecard_store import Published
from ui import kit
from ui.formatters import number, plural, signal_name
from ui.kit.charts import Options
from ui.kit.fields import number_field
from ui.kit.text import box, text
from ui.texts import gettext

MOST_BARS = 30
"""The maximum number of levels in the chart of a category."""


@binding.bindable_dataclass
class WeightsState:
    """State of the tab: the opened version, its shares by metric and signal, one curve."""

    opened: Sequence[tuple[int, Published]] = ()  # number of openings, and the version
    shares: Mapping[str, str] = field(default_factory=dict)
    curve_title: str = "Curve"
    curve: Options = field(default_factory=dict)
    curve_words: str = ""


class Weights:
    """The working copy of a scorecard version; `card`: its content with the fields' values."""

    def __init__(
        self, opened: Published, changed: Callable[[], Awaitable[None]], *, may: bool
    ) -> None:
        self._changed, self._may = changed, may
        self._state = WeightsState()
        self._openings = 0
        self.open(opened)

    @property
    def card(self) -> Scorecard:
        """The opened version's curves with the weights and edges that were set.

        With other weights the calibration is no longer valid and is removed.
        """
        card = self.opened.card
        if self._weights != _rounded(card):
            weighed = reweigh(card, self._weights)
            card = msgspec.structs.replace(weighed, calibration=None, origin="hand_set")
        return msgspec.structs.replace(card, band_edges=self.edges)

    @property
    def touched(self) -> bool:
        """Whether a weight or an edge was changed."""
        return self.card != self.opened.card

    def open(self, version: Published) -> None:
        """Open another version as it is stored."""
        self.opened = version
        self._weights = _rounded(version.card)
        self.edges = version.card.band_edges
        self._compute_shares()
        heaviest = max(version.card.terms, key=lambda term: term.weight)
        self._choose(heaviest.metric)
        self._openings += 1  # opening the same version again discards changes
        self._state.opened = ((self._openings, version),)

    def draw(self) -> None:
        """Draw the lines at the left, and the chosen metric's curve at the right."""
        form = kit.Items(self._form, key=lambda one: one[0])
        form.bind_items_from(self._state, "opened")

    def _form(self, _: tuple[int, Published]) -> None:
        state = self._state
        with kit.columns():
            with kit.panel("Weights", "any size; shown as shares of 100", flush=True, span=7):
                for signal in SIGNALS:
                    self._signal(signal)
                self._together()
            with box("pl-span-5 pl-stack pl-stack--wide"):
                with kit.panel("Curve", "raw value → share of the weight") as made:
                    made.bind_heading_from(state, "curve_title")
                    chart = kit.Chart(height=190, label="The curve of one metric")
                    chart.bind_options_from(state, "curve")
                    text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "curve_words")
                with kit.panel("Bands", "0–100"):
                    self._band_fields()

    def _share(self, name: str, classes: str) -> None:
        """Draw the share of a metric or a signal, updated in place."""
        share = text("", classes)
        share.bind_text_from(self._state, "shares", backward=lambda shares: shares.get(name, ""))

    def _signal(self, signal: str) -> None:
        terms = [term for term in self.opened.card.terms if self._of(term, signal)]
        if not terms:
            return
        with box("pl-weights__signal"):
            text(signal_name(signal), "pl-strong-text")
            self._share(gettext("signal {signal}").format(signal=signal), "pl-num pl-quiet")
        for term in terms:
            self._line(term)

    def _together(self) -> None:
        """Draw the pair terms, whose weight scales with the rest."""
        pairs = self.opened.card.pairs
        if not pairs:
            return
        with box("pl-weights__signal"):
            text(
                gettext("{pairs} of metrics that work together").format(
                    pairs=plural(len(pairs), "pair")
                ),
                "pl-strong-text",
            )
            text(f"{number(sum(pair.weight for pair in pairs), 1)} %", "pl-num pl-quiet")

    def _line(self, term: Term) -> None:
        definition = self.opened.definitions[term.metric]
        with box("pl-weights__line"):
            name = text(gettext(definition.label), "pl-weights__name", tag="button")
            name.props["type"] = "button"
            name.on("click", lambda: self._choose(term.metric), [])
            if self._may:
                entry = ui.number(
                    value=self._weights[term.metric],
                    min=0,
                    step=1,
                    on_change=lambda e: self._set(term.metric, e.value),
                )
                entry.on("focus", lambda: self._choose(term.metric), [])
                entry.props("outlined dense")
                label = gettext(definition.label)
                entry.props["aria-label"] = gettext("Weight of {label}").format(label=label)
                entry.classes("pl-field pl-weights__field")
            self._share(term.metric, "pl-num")

    def _band_fields(self) -> None:
        low, high = self.edges
        with kit.row():
            fields = [
                number_field("Steady from", low, low=1, high=98),
                number_field("Strong from", high, low=2, high=99),
            ]
        for entry in fields:
            entry.props["readonly"] = not self._may
            entry.on_value_change(lambda: self._set_edges(fields[0].value, fields[1].value))

    async def _set(self, metric: str, weight: Any) -> None:
        self._weights[metric] = max(0.0, float(weight or 0.0))
        self._choose(metric)
        if sum(self._weights.values()) > 0:
            self._compute_shares()
            await self._changed()

    async def _set_edges(self, low: Any, high: Any) -> None:
        if low and high and 0 < float(low) < float(high) < 100:
            self.edges = (float(low), float(high))
            await self._changed()

    def _compute_shares(self) -> None:
        sums: dict[str, float] = dict.fromkeys(SIGNALS, 0.0)
        shares: dict[str, float] = {}
        for term in self.card.terms:
            shares[term.metric] = term.weight
            sums[self.opened.definitions[term.metric].signal] += term.weight
        shares |= {
            gettext("signal {signal}").format(signal=signal): share
            for signal, share in sums.items()
        }
        self._state.shares = {name: f"{number(share, 1)} %" for name, share in shares.items()}

    def _of(self, term: Term, signal: str) -> bool:
        return self.opened.definitions[term.metric].signal == signal

    def _choose(self, metric: str) -> None:
        definition = self.opened.definitions[metric]
        term = next(term for term in self.opened.card.terms if term.metric == metric)
        average = number(term.average * 100)
        self._state.curve_title = gettext(definition.label)
        self._state.curve = curve_options(term, definition)
        self._state.curve_words = gettext(
            "The average customer has {average} % of this metric's points."
        ).format(average=average)


def _rounded(card: Scorecard) -> dict[str, float]:
    return {term.metric: round(term.weight, 2) for term in card.terms}


def curve_options(term: Term, definition: MetricDefinition) -> Options:
    """Return the curve as a line over values, or as bars over the levels of a category."""
    curve = term.curve
    if isinstance(curve, Levels):
        worth = [(level, y * 100) for level, y in zip(curve.levels, curve.ys, strict=True)]
        if len(worth) > MOST_BARS:  # the weakest and the strongest levels of very many
            ordered = sorted(worth, key=lambda level: level[1])
            worth = ordered[: MOST_BARS // 2] + ordered[-MOST_BARS // 2 :]
        return kit.charts.bars(worth, unit=gettext("% of the weight"))
    points = [(x, round(y * 100, 1)) for x, y in _knots(curve)]
    return kit.charts.lines(
        {gettext(definition.label): points},
        x_name=gettext(definition.unit),
        y_name=gettext("% of the weight"),
    )


def _knots(curve: Linear | Steps) -> list[tuple[float, float]]:
    """Return the points of the line; a step has two points at one place."""
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
