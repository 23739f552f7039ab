"""Chart options for several amounts: vertical bars, stacked bars, lines."""

from collections.abc import Mapping, Sequence

from ui.kit.plots.chart_style import (
    FONT,
    Options,
    ground,
    legend,
    time_axis,
    tooltip,
    value_axis,
)
from ui.theme import colour


def columns(
    items: Sequence[tuple[str, float]], *, unit: str = "", tone: str = "accent", currency: str = ""
) -> Options:
    """Return vertical bars (label, amount) in the given order: amounts per day, week or month.

    currency: of amounts of money, which are then written as such in the reader's language.
    """
    return {
        **ground(),
        "xAxis": {
            "type": "category",
            "data": [name for name, _ in items],
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": colour("line-firm")}},
            "axisLabel": {**FONT, "color": colour("ink-3"), "hideOverlap": True},
        },
        "yAxis": value_axis(0, None, currency),
        "tooltip": tooltip("axis", currency),
        "series": [
            {
                "type": "bar",
                "name": unit,
                "barMaxWidth": 28,
                "emphasis": {"disabled": True},
                "itemStyle": {"color": colour(tone)},
                "data": [round_value(amount) for _, amount in items],
            }
        ],
    }


def stacked(
    names: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    *,
    tones: Mapping[str, str],
) -> Options:
    """Return horizontal stacked bars, one per name, each part named in the legend."""
    return {
        **ground(top=28, left=140, right=16, bottom=22),
        "legend": {**legend(list(parts)), "show": True},
        "xAxis": {**value_axis(0, None), "minInterval": 1},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(names),
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": colour("line")}},
            "axisLabel": {**FONT, "color": colour("ink-2"), "width": 128, "overflow": "truncate"},
        },
        "tooltip": {**tooltip("axis"), "axisPointer": {"type": "none"}},
        "series": [
            {
                "type": "bar",
                "name": part,
                "stack": "all",
                "barWidth": 16,
                "emphasis": {"disabled": True},
                "itemStyle": {"color": colour(tones[part])},
                "data": list(amounts),
            }
            for part, amounts in parts.items()
        ],
    }


def lines(
    series: Mapping[str, Sequence[tuple[float | str, float | None]]],
    *,
    tones: Mapping[str, str] | None = None,
    time: bool = False,
    x_name: str = "",
    y_name: str = "",
    dashed: Sequence[str] = (),
) -> Options:
    """Return several lines in one coordinate system, each named in the legend."""
    names = list(series)
    return {
        **ground(top=28 if y_name or len(names) > 1 else 12, bottom=40 if x_name else 24),
        "legend": legend(names),
        "xAxis": time_axis()
        if time
        else {
            **value_axis(None, None),
            "name": x_name,
            "nameLocation": "middle",
            "nameGap": 26,
            "nameTextStyle": {**FONT, "color": colour("ink-3")},
            "splitLine": {"show": False},
        },
        "yAxis": {
            **value_axis(None, None),
            "name": y_name,
            "nameGap": 10,
            "nameTextStyle": {**FONT, "color": colour("ink-3"), "align": "left"},
        },
        "tooltip": tooltip("axis"),
        "series": [
            {
                "type": "line",
                "name": name,
                "showSymbol": False,
                "emphasis": {"disabled": True},
                "lineStyle": {
                    "width": 2,
                    "type": "dashed" if name in dashed else "solid",
                    "color": colour((tones or {}).get(name, "accent")),
                },
                "itemStyle": {"color": colour((tones or {}).get(name, "accent"))},
                "data": [[x, round_value(y)] for x, y in series[name]],
            }
            for name in names
        ],
    }


def round_value(value: float | None) -> float | None:
    """Round to two decimals; None stays None."""
    return None if value is None else round(value, 2)
