"""Charts of model quality: ranges, ROC and precision–recall curves, lift, calibration.

As in `charts`, every function returns options; shares are passed as 0–1 and drawn as percent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ui.kit.plots.chart_style import FONT, Options, ground, legend, tooltip, value_axis
from ui.texts import marked
from ui.theme import colour

Points = Sequence[tuple[float, float]]
TONES = ("accent", "steady", "strong", "ink-3")
"""Colours in the order of the series; the first one is emphasised."""
CHANCE = marked("No better than chance")
DIAGONAL: Points = ((0.0, 0.0), (1.0, 1.0))


def ranges(items: Sequence[tuple[str, float, float, float]]) -> Options:
    """Return a dot with its range per row: (label, figure, low, high), all 0–1."""
    lows = [low for _, _, low, _ in items]
    floor = max(0.0, (min(lows, default=0.5) * 10 // 1) / 10)
    return {
        **ground(left=26, right=16, bottom=22),
        "xAxis": {**value_axis(floor, 1.0), "interval": 0.1 if floor < 0.7 else 0.05},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [label for label, *_ in items],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": colour("line")}},
            "axisLabel": {**FONT, "color": colour("ink-2")},
        },
        "tooltip": tooltip("item"),
        "series": [
            _bar([low for _, _, low, _ in items], 0.0),
            _bar([round(high - low, 4) for _, _, low, high in items], 0.22),
            {
                "type": "scatter",
                "symbolSize": 9,
                "itemStyle": {"color": colour("accent")},
                "label": {
                    "show": True,
                    "position": "top",
                    "formatter": "{@[0]}",
                    **FONT,
                    "color": colour("ink-2"),
                },
                "data": [[round(figure, 3), label] for label, figure, _, _ in items],
            },
        ],
    }


def _bar(amounts: Sequence[float], opacity: float) -> Options:
    return {
        "type": "bar",
        "stack": "range",
        "barWidth": 9,
        "silent": True,
        "itemStyle": {"color": colour("accent"), "opacity": opacity},
        "data": list(amounts),
    }


def curves(
    series: Mapping[str, Points], *, x_name: str, y_name: str, dashed: Mapping[str, Points]
) -> Options:
    """Return curves over the unit square in percent.

    The first one is emphasised; `dashed` ones are for comparison. DIAGONAL runs from corner to
    corner.
    """
    drawn: list[Options] = [
        _curve(name, points, TONES[place % len(TONES)], wide=place == 0)
        for place, (name, points) in enumerate(series.items())
    ]
    for name, points in dashed.items():
        drawn.append(_curve(name, points, "ink-3", wide=False, dashed=True))
    names = [*series, *dashed]
    return {
        **ground(top=40 if len(names) > 1 else 14, left=46, bottom=42, right=16),
        "legend": {**legend(names), "left": 0, "right": "auto"},
        "xAxis": {**value_axis(0, 100), **_named(x_name), "nameLocation": "middle", "nameGap": 26},
        "yAxis": {**value_axis(0, 100), **_named(y_name), "nameLocation": "middle", "nameGap": 32},
        "tooltip": {**tooltip("axis")},
        "series": drawn,
    }


def _curve(
    name: str, points: Points, tone: str, *, wide: bool, dashed: bool = False
) -> dict[str, Any]:
    few = len(points) <= 12 and not dashed
    return {
        "type": "line",
        "name": name,
        "showSymbol": few,
        "symbolSize": 6,
        "z": 3 if wide else 2,
        "emphasis": {"disabled": True},
        "lineStyle": {
            "width": 2.5 if wide else 1.5,
            "type": "dashed" if dashed else "solid",
            "color": colour(tone),
        },
        "itemStyle": {"color": colour(tone)},
        "data": [[round(x * 100, 1), round(y * 100, 1)] for x, y in points],
    }


def columns(
    items: Sequence[tuple[str, float]], *, x_name: str, y_name: str, line: float
) -> Options:
    """Return vertical bars with a dashed horizontal line at `line`, such as a lift of 1."""
    return {
        **ground(top=12, left=46, bottom=42, right=16),
        "xAxis": {
            "type": "category",
            "data": [label for label, _ in items],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": colour("line-firm")}},
            "axisLabel": {**FONT, "color": colour("ink-3")},
            **_named(x_name),
            "nameLocation": "middle",
            "nameGap": 26,
        },
        "yAxis": {**value_axis(0, None), **_named(y_name), "nameLocation": "middle", "nameGap": 32},
        "tooltip": tooltip("item"),
        "series": [
            {
                "type": "bar",
                "barCategoryGap": "18%",
                "emphasis": {"disabled": True},
                "itemStyle": {"color": colour("accent")},
                "data": [round(amount, 2) for _, amount in items],
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "animation": False,
                    "data": [
                        {
                            "yAxis": line,
                            "label": {"show": False},
                            "lineStyle": {"color": colour("ink-3"), "type": "dashed", "width": 1},
                        }
                    ],
                },
            }
        ],
    }


def _named(name: str) -> Options:
    return {"name": name, "nameTextStyle": {**FONT, "color": colour("ink-3")}}
