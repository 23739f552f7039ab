"""What changed: the lines sum to the change above them."""

import pytest

from pulse.scoring.history.changes import Explanation, Part
from ui.pages.customer.change_breakdown import lines_of


def told(*points: float, before: float = 60.0) -> Explanation:
    parts = tuple(
        Part("behaviour", f"m{place}", "", one, None, None, f"m{place} ({one})")
        for place, one in enumerate(points)
    )
    return Explanation(before, before + sum(points), parts)


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        (
            told(-3.0, -2.0, -1.0, -0.3, -0.1, -0.1, -0.5, -0.3),
            [-3, -2, -1, -0.3, -0.1, -0.1, -0.8],
        ),
        (told(-6.5, -0.04, -0.04, -0.04), [-6.5, -0.1]),
        (told(-1.26, -1.26, -1.26, before=60.02), [-1.3, -1.3, -1.2]),
        (told(2.0, -2.0), [2.0, -2.0]),
        (told(0.01), []),
        (told(0.04, 0.04, 0.04, 0.04, 0.04, 0.04), [0.2]),
    ],
)
def test_the_lines_sum_to_the_change(changed: Explanation, shown: list[float]) -> None:
    lines = lines_of(changed)
    assert [part.points for part in lines] == shown
    if lines:
        head = round(changed.after, 1) - round(changed.before, 1)
        assert sum(part.points for part in lines) == pytest.approx(head)
    if len(changed.parts) > len(lines) > 0:
        assert lines[-1].text == f"{len(changed.parts) - len(lines) + 1} others"
