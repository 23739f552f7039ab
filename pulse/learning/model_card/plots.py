"""Small SVG charts for the model card, without scripts, fonts or requests."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 340, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 10, 38

Points = Sequence[tuple[float, float]]


def lines(
    named: Sequence[tuple[str, Points]],
    x_label: str,
    y_label: str,
    *,
    diagonal: bool = False,
) -> str:
    """Curves in the unit square with a legend; the first one is drawn strongest."""
    marks = [_frame(x_label, y_label)]
    if diagonal:
        marks.append(_path([(0.0, 0.0), (1.0, 1.0)], "chance"))
    for place, (_, points) in reversed(list(enumerate(named))):
        marks.append(_path(points, f"s{place}"))
    for place, (name, _) in enumerate(named):
        y = TOP + HEIGHT - TOP - BOTTOM - 14 * (len(named) - place)
        x = WIDTH - RIGHT - 150
        marks.append(f'<line class="s{place}" x1="{x}" x2="{x + 16}" y1="{y}" y2="{y}"/>')
        marks.append(f'<text x="{x + 22}" y="{y + 4}">{escape(name)}</text>')
    return _svg(marks, f"{y_label} by {x_label}")


def bars(values: Sequence[float], labels: Sequence[str], x_label: str, y_label: str) -> str:
    """One bar per value, from 0 up; the axis ends at the largest value."""
    top = max([*values, 1e-12])
    step = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    marks = [_frame(x_label, y_label, top)]
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        x, y = LEFT + place * step, _y(value / top)
        marks.append(
            f'<rect class="bar" x="{x + 2:.1f}" y="{y:.1f}" width="{step - 4:.1f}" '
            f'height="{_y(0) - y:.1f}"><title>{escape(label)}: {value:.2f}</title></rect>'
        )
    return _svg(marks, f"{y_label} by {x_label}")


def spark(points: Points) -> str:
    """A curve with y in 0–1 over its own range of x, small enough for a table cell."""
    xs = [x for x, _ in points]
    low, width = min(xs), (max(xs) - min(xs)) or 1.0
    drawn = " ".join(f"{4 + 92 * (x - low) / width:.1f},{26 - 22 * y:.1f}" for x, y in points)
    return (
        '<svg class="spark" viewBox="0 0 100 30" role="img" aria-label="curve">'
        f'<polyline points="{drawn}"/></svg>'
    )


def _svg(marks: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(marks)}</svg>"
    )


def _frame(x_label: str, y_label: str, top: float = 1.0) -> str:
    ticks = "".join(
        f'<text class="tick" x="{_x(share):.0f}" y="{HEIGHT - BOTTOM + 14}">{share:g}</text>'
        for share in (0.0, 0.5, 1.0)
        if top == 1.0
    )
    levels = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(share):.0f}" '
        f'y2="{_y(share):.0f}"/><text class="level" x="{LEFT - 6}" y="{_y(share) + 4:.0f}">'
        f"{top * share:.2g}</text>"
        for share in (0.0, 0.5, 1.0)
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    return (
        f'{levels}{ticks}<text class="axis" x="{middle:.0f}" y="{HEIGHT - 6}">{escape(x_label)}'
        f'</text><text class="axis" transform="translate(12 {HEIGHT / 2 - 10:.0f}) rotate(-90)">'
        f"{escape(y_label)}</text>"
    )


def _path(points: Points, style: str) -> str:
    drawn = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline class="{style}" points="{drawn}"/>'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
