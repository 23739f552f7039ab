"""The page of all benchmarks: missed goals and failures are shown; goals belong to benchmarks."""

from bench.__main__ import names
from bench.goals import GOALS
from bench.report import Measured, answers_on, page


def answer(**figures: float | None) -> dict[str, object]:
    return {"ours": 1.0, "peer": 2.0, "ratio": 9.0, "unit": "reads a second", "details": figures}


def test_a_missed_goal_and_a_failed_benchmark_are_reported() -> None:
    rows = [
        Measured("reads", 3.0, answer() | {"ratio": 7.5}, ""),
        Measured("fanout", 3.0, answer(p99_ms=20.0, kb_per_widget=25.0), ""),
        Measured("storm", 3.0, None, "RuntimeError: too many"),
    ]
    said = page(rows)
    assert "| reads | 1 | 2 | 7.5 | reads a second | **ratio ≥ 8** |" in said
    assert "p99_ms ≤ 200; kb_per_widget ≤ 30 |" in said
    assert "| storm | **failed** | | | RuntimeError: too many | |" in said
    assert "### storm" not in said
    assert "| identity reads a second over the peer's | ≥ 8 | 7.5 | **no** |" in said
    assert "| kB of a connected widget, 10,000 of them | ≤ 30 | 25 | yes |" in said
    assert "| seconds until 5,000 widgets are back | ≤ 10 |  | not measured |" in said
    assert "What takes the time in `reads`:" in said


def test_a_missing_figure_counts_as_a_missed_goal() -> None:
    said = page([Measured("storm", 3.0, answer(rest_p95_ms=None), "")])
    assert "| ms of a REST read meanwhile, p95 | ≤ 200 |  | **no** |" in said
    assert "| seconds until 5,000 widgets are back | ≤ 10 | 1 | yes |" in said


def test_growth_is_a_table() -> None:
    curve = {"10,000": {"import_s": 0.5}, "100,000": {"import_s": 4.25}}
    figures = {"small_into_large_seconds": 1, "memory_mib": 9, "growth": curve}
    said = page([Measured("import", 3.0, answer() | {"details": figures}, "")])
    assert "| customers | import_s |" in said
    assert "| 100,000 | 4.25 |" in said


def test_a_page_keeps_the_figures_of_benchmarks_that_are_not_run_again() -> None:
    rows = [
        Measured("reads", 3.0, answer(p99_ms=20.0), ""),
        Measured("storm", 3.0, None, "RuntimeError: too many"),
    ]
    found = answers_on(page(rows))
    assert found == {"reads": rows[0]}
    assert page(found.values()) == page(rows[:1])


def test_every_goal_belongs_to_a_benchmark() -> None:
    assert set(GOALS) <= set(names())
