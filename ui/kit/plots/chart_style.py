"""Common parts of all charts: margins, fonts, axes, tooltips, legends, marks, empty state."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ui.texts import ENGLISH, reader_language, reader_locale
from ui.theme import colour

Options = dict[str, Any]
FONT = {"fontFamily": "Inter, system-ui, sans-serif", "fontSize": 11}


@dataclass(frozen=True, slots=True)
class Marker:
    """An event on a day of a trend: ISO date, text, and colour token."""

    at: str
    words: str
    tone: str = "ink-3"


def ground(*, top: int = 12, left: int = 4, right: int = 12, bottom: int = 4) -> Options:
    """Return margins, font and animation that all charts share."""
    wide = left > 4
    return {
        "grid": {
            "top": top,
            "left": left,
            "right": right,
            "bottom": bottom,
            "containLabel": not wide,
        },
        "animationDuration": 250,
        "animationDurationUpdate": 250,
        "textStyle": FONT,
    }


def margins(left: int, right: int, narrow: tuple[int, int]) -> Options:
    """Return space for names (left) and figures (right); less of both below 440 px."""
    wide, small = _sides(left, right), _sides(*narrow)
    media = [{"query": {"maxWidth": 440}, "option": small}, {"option": wide}]
    return {**ground(left=left, right=right, bottom=22), "media": media}


def _sides(left: int, right: int) -> Options:
    label = {"width": left - 12}
    return {"grid": {"left": left, "right": right}, "yAxis": {"axisLabel": label}}


def time_axis() -> Options:
    """Return a plain axis of dates."""
    return {
        "type": "time",
        "axisLine": {"lineStyle": {"color": colour("line-firm")}},
        "axisTick": {"show": False},
        "axisLabel": {
            **FONT,
            "color": colour("ink-3"),
            "hideOverlap": True,
            "formatter": {"year": "{yyyy}", "month": "{MMM}", "day": "{d} {MMM}"},
        },
        "splitLine": {"show": False},
    }


def value_axis(low: float | None, high: float | None, currency: str = "") -> Options:
    """Return a plain axis of numbers between two ends; None takes the end from the data.

    currency: of amounts of money. Numbers are written in the reader's language.
    """
    return {
        "type": "value",
        "min": low,
        "max": high,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {
            **FONT,
            "color": colour("ink-3"),
            "hideOverlap": True,
            **written("formatter", currency),
        },
        "splitLine": {"lineStyle": {"color": colour("line")}},
    }


def written(option: str, currency: str = "") -> Options:
    """Return the option that writes numbers in the reader's language, as money with a currency.

    Empty for numbers in English, which ECharts writes by itself.
    """
    if not currency and reader_language() == ENGLISH:
        return {}
    style = {"style": "currency", "currency": currency, "maximumFractionDigits": 0}
    asked = json.dumps([str(reader_locale()).replace("_", "-"), style if currency else {}])
    plain = "typeof n === 'number'"  # a missing value is null
    return {f":{option}": f"n => {plain} ? new Intl.NumberFormat(...{asked}).format(n) : n ?? '–'"}


def tooltip(trigger: str, currency: str = "") -> Options:
    """Return the tooltip; trigger: "axis" or "item"; currency: as in `value_axis`."""
    return {
        "trigger": trigger,
        **written("valueFormatter", currency),
        "backgroundColor": colour("panel"),
        "borderColor": colour("line-firm"),
        "textStyle": {**FONT, "color": colour("ink")},
        "axisPointer": {"lineStyle": {"color": colour("line-firm")}},
        "extraCssText": "box-shadow:none;border-radius:8px;padding:6px 9px",
    }


def legend(names: Sequence[str]) -> Options:
    """Return the names of several series at the top right; none for a single one."""
    return {
        "show": len(names) > 1,
        "top": 0,
        "right": 0,
        "icon": "roundRect",
        "itemWidth": 12,
        "itemHeight": 3,
        "textStyle": {**FONT, "color": colour("ink-2")},
        "data": list(names),
    }


def upright(marker: Marker) -> Options:
    """Return a dashed vertical line with its text above."""
    return {
        "xAxis": marker.at,
        "lineStyle": {"color": colour(marker.tone), "type": "dashed", "width": 1},
        "label": {**FONT, "formatter": marker.words, "color": colour("ink-2"), "position": "end"},
    }


def edge_line(edge: float) -> Options:
    """Return a dotted horizontal line at the edge of a band."""
    return {"yAxis": edge, "label": {"show": False}, "lineStyle": dots()}


def dots() -> Options:
    """Return a dotted line."""
    return {"color": colour("line-firm"), "type": "dotted", "width": 1}


def nothing(words: str) -> Options:
    """Return an empty chart whose text says what the next step is."""
    style = {**FONT, "fontSize": 13, "fontWeight": "normal", "color": colour("ink-2")}
    return {"title": {"text": words, "left": "center", "top": "middle", "textStyle": style}}
