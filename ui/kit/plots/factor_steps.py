"""The factors of one score as steps from the starting point to the score."""

from collections.abc import Sequence

from ui.formatters import signed
from ui.kit.plots.chart_style import FONT, Options, margins, nothing, value_axis
from ui.texts import gettext, marked
from ui.theme import colour

LABEL = {"width": 178, "overflow": "break", "lineHeight": 13}
"""Maximum width of factor names; longer ones wrap to two lines."""
LONGEST = 28  # characters of a value beside its bar
Step = tuple[str, float, str]
"""A factor to draw: name, points, and raw value as text."""


def factor_bars(
    base: float,
    factors: Sequence[Step],
    *,
    base_label: str = marked("Starting point"),
    end_label: str = marked("Identity strength"),
    unit: str = "",
    rising: str = "good",
    score: float | None = None,
) -> Options:
    """Return steps from the base to the score (0–100), one per factor, in the given order.

    score: where it is known; else the base with all steps, some of which may be left out as small.
    rising: whether a step up is "good" or "bad". unit: shown after both end values.
    """
    if not factors:
        return nothing(gettext("Not scored yet: nothing is known about this customer."))
    steps = _steps(base, factors)
    low = max(0.0, min(min(start, end) for _, start, end, _ in steps) - 6)
    high = min(100.0, max(max(start, end) for _, start, end, _ in steps) + 6)
    rows = [(gettext(base_label), low, base, _worded(f"{base:.0f}{unit}")), *steps]
    if score is None:
        score = base + sum(points for _, points, _ in factors)
    rows.append((gettext(end_label), low, score, _worded(f"{score:.0f}{unit}")))
    return {
        **margins(190, 120, narrow=(116, 96)),
        "xAxis": value_axis(round(low), round(high)),
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [row[0] for row in rows],
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {**FONT, **LABEL, "color": colour("ink-2")},
        },
        "series": [
            {
                "type": "bar",
                "stack": "steps",
                "silent": True,
                "itemStyle": {"color": "transparent"},
                "data": [round(min(start, end), 2) for _, start, end, _ in rows],
            },
            {
                "type": "bar",
                "stack": "steps",
                "barWidth": 14,
                "emphasis": {"disabled": True},
                "label": {"show": True, **FONT, "color": colour("ink")},
                "data": [
                    _step_bar(index, row, len(rows), rising) for index, row in enumerate(rows)
                ],
            },
        ],
    }


def _steps(base: float, factors: Sequence[Step]) -> list[tuple[str, float, float, str]]:
    steps, at = [], base
    for name, points, value in factors:
        steps.append((name, at, at + points, _worded(signed(points, 1), value)))
        at += points
    return steps


def _worded(points: str, value: str = "") -> str:
    """Return a bar's label in ECharts' rich text, with braces removed and long values cut."""
    plain = value.translate({ord("{"): "(", ord("}"): ")", ord("|"): "/"})
    plain = plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1].rstrip()}…"
    return f"{{points|{points}}}{{value|{plain}}}" if plain else f"{{points|{points}}}"


def _step_bar(index: int, row: tuple[str, float, float, str], count: int, rising: str) -> Options:
    _, start, end, words = row
    ends = index in (0, count - 1)
    good = (end >= start) == (rising == "good")
    tone = "accent" if index == count - 1 else "ink-3" if ends else ""
    return {
        "value": round(abs(end - start), 2),
        "itemStyle": {
            "color": colour(tone or ("bar-strong" if good else "bar-fragile")),
            "borderRadius": 2,
        },
        "label": {
            "position": "right",
            "formatter": words,
            "rich": {
                "points": {**FONT, "fontWeight": 600, "color": colour("ink")},
                "value": {**FONT, "color": colour("ink-3"), "padding": [0, 0, 0, 6]},
            },
        },
    }
