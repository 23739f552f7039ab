"""ECharts charts, drawn as SVG so that they use the theme's colours, light and dark.

Every function returns options; `Chart` draws and updates them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from nicegui import binding, ui

from ui.formatters import money, number
from ui.kit.plots.chart_style import (
    FONT,
    Marker,
    Options,
    edge_line,
    ground,
    margins,
    nothing,
    time_axis,
    tooltip,
    upright,
    value_axis,
)
from ui.kit.plots.series import columns, lines, round_value, stacked
from ui.texts import gettext
from ui.theme import colour

__all__ = [
    "Chart",
    "Marker",
    "Options",
    "bars",
    "columns",
    "distribution",
    "lines",
    "stacked",
    "trend",
]


class Chart(ui.echart):
    """One chart with a name for screen readers; assigning `shown` updates it.

    `shown` is bindable: `kit.Chart(label="…").bind_options_from(state, "trend")`.

    Args:
        on_choose: called with the label and the index (from 0) of a bar or point that is clicked.
            A chart has no keyboard: offer the same choice elsewhere, too.
    """

    shown = binding.BindableProperty(on_change=lambda chart, options: chart._draw(options))

    def __init__(
        self,
        options: Options | None = None,
        *,
        height: int = 220,
        label: str,
        on_choose: Callable[[str, int], Any] | None = None,
    ) -> None:
        super().__init__(options or {}, renderer="svg")
        self.style(f"height:{height}px").props(f'role="img" aria-label="{_plain(gettext(label))}"')
        self._sent = self.shown = options or {}
        if on_choose is not None:
            self.on_point_click(lambda point: on_choose(point.name, point.data_index))

    def bind_options_from(
        self, state: Any, name: str, backward: Callable[[Any], Options] | None = None
    ) -> Self:
        """Bind to the options in this attribute of a bindable dataclass."""
        binding.bind_from(self, "shown", state, name, backward)
        return self

    def _draw(self, options: Options) -> None:
        if options == self._sent:
            return
        self._sent = options
        self.options.clear()
        self.options.update(options)


def trend(
    points: Sequence[tuple[str, float | None]],
    markers: Sequence[Marker] = (),
    *,
    edges: tuple[float, float] | None = None,
    floor: float | None = None,
    ceiling: float | None = None,
    unit: str = "",
    when_empty: str = "There is no history yet: it grows by a point a day.",
) -> Options:
    """Return a line over dates (ISO), with dashed markers and dotted band edges."""
    if not points:
        return nothing(gettext(when_empty))
    if len({day for day, _ in points}) == 1:  # a line needs two points
        today = gettext("{n} today, the first day: the line begins tomorrow.")
        return nothing(today.format(n=number(points[-1][1])))
    marks: list[Options] = [upright(marker) for marker in markers]
    marks += [edge_line(edge) for edge in edges or ()]
    low, high = _bounds([value for _, value in points if value is not None], floor, ceiling)
    return {
        **ground(top=26 if markers else 12),
        "xAxis": time_axis(),
        "yAxis": {
            **value_axis(low, high),
            "interval": 5 if high - low <= 30 else 10 if high - low <= 60 else 20,
        },
        "tooltip": tooltip("axis"),
        "series": [
            {
                "type": "line",
                "name": unit or gettext("Identity strength"),
                "data": [[day, round_value(value)] for day, value in points],
                "showSymbol": len(points) < 3,
                "symbolSize": 6,
                "lineStyle": {"width": 2, "color": colour("accent")},
                "itemStyle": {"color": colour("accent")},
                "areaStyle": {"color": colour("accent-wash"), "origin": "start"},
                "emphasis": {"disabled": True},
                "markLine": {"silent": True, "symbol": "none", "animation": False, "data": marks},
            }
        ],
    }


def distribution(counts: Sequence[int], edges: tuple[float, float]) -> Options:
    """Return how many customers have which strength: equal bins over 0–100, coloured by band."""
    width = 100 / max(1, len(counts))
    starts = [index * width for index in range(len(counts))]
    return {
        **ground(),
        "xAxis": {
            "type": "category",
            "data": [f"{start:.0f}–{start + width:.0f}" for start in starts],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": colour("line-firm")}},
            "axisLabel": {**FONT, "color": colour("ink-3"), "hideOverlap": True},
        },
        "yAxis": {**value_axis(0, None), "minInterval": 1},
        "tooltip": {**tooltip("item"), "formatter": gettext("strength {b}: {c}")},
        "series": [
            {
                "type": "bar",
                "barCategoryGap": "12%",
                "emphasis": {"disabled": True},
                "data": [
                    {
                        "value": count,
                        "itemStyle": {"color": colour(f"bar-{_band_at(start, edges)}")},
                    }
                    for start, count in zip(starts, counts, strict=True)
                ],
            }
        ],
    }


def bars(
    items: Sequence[tuple[str, float]],
    *,
    unit: str = "",
    tones: Mapping[str, str] | None = None,
    room: int = 140,
    currency: str = "",
) -> Options:
    """Return horizontal bars (label, amount) in the given order; labels have `room` px.

    currency: of amounts of money, which are then written as such in the reader's language.
    """
    right = 76 if currency else 44
    return {
        **margins(room, right, narrow=(min(room, 140), right)),
        "xAxis": value_axis(None, None, currency),
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [name for name, _ in items],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": colour("line")}},
            "axisLabel": {
                **FONT,
                "color": colour("ink-2"),
                "width": room - 12,
                "overflow": "truncate",
            },
        },
        "tooltip": tooltip("item", currency),
        "series": [
            {
                "type": "bar",
                "name": unit,
                "barWidth": 14,
                "emphasis": {"disabled": True},
                "label": {"show": True, "position": "right", **FONT, "color": colour("ink-2")},
                "data": [
                    {
                        "value": round_value(amount),
                        "itemStyle": {"color": colour((tones or {}).get(name, "accent"))},
                        **({"label": {"formatter": money(amount, currency)}} if currency else {}),
                    }
                    for name, amount in items
                ],
            }
        ],
    }


def _bounds(values: list[float], floor: float | None, ceiling: float | None) -> tuple[float, float]:
    """Return axis ends around the data on round numbers, at least 20 apart, inside 0–100."""
    if not values:
        return floor or 0.0, ceiling or 100.0
    low = floor if floor is not None else max(0.0, (min(values) - 3) // 10 * 10)
    high = ceiling if ceiling is not None else min(100.0, -(-(max(values) + 3) // 10) * 10)
    return (low, high) if high - low >= 20 else (max(0.0, high - 20), max(20.0, high))


def _band_at(strength: float, edges: tuple[float, float]) -> str:
    return "fragile" if strength < edges[0] else "steady" if strength < edges[1] else "strong"


def _plain(label: str) -> str:
    return label.replace('"', "'")
